package io.slipway.model;

/** The life cycle of an execution: one driver attempt or one executor. */
public enum ExecutionState {
  /**
   * Decided, with resources reserved, and not ordered yet (an executor whose driver does not run
   * yet).
   */
  PENDING,
  /** Placed; the launch is ordered, again and again until the worker answers. */
  LAUNCHING,
  /** The launcher has confirmed the process. */
  RUNNING,
  /** A stop is ordered; the exit has not been confirmed. */
  STOPPING,
  /** Ended, with an {@link Ending}. */
  ENDED;

  /** Whether no other state follows. */
  public boolean isFinal() {
    return this == ENDED;
  }
}
