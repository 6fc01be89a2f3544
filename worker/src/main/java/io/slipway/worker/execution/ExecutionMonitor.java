package io.slipway.worker.execution;

import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;

/**
 * Told what becomes of executions, for metrics. Called on any thread; must not block, nor throw.
 */
public interface ExecutionMonitor {
  /** Looks at nothing. */
  ExecutionMonitor NONE = new ExecutionMonitor() {};

  /** All that a process needs is in its directory; so long it took. */
  default void prepared(ExecutionId id, long nanos) {}

  /** It was let through to the launcher; so long it waited for others that were starting. */
  default void admitted(ExecutionId id, long nanos) {}

  /** The launcher has started it; so long the launcher took. */
  default void launched(ExecutionId id, long nanos) {}

  /** It has ended, and that is on disk. */
  default void ended(ExecutionId id, Ending ending) {}
}
