package io.slipway.master.loop;

import io.slipway.master.state.ClusterSettings;
import java.time.Duration;

/**
 * Settings of the loop.
 *
 * @param cluster what the leader brings into the state
 * @param queue requests that may wait; more are refused
 * @param retryAfter what is told to those that are refused
 * @param commitWithin a round that is not committed by then is abandoned
 * @param tick how often leases and deadlines are looked at
 * @param alone whether this master is a group of one, which ends when a round fails
 * @param watchBuffer changes that are kept for a watcher who is slow; then it gets a snapshot
 */
public record LoopSettings(
    ClusterSettings cluster,
    int queue,
    Duration retryAfter,
    Duration commitWithin,
    Duration tick,
    boolean alone,
    int watchBuffer) {
  /** For a group of one. */
  public static final LoopSettings DEFAULT =
      new LoopSettings(
          ClusterSettings.DEFAULT,
          10_000,
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          Duration.ofMillis(250),
          true,
          1_000);

  /** The same, and the leader brings this into the state. */
  public LoopSettings withCluster(ClusterSettings brought) {
    return new LoopSettings(brought, queue, retryAfter, commitWithin, tick, alone, watchBuffer);
  }
}
