package io.slipway.worker.link;

/**
 * The masters belong to another cluster than the one that this worker has joined. The worker stops
 * nothing and ends; its operator gives it the right masters, or another work directory.
 */
public final class WrongClusterException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With a message for people. */
  public WrongClusterException(String message) {
    super(message);
  }
}
