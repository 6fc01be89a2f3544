package io.slipway.master.loop;

import io.slipway.master.decide.Request;
import io.slipway.master.state.Changes;
import io.slipway.master.state.Fact;
import java.util.List;

/**
 * Told what the loop does, for metrics. Called on the loop's thread, but where it is said
 * otherwise; must not block, nor throw.
 */
public interface LoopMonitor {
  /** Looks at nothing. */
  LoopMonitor NONE = new LoopMonitor() {};

  /** Whether counts are wanted: they cost a little with every change. */
  default boolean counts() {
    return false;
  }

  /**
   * A request was handled; also one that was refused, or belongs to a round that is abandoned.
   *
   * @param waitedNanos from when it came until its round began
   */
  default void handled(Request<?> request, long waitedNanos) {}

  /** What a round took notice of since time had passed: lapsed leases, deadlines. */
  default void timePassed(List<Fact> facts) {}

  /** The journal has forced something to its disk. On any thread. */
  default void synced(long nanos) {}

  /** A request was refused since too many waited. On any thread. */
  default void overloaded() {}

  /**
   * A round was decided.
   *
   * @param decideNanos what it took
   * @param scheduleNanos the part in which rules were followed and placements made
   */
  default void decided(long decideNanos, long scheduleNanos) {}

  /**
   * A round of this master's was committed.
   *
   * @param bytes its size in the journal
   * @param commitNanos from its append until now
   * @param changes what it changed; the first round of a leadership tells nothing here
   */
  default void committed(int bytes, long commitNanos, Changes changes) {}

  /** A round was abandoned. */
  default void abandoned() {}

  /**
   * The committed state is another one now.
   *
   * @param round its number
   */
  default void published(long round, ClusterCounts counts) {}

  /** A snapshot was saved, or could not be. On the snapshot's thread. */
  default void snapshot(long nanos, boolean saved) {}
}
