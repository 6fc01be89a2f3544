package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real shells make of the scripts: lines are typed at a terminal, with the tabulator key. */
@Timeout(120)
class CompletionTest {
  /** In place of the command: shows the words that the shell calls it with. */
  private static final String ECHO = "slipway() { printf 'GOT'; printf '<%s>' \"$@\"; echo; }\n";

  @TempDir Path directory;

  private static Map<String, String> typed() {
    Map<String, String> typed = new LinkedHashMap<>();
    typed.put("subm\t", "<submit>");
    typed.put("submit --deploy-mode clu\t", "<submit><--deploy-mode><cluster>");
    typed.put("submit --deploy-mode=clu\t", "<submit><--deploy-mode=cluster>");
    typed.put("list --state failed,lo\t", "<list><--state><failed,lost>");
    // No word but the first is the command.
    typed.put("submit --name list --executor-mem\t", "<submit><--name><list><--executor-memory>");
    typed.put("submit --file my\t", "<submit><--file><my report.txt>");
    typed.put("submit rep\t", "<submit><report.jar>");
    typed.put("submit report.jar rep\t", "<submit><report.jar><report.jar>");
    typed.put("manual rep\t", "<manual><report.jar>");
    typed.put("submit --name rep\t", "<submit><--name><rep>");
    typed.put("config work\t", "<config><worker>");
    typed.put("config worker --launcher-set\t", "<config><worker><--launcher-setting>");
    typed.put("completion z\t", "<completion><zsh>");
    typed.put("workers --output w\t", "<workers><--output><wide>");
    // What a file's name holds is not run.
    typed.put("submit --file ./\\$\t", "<submit><--file><./$(touch ran)>");
    return typed;
  }

  @BeforeEach
  void files() throws IOException {
    Files.writeString(directory.resolve("report.jar"), "");
    Files.writeString(directory.resolve("my report.txt"), "");
    Files.writeString(directory.resolve("$(touch ran)"), "");
  }

  @Test
  void bash_completes() throws Exception {
    Files.writeString(directory.resolve("script"), Invocation.of("completion", "bash").out());

    assertThat(completed("bash --norc -i", "source ./script\n")).isEqualTo(expected());
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void zsh_completes() throws Exception {
    assumeTrue(isThere("zsh"), "there is no zsh");
    Files.writeString(directory.resolve("script"), Invocation.of("completion", "zsh").out());

    assertThat(completed("zsh -f -i", "autoload -U compinit; compinit -D -u\nsource ./script\n"))
        .isEqualTo(expected());
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void zsh_completesFromADirectoryOfFpathAtOnce() throws Exception {
    assumeTrue(isThere("zsh"), "there is no zsh");
    Path functions = Files.createDirectory(directory.resolve("functions"));
    Files.writeString(functions.resolve("_slipway"), Invocation.of("completion", "zsh").out());

    assertThat(
            completed(
                "zsh -f -i",
                "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -D -u\n"))
        .isEqualTo(expected());
  }

  private static List<String> expected() {
    return List.copyOf(typed().values());
  }

  private static boolean isThere(String program) {
    for (String place : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(place, program))) {
        return true;
      }
    }
    return false;
  }

  /** Types all lines into a shell that has a terminal; returns the words of each command. */
  private List<String> completed(String shell, String first) throws Exception {
    assumeTrue(isThere("script"), "there is no 'script', which gives a shell a terminal");
    StringBuilder typed = new StringBuilder(first).append(ECHO);
    typed().keySet().forEach(line -> typed.append("slipway ").append(line).append('\n'));
    typed.append("exit\n");
    ProcessBuilder builder = new ProcessBuilder("script", "-qec", shell, "/dev/null");
    builder.directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("TERM", "dumb");
    Process process = builder.start();
    try {
      process.getOutputStream().write(typed.toString().getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      List<String> completed = new ArrayList<>();
      for (String line : output.split("\\R")) {
        if (line.startsWith("GOT<")) {
          completed.add(line.substring("GOT".length()));
        }
      }
      return completed;
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }
}
