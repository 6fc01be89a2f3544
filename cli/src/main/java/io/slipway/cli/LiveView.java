package io.slipway.cli;

import java.io.PrintWriter;
import java.util.List;

/** A text on a terminal that takes the place of the one before it. */
final class LiveView {
  private static final String HOME = "\u001b[H";

  /** A line that is too long is cut, or it would take two rows. */
  private static final String CUT = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter terminal;
  private final int rows;
  private boolean begun;

  /**
   * A view that nothing is shown in yet.
   *
   * @param rows of the terminal, positive
   */
  LiveView(PrintWriter terminal, int rows) {
    this.terminal = terminal;
    this.rows = rows;
  }

  /** Shows a text, as far as there are rows for it. */
  void show(String text) {
    StringBuilder frame = new StringBuilder(HOME).append(CUT);
    if (!begun) {
      frame.append(CLEAR_BELOW);
      begun = true;
    }
    List<String> lines = text.lines().toList();
    boolean fits = lines.size() < rows;
    for (String line : fits ? lines : lines.subList(0, Math.max(0, rows - 2))) {
      frame.append(line).append(CLEAR_LINE).append('\n');
    }
    if (!fits) {
      frame.append("... ").append(lines.size() - Math.max(0, rows - 2)).append(" more lines");
      frame.append(CLEAR_LINE).append('\n');
    }
    terminal.print(frame.append(CLEAR_BELOW).append(WRAP));
    terminal.flush();
  }
}
