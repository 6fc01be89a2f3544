package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLauncherProviderTest {
  @TempDir Path directory;

  @Test
  void provider_serviceLoader_findsIt() {
    assertThat(ServiceLoader.load(LauncherProvider.class))
        .extracting(LauncherProvider::name)
        .contains("process");
  }

  @Test
  void create_unknownSetting_isRefusedNamingIt() {
    assertThatThrownBy(() -> create("colour", "red"))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("colour");
  }

  @Test
  void create_badValues_areRefusedNamingThem() {
    assertThatThrownBy(() -> create("cgroup", "perhaps"))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("perhaps");
    assertThatThrownBy(() -> create("java", "/no/java"))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("/no/java");
  }

  private void create(String key, String value) throws LaunchException {
    TreeMap<String, String> options = new TreeMap<>();
    options.put(key, value);
    new ProcessLauncherProvider()
        .create(new LauncherSettings("w", directory, directory, true, options))
        .close();
  }
}
