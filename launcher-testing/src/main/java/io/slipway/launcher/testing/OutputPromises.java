package io.slipway.launcher.testing;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.java;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LogStart;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Promise;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a process writes, and where that is found. */
abstract class OutputPromises extends PromiseGroup {
  OutputPromises(LauncherContract contract) {
    super(contract);
  }

  @Test
  void output_bothStreams_areInTheirFilesWhenItEnds() throws Exception {
    assumePromised(Promise.LOG_FILES);
    Execution execution = bed().execution();

    await(bed().launch(execution, java("print", "to standard output\nß", "to standard error")));

    assertThat(execution.stdout()).hasContent("to standard output\nß");
    assertThat(execution.stderr()).hasContent("to standard error");
  }

  @Test
  void output_scriptReopensItsStreams_losesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.LOG_FILES);
    Execution execution = bed().execution();

    await(
        bed()
            .launch(
                execution,
                shell(
                    "echo one; echo two > /dev/stdout; echo three >&2; echo four > /dev/stderr")));

    assertThat(execution.stdout()).hasContent("one\ntwo\n");
    assertThat(execution.stderr()).hasContent("three\nfour\n");
  }

  @Test
  void output_whileTheProgramRuns_isThereBeforeItEnds() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.LOG_FILES);
    Execution execution = bed().execution();

    launchAtGate(execution, "echo so far; " + WAIT);

    ContractBed.awaitLines(execution.stdout(), 1);
  }

  @Test
  void output_pastTheLimit_isRolledAndNothingLost() throws Exception {
    assumePromised(Promise.LOG_FILES);

    Execution execution = count(100_000, 7, 200_000, 9);

    assertThat(lines(execution, 9))
        .isEqualTo(IntStream.rangeClosed(1, 100_000).mapToObj(String::valueOf).toList());
    assertThat(execution.stdout()).isNotEmptyFile();
    assertThat(rolled(execution, 1)).exists();
  }

  @Test
  void output_longPastTheLimit_keepsTheNewestAndStaysBounded() throws Exception {
    assumePromised(Promise.LOG_FILES);

    Execution execution = count(100_000, 7, 50_000, 2);

    assertThat(lines(execution, 2)).contains("99000").endsWith("99999", "100000");
    assertThat(rolled(execution, 3)).doesNotExist();
    for (int i = 0; i <= 2; i++) {
      assertThat(Files.size(rolled(execution, i))).isLessThanOrEqualTo(70_000);
    }
  }

  @Test
  void output_rolled_tellsWhereTheNewestFileBegins() throws Exception {
    assumePromised(Promise.LOG_FILES);

    Execution execution = count(100_000, 7, 50_000, 2);

    assertThat(LogStart.find(execution.stdout()) + Files.size(execution.stdout()))
        .isEqualTo(700_000);
  }

  @Test
  void output_ofHundredMegabytes_isCompleteAndInOrder() throws Exception {
    assumePromised(Promise.LOG_FILES);

    Execution execution = count(1_000_000, 100, 16_000_000, 9);

    long size = 0;
    for (int i = 9; i >= 0; i--) {
      size += Files.exists(rolled(execution, i)) ? Files.size(rolled(execution, i)) : 0;
    }
    assertThat(size).isEqualTo(100_000_000);
    assertThat(lastNumber(execution)).isEqualTo("1000000");
  }

  private static String lastNumber(Execution execution) throws IOException {
    String text = Files.readString(execution.stdout());
    return text.substring(text.length() - 100).strip();
  }

  /** The execution of a program that has counted; each line has so many bytes at the least. */
  private Execution count(int last, int width, long maxBytes, int maxRolled) throws Exception {
    Execution execution = bed().execution();
    SpecDraft draft =
        new SpecDraft(
            bed().spec(execution, java("count", String.valueOf(last), String.valueOf(width))));
    draft.stdout = new LogTarget(execution.stdout(), maxBytes, maxRolled);

    assertThat(await(bed().launch(execution, draft.spec()))).isEqualTo(Ending.exited(0));
    return execution;
  }

  private static List<String> lines(Execution execution, int rolled) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = rolled; i >= 0; i--) {
      if (Files.exists(rolled(execution, i))) {
        all.write(Files.readAllBytes(rolled(execution, i)));
      }
    }
    return all.toString(StandardCharsets.UTF_8).lines().map(String::strip).toList();
  }

  private static Path rolled(Execution execution, int number) {
    Path file = execution.stdout();
    return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
  }
}
