package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TerminalProgressBarTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, StandardCharsets.US_ASCII);

  private TerminalProgressBar bar(int columns, String label, long expected) {
    return new TerminalProgressBar(out, columns, label, expected);
  }

  @Test
  void line_someDone_showsShareAndNumbers() {
    assertThat(bar(80, "squares", 0).line(new TaskProgress(2_000, 480, 10, 10, 1_400, 100)))
        .isEqualTo(
            "squares [====               ]  25% 500 of 2,000 tasks, 100 under way, 10 failed");
    assertThat(bar(200, "", 0).line(new TaskProgress(4, 4, 0, 0, 0, 0)))
        .isEqualTo("[" + "=".repeat(40) + "] 100% 4 of 4 tasks");
  }

  @Test
  void line_moreAreExpected_isTheShareOfThose() {
    TaskProgress progress = new TaskProgress(100, 50, 0, 0, 0, 0);

    assertThat(bar(60, "", 200).line(progress)).endsWith("]  25% 50 of 200 tasks");
    assertThat(bar(60, "", 60).line(progress)).endsWith("]  50% 50 of 100 tasks");
    assertThat(bar(60, "", 0).line(new TaskProgress(0, 0, 0, 0, 0, 0)))
        .endsWith("]   0% 0 of 0 tasks");
  }

  @Test
  void line_narrowTerminal_neverFillsIt() {
    TaskProgress progress = new TaskProgress(1_000_000, 500_000, 3, 0, 499_000, 997);

    for (int columns = 1; columns <= 120; columns++) {
      assertThat(bar(columns, "squares", 0).line(progress)).hasSizeLessThan(columns);
    }
    assertThat(bar(30, "squares", 0).line(progress)).isEqualTo("squares  50% 500,003 of 1,000");
  }

  @Test
  void accept_drawsOverItself_closeEndsTheLine() {
    TerminalProgressBar bar = bar(30, "x", 0);

    bar.accept(new TaskProgress(2, 1, 0, 0, 1, 0));
    bar.accept(new TaskProgress(2, 2, 0, 0, 0, 0));
    bar.close();

    assertThat(written.toString(StandardCharsets.US_ASCII))
        .isEqualTo(
            "\rx  50% 1 of 2 tasks\u001b[K\rx 100% 2 of 2 tasks\u001b[K" + System.lineSeparator());
  }

  @Test
  void close_nothingWasDrawn_printsNothing() {
    bar(80, "x", 0).close();

    assertThat(written.size()).isZero();
  }

  @Test
  void columns_ofAnAnswer_areRead() {
    assertThat(TerminalProgressBar.columns("24 132\n")).hasValue(132);
    assertThat(TerminalProgressBar.columns("0 0\n")).hasValue(80);
    assertThat(TerminalProgressBar.columns("")).isEmpty();
    assertThat(TerminalProgressBar.columns("stty: no")).isEmpty();
  }

  @Test
  void showProgress_standardErrorIsNoTerminal_printsNothing() throws Exception {
    assumeThat(TerminalProgressBar.columnsOfStandardError()).isEmpty(); // as under a build tool
    PrintStream before = System.err;
    System.setErr(out);
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);
      bed.session().showProgress("squares");
      assertThat(bed.executor().map(List.of(1, 2), i -> i * i)).containsExactly(1, 4);
    } finally {
      System.setErr(before);
    }

    assertThat(written.toString(StandardCharsets.US_ASCII)).doesNotContain("squares");
  }

  @Test
  void showProgress_twice_isRefused() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.session().showProgress("squares");

      assertThatThrownBy(() -> bed.session().showProgress("cubes", 7))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("shown already");
      bed.session().close();
      assertThatThrownBy(() -> bed.session().showProgress("cubes"))
          .hasMessageContaining("open another one");
    }
  }
}
