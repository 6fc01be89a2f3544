package io.slipway.worker;

/** A worker can't start; the message is for people and says why. Nothing is left behind. */
public final class WorkerStartException extends Exception {
  private static final long serialVersionUID = 1;

  WorkerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
