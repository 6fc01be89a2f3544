package io.slipway.model;

import java.util.OptionalInt;

/**
 * How many executors of a profile are wanted: a total, or as many as fit.
 *
 * @param total not negative; empty for as many as fit
 */
public record ExecutorTarget(OptionalInt total) {
  /** As many as fit. */
  public static final ExecutorTarget AS_MANY_AS_FIT = new ExecutorTarget(OptionalInt.empty());

  /** Checks the range. */
  public ExecutorTarget {
    if (total.isPresent() && total.getAsInt() < 0) {
      throw new IllegalArgumentException("negative number of executors: " + total.getAsInt());
    }
  }

  /** A total. */
  public static ExecutorTarget of(int total) {
    return new ExecutorTarget(OptionalInt.of(total));
  }

  @Override
  public String toString() {
    return total.isPresent() ? Integer.toString(total.getAsInt()) : "as many as fit";
  }
}
