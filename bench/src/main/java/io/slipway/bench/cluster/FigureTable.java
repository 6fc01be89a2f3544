package io.slipway.bench.cluster;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, each figure beside its goal; printed as one table at the end. */
final class FigureTable {
  private record Row(String what, String median, String spread, String ratio, String goal) {}

  private final PrintStream progress;
  private final List<Row> rows = new ArrayList<>();

  FigureTable(PrintStream progress) {
    this.progress = progress;
  }

  /** A time in milliseconds, and how often a bare JVM of the same minute fits into it. */
  void time(String what, Spread millis, Spread bare, String goal) {
    add(what, millis, "ms", String.format(Locale.ROOT, "%.1fx", over(millis, bare)), goal);
  }

  private static double over(Spread values, Spread bare) {
    return values.median() / bare.median();
  }

  /** Anything else. */
  void value(String what, Spread values, String unit, String goal) {
    add(what, values, unit, "", goal);
  }

  private void add(String what, Spread values, String unit, String ratio, String goal) {
    String median = String.format(Locale.ROOT, "%,.0f %s", values.median(), unit);
    String spread =
        values.count() == 1
            ? ""
            : String.format(Locale.ROOT, "%,.0f–%,.0f", values.smallest(), values.largest());
    rows.add(new Row(what, median, spread, ratio, goal));
    progress.printf("measured: %s %s %s%n", what, median, ratio);
  }

  void print(PrintStream out) {
    String format = "%-46s %13s %17s %8s   %s%n";
    out.printf(format, "", "median", "spread", "bare JVM", "goal");
    for (Row row : rows) {
      out.printf(format, row.what(), row.median(), row.spread(), row.ratio(), row.goal());
    }
  }
}
