package io.slipway.driver;

/**
 * Why a task did not run to its end: its session was closed, or its application was ended. The
 * cause of the {@code ExecutionException} of every task that was unfinished then.
 */
public final class SessionClosedException extends Exception {
  private static final long serialVersionUID = 1;

  SessionClosedException(String message) {
    super(message);
  }
}
