package io.slipway.model;

import java.time.Duration;

/** Writes spans of time as people type them in options: {@code 500ms}, {@code 90s}, {@code 2h}. */
public final class TimeSpan {
  private record Unit(String name, long nanos) {}

  private static final Unit[] UNITS = {
    new Unit("d", 86_400_000_000_000L),
    new Unit("h", 3_600_000_000_000L),
    new Unit("m", 60_000_000_000L),
    new Unit("s", 1_000_000_000L),
    new Unit("ms", 1_000_000L),
  };

  private TimeSpan() {}

  /**
   * Writes a span as a whole number with the largest unit that divides it; what is no whole number
   * of milliseconds, in nanoseconds. One beyond 292 years is written in days.
   */
  public static String format(Duration span) {
    if (span.isZero()) {
      return "0s";
    }
    long nanos;
    try {
      nanos = span.toNanos();
    } catch (ArithmeticException e) {
      return span.toDays() + "d";
    }
    for (Unit unit : UNITS) {
      if (nanos % unit.nanos() == 0) {
        return nanos / unit.nanos() + unit.name();
      }
    }
    return nanos + "ns";
  }
}
