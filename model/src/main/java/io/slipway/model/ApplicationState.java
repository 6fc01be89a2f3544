package io.slipway.model;

/** The life cycle of an application (see {@code docs/outcomes.md}). */
public enum ApplicationState {
  /**
   * Accepted, and waiting for resources (cluster mode) or for its driver's first sign (client
   * mode).
   */
  QUEUED(false),
  /** A driver attempt has been placed and is being launched. */
  STARTING(false),
  /** The driver's process runs. */
  RUNNING(false),
  /** An attempt has ended, and another one will be made. */
  RESTARTING(false),
  /**
   * The outcome is known; executors are being stopped, and resources stay allocated until each exit
   * is confirmed.
   */
  STOPPING(false),
  /** The driver exited with 0. */
  SUCCEEDED(true),
  /** The driver ended otherwise, or could not be started. */
  FAILED(true),
  /** Ended by request. */
  KILLED(true),
  /** Nobody can know how the driver ended. */
  LOST(true);

  private final boolean isFinal;

  ApplicationState(boolean isFinal) {
    this.isFinal = isFinal;
  }

  /** Whether no other state follows. */
  public boolean isFinal() {
    return isFinal;
  }
}
