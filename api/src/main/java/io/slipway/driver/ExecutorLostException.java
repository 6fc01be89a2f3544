package io.slipway.driver;

/**
 * The cause of the {@code ExecutionException} of a task that was given up: every executor that it
 * was sent to was lost before it had finished, as often as {@link SlipwayExecutor#MAXIMUM_LOSSES}
 * says.
 */
public final class ExecutorLostException extends Exception {
  private static final long serialVersionUID = 1;

  ExecutorLostException(String message) {
    super(message);
  }
}
