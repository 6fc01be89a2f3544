package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir Path home;

  private final Map<String, String> environment = new HashMap<>();
  private Configuration configuration;

  @BeforeEach
  void create() {
    configuration = new Configuration(environment::get, home);
  }

  @Test
  void find_nothingSet_isEmpty() {
    assertThat(configuration.find(Configuration.Key.MASTER)).isEmpty();
  }

  @Test
  void find_inFile_tellsTheLine() throws IOException {
    write("# where it is", "", "master = 10.0.0.5:7077 ");

    Configuration.Setting found = configuration.find(Configuration.Key.MASTER).orElseThrow();

    assertThat(found.text()).isEqualTo("10.0.0.5:7077");
    assertThat(found.source()).isEqualTo(configuration.file() + ":3");
  }

  @Test
  void find_environment_winsOverFile() throws IOException {
    write("master = 10.0.0.5:7077");
    environment.put("SLIPWAY_MASTER", "10.0.0.6:7077");

    assertThat(configuration.find(Configuration.Key.MASTER).orElseThrow().text())
        .isEqualTo("10.0.0.6:7077");
  }

  @Test
  void find_xdgDirectory_isUsed() throws IOException {
    Path other = Files.createDirectories(home.resolve("other"));
    environment.put("XDG_CONFIG_HOME", other.toString());
    Configuration elsewhere = new Configuration(environment::get, home);

    assertThat(elsewhere.file()).isEqualTo(other.resolve("slipway").resolve("slipway.conf"));
  }

  @Test
  void find_unknownKey_isRefusedWithFileAndLine() throws IOException {
    write("master = a:1", "mastr = b:1");

    assertThatThrownBy(() -> configuration.find(Configuration.Key.TOKEN_FILE))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(configuration.file() + ":2")
        .hasMessageContaining("'mastr'")
        .hasMessageContaining("did you mean 'master'?");
  }

  @Test
  void find_lineWithoutValue_isRefused() throws IOException {
    write("master =");

    assertThatThrownBy(() -> configuration.find(Configuration.Key.MASTER))
        .hasMessageContaining(":1: no value for 'master'");
  }

  @Test
  void find_keyTwice_isRefused() throws IOException {
    write("master = a:1", "master = b:1");

    assertThatThrownBy(() -> configuration.find(Configuration.Key.MASTER))
        .hasMessageContaining(":2: 'master' is set at");
  }

  private void write(String... lines) throws IOException {
    Files.createDirectories(configuration.file().getParent());
    Files.writeString(configuration.file(), String.join("\n", lines));
  }
}
