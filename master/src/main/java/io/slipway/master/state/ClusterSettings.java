package io.slipway.master.state;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What an operator may choose about decisions; a leader brings its own with its first fact, so that
 * they are part of the state.
 *
 * @param executors where executors go
 * @param drivers where drivers go
 * @param defaultMaxCores cap on the cores of an application that names none; empty for none
 * @param workerLostAfter how long a worker may be silent before it is {@code LOST}
 * @param retainedApplications how many finished applications are kept
 * @param retention how long, in cluster time, a finished application is kept; more than a century
 *     is a century
 */
public record ClusterSettings(
    PlacementStrategy executors,
    PlacementStrategy drivers,
    OptionalInt defaultMaxCores,
    Duration workerLostAfter,
    int retainedApplications,
    Duration retention) {
  private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

  /** What holds unless an operator says otherwise. */
  public static final ClusterSettings DEFAULT =
      new ClusterSettings(
          PlacementStrategy.SPREAD,
          PlacementStrategy.SPREAD,
          OptionalInt.empty(),
          Duration.ofSeconds(60),
          10_000,
          Duration.ofDays(30));

  /** Checks. */
  public ClusterSettings {
    if (retainedApplications < 1) {
      throw new IllegalArgumentException(
          "retained applications " + retainedApplications + " is not positive");
    }
    if (workerLostAfter.isNegative() || retention.isNegative()) {
      throw new IllegalArgumentException("negative duration");
    }
    retention = retention.compareTo(LONGEST_RETENTION) > 0 ? LONGEST_RETENTION : retention;
  }

  /** The same, but finished applications are kept so many, and for so long. */
  public ClusterSettings withRetention(int applications, Duration time) {
    return new ClusterSettings(
        executors, drivers, defaultMaxCores, workerLostAfter, applications, time);
  }
}
