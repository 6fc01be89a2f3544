package io.slipway.cli;

import io.slipway.model.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows in columns that line up, for people. */
final class TextTable {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();
  private UnaryOperator<String> paint = UnaryOperator.identity();

  /** An empty table with these headings. */
  TextTable(String... header) {
    this.header = List.of(header);
  }

  /** Changes how the cells under {@code STATE} look, but not how wide they are. */
  TextTable paintingStates(UnaryOperator<String> painter) {
    paint = painter;
    return this;
  }

  /** Adds a row of as many cells as there are headings. */
  void row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size());
    }
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(printable(cell));
    }
    rows.add(row);
  }

  /** The table, a line each for heading and rows, each ended by a newline. */
  @Override
  public String toString() {
    int[] widths = new int[header.size()];
    widen(widths, header);
    rows.forEach(row -> widen(widths, row));
    StringBuilder text = new StringBuilder();
    write(text, widths, header, UnaryOperator.identity());
    rows.forEach(row -> write(text, widths, row, paint));
    return text.toString();
  }

  /** The same without characters that could move the cursor, hide text, or turn its direction. */
  static String printable(String text) {
    return PrintableText.shown(text);
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], cells.get(i).codePointCount(0, cells.get(i).length()));
    }
  }

  private void write(
      StringBuilder text, int[] widths, List<String> cells, UnaryOperator<String> painter) {
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      text.append(header.get(i).equals("STATE") ? painter.apply(cell) : cell);
      if (i < widths.length - 1) {
        text.append(" ".repeat(widths[i] - cell.codePointCount(0, cell.length()) + 2));
      }
    }
    while (text.length() > 0 && text.charAt(text.length() - 1) == ' ') {
      text.setLength(text.length() - 1);
    }
    text.append('\n');
  }
}
