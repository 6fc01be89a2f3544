package io.slipway.driver;

import java.time.Duration;

/**
 * How many executors a session has as its tasks need them.
 *
 * @param minimum executors that are kept even while there is nothing to do; not negative
 * @param maximum the most that are asked for; at least 1, and not below {@code minimum}
 * @param backlog tasks that have waited for so long are a reason for more executors: as many as can
 *     run all tasks at once; more than zero
 * @param idle an executor that has had no task for so long is released; more than zero
 */
public record OnDemandExecutors(int minimum, int maximum, Duration backlog, Duration idle) {
  /** {@link #backlog} unless said otherwise. */
  public static final Duration DEFAULT_BACKLOG = Duration.ofSeconds(1);

  /** {@link #idle} unless said otherwise. */
  public static final Duration DEFAULT_IDLE = Duration.ofSeconds(60);

  /** Checks. */
  public OnDemandExecutors {
    if (minimum < 0 || maximum < Math.max(1, minimum)) {
      throw new IllegalArgumentException(
          "from " + minimum + " to " + maximum + " is no range of numbers of executors");
    }
    check("backlog", backlog);
    check("idle", idle);
  }

  private static void check(String what, Duration time) {
    if (time.isZero() || time.isNegative() || time.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException(
          what + " is more than zero, and at most 365 days, not " + time);
    }
  }

  /** With the usual times. */
  public static OnDemandExecutors between(int minimum, int maximum) {
    return new OnDemandExecutors(minimum, maximum, DEFAULT_BACKLOG, DEFAULT_IDLE);
  }
}
