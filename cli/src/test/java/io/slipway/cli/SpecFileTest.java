package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecFileTest {
  @TempDir Path directory;

  @Test
  void read_yamlAndJson_sayTheSame() throws IOException {
    SpecFile yaml =
        read(
            "# nightly",
            "application: app.jar",
            "arguments: [x, 2026-11-22]",
            "executors: 4",
            "env:",
            "  TZ: UTC",
            "  DEPTH: 3",
            "jar:",
            "  - one.jar",
            "  - two.jar");
    SpecFile json =
        read(
            "{",
            "\t\"application\": \"app.jar\",",
            "\t\"arguments\": [\"x\", \"2026-11-22\"],",
            "\t\"executors\": 4,",
            "\t\"env\": {\"TZ\": \"UTC\", \"DEPTH\": 3},",
            "\t\"jar\": [\"one.jar\", \"two.jar\"]",
            "}");

    for (SpecFile file : new SpecFile[] {yaml, json}) {
      assertThat(file.program().words())
          .containsExactly(directory.resolve("app.jar").toString(), "x", "2026-11-22");
      assertThat(file.program().isCommand()).isFalse();
      assertThat(file.flags().keySet()).containsExactly("executors", "env", "jar");
      assertThat(file.flags().get("env"))
          .extracting(Configuration.Setting::text)
          .containsExactly("TZ=UTC", "DEPTH=3");
      assertThat(file.flags().get("jar"))
          .extracting(Configuration.Setting::text)
          .containsExactly("one.jar", "two.jar");
    }
    assertThat(yaml.flags().get("jar").get(1).source()).endsWith("spec:10");
  }

  @Test
  void read_command_isOne() throws IOException {
    SpecFile.Program program = read("command: [sh, -c, 'echo a b']").program();

    assertThat(program.isCommand()).isTrue();
    assertThat(program.words()).containsExactly("sh", "-c", "echo a b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "executors: 4~executors: 5 | :2: 'executors' is set at",
        "executors: [4 | :2: neither YAML nor JSON",
        "- executors | :1: not a mapping",
        "'' | :1: not a mapping",
        "executors: | :1: 'executors' is empty",
        "env: {A: [1]} | :1: 'env' is nested",
        "{\"executors\": 4,~ \"name\" 5} | :2: neither YAML nor JSON",
      })
  void read_whatIsWrong_isToldWithItsLine(String text, String words) {
    assertThatThrownBy(() -> read(text.split("~")))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(directory.resolve("spec") + words);
  }

  @Test
  void program_applicationBesideCommand_isRefused() throws IOException {
    SpecFile file = read("application: app.jar", "command: [true]");

    assertThatThrownBy(file::program)
        .hasMessageContaining("spec:1: 'application' stands beside 'command'")
        .hasMessageContaining("spec:2");
  }

  @Test
  void program_argumentsAlone_areRefused() throws IOException {
    SpecFile file = read("arguments: [x]");

    assertThatThrownBy(file::program).hasMessageContaining("spec:1: 'arguments' belong");
  }

  @Test
  void read_missingFile_isNamed() {
    assertThatThrownBy(() -> SpecFile.read(directory.resolve("none")))
        .hasMessageContaining("--spec " + directory.resolve("none"));
  }

  private SpecFile read(String... lines) throws IOException {
    return SpecFile.read(
        Files.writeString(directory.resolve("spec"), String.join("\n", lines) + "\n"));
  }
}
