package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.LaunchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramSearchTest {
  @TempDir Path directory;

  private Path program(String name) throws Exception {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private String find(String name, Map<String, String> environment) throws LaunchException {
    return ProgramSearch.find(name, environment, directory);
  }

  @Test
  void find_nameInPath_isTheFirstThatCanRun() throws Exception {
    Files.createDirectories(directory.resolve("a"));
    Files.createFile(directory.resolve("a/run"));
    Path second = program("b/run");
    program("c/run");

    String path = directory + "/none:" + directory + "/a:" + directory + "/b:" + directory + "/c";

    assertThat(find("run", Map.of("PATH", path))).isEqualTo(second.toString());
  }

  @Test
  void find_relativePath_isTakenFromTheWorkDirectory() throws Exception {
    Path program = program("bin/run");

    assertThat(find("bin/run", Map.of())).isEqualTo(program.toString());
  }

  @Test
  void find_notInPath_namesProgramAndPath() {
    assertThatThrownBy(() -> find("nowhere", Map.of("PATH", "/a:/b")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("'nowhere'")
        .hasMessageContaining("/a:/b");
  }

  @Test
  void find_noPath_saysSo() {
    assertThatThrownBy(() -> find("sh", Map.of()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("no PATH");
  }

  @Test
  void find_directory_isRefused() {
    assertThatThrownBy(() -> find(directory.toString(), Map.of()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("is a directory");
  }
}
