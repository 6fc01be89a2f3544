package io.slipway.master.state;

import java.util.Comparator;

/** Orders the tables of targets that drivers send: by attempt, then by the driver's own number. */
public record TargetsVersion(int attempt, long number) implements Comparable<TargetsVersion> {
  /** Before any table was sent. */
  public static final TargetsVersion NONE = new TargetsVersion(0, 0);

  private static final Comparator<TargetsVersion> ORDER =
      Comparator.comparingInt(TargetsVersion::attempt).thenComparingLong(TargetsVersion::number);

  @Override
  public int compareTo(TargetsVersion other) {
    return ORDER.compare(this, other);
  }
}
