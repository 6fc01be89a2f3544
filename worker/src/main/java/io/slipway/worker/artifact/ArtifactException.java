package io.slipway.worker.artifact;

/**
 * An artifact can't be had, and asking again would not help; the message is the reason for people.
 * The caller reports the execution as not started.
 */
public final class ArtifactException extends Exception {
  private static final long serialVersionUID = 1;

  /** With a reason for people. */
  public ArtifactException(String reason) {
    super(reason);
  }

  /** With a reason for people, and what lies behind it. */
  public ArtifactException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
