package io.slipway.driver;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One line of a terminal that says how the tasks of a session get on, drawn over itself. For one
 * thread.
 */
final class TerminalProgressBar implements Consumer<TaskProgress>, AutoCloseable {
  private static final int WIDEST = 100;
  private static final int LONGEST_BAR = 40;
  private static final int SHORTEST_BAR = 10;
  private static final long ASK_SECONDS = 2;

  private final PrintStream out;
  private final int columns;
  private final String label;
  private final long expected;
  private boolean shown;

  /**
   * Makes one; it draws with the first progress.
   *
   * @param columns of the terminal
   * @param label stands before the bar
   * @param expected how many tasks there will be in all; 0 if only those are known that were handed
   *     in
   */
  TerminalProgressBar(PrintStream out, int columns, String label, long expected) {
    this.out = out;
    this.columns = Math.min(WIDEST, columns);
    this.label = label;
    this.expected = expected;
  }

  /**
   * How wide the terminal is that standard error of this process is; empty if it is none, or none
   * that can be drawn on. Asks a shell, which is given that very standard error: Java knows of
   * standard input and output alone.
   */
  static OptionalInt columnsOfStandardError() throws InterruptedException {
    if ("dumb".equals(System.getenv("TERM"))) {
      return OptionalInt.empty();
    }
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", "[ -t 2 ] && stty size <&2")
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectError(Redirect.INHERIT)
              .start();
      if (!shell.waitFor(ASK_SECONDS, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
        return OptionalInt.empty();
      }
      byte[] answer = shell.getInputStream().readAllBytes();
      return shell.exitValue() == 0
          ? columns(new String(answer, StandardCharsets.US_ASCII))
          : OptionalInt.empty();
    } catch (IOException noShell) {
      return OptionalInt.empty();
    }
  }

  /** Reads rows and columns; a terminal that does not know them has the usual ones. */
  static OptionalInt columns(String size) {
    String[] words = size.strip().split(" ", -1);
    if (words.length != 2 || !words[1].matches("[0-9]{1,5}")) {
      return OptionalInt.empty();
    }
    int columns = Integer.parseInt(words[1]);
    return OptionalInt.of(columns == 0 ? 80 : columns);
  }

  @Override
  public void accept(TaskProgress progress) {
    out.print("\r" + line(progress) + "\u001b[K");
    out.flush();
    shown = true;
  }

  /** The line for some progress, in the width there is; without what has no room. */
  String line(TaskProgress progress) {
    long all = Math.max(expected, progress.submitted());
    double done = all == 0 ? 0 : (double) progress.done() / all;
    StringBuilder words = new StringBuilder();
    words.append(String.format(Locale.ROOT, "%3d%%", (int) (100 * done)));
    words.append(String.format(Locale.ROOT, " %,d of %,d tasks", progress.done(), all));
    if (progress.sent() > 0) {
      words.append(String.format(Locale.ROOT, ", %,d under way", progress.sent()));
    }
    if (progress.failed() > 0) {
      words.append(String.format(Locale.ROOT, ", %,d failed", progress.failed()));
    }
    int room = columns - 1 - words.length() - label.length() - 4;
    String before = label.isEmpty() ? "" : label + " ";
    String line =
        room < SHORTEST_BAR
            ? before + words
            : before + bar(done, Math.min(LONGEST_BAR, room)) + words;
    return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
  }

  private static String bar(double done, int length) {
    int full = (int) (done * length);
    return "[" + "=".repeat(full) + " ".repeat(length - full) + "] ";
  }

  /** Leaves the line as it is; what is printed next stands below it. */
  @Override
  public void close() {
    if (shown) {
      out.println();
      out.flush();
    }
  }
}
