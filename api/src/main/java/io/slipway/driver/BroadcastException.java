package io.slipway.driver;

/**
 * A broadcast value could not be fetched in an executor: it was closed in the driver, the
 * connection broke, there was no room on the disk, the thread was interrupted. A task that lets it
 * pass fails; where the connection broke, the task runs again elsewhere all the same.
 */
public final class BroadcastException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Internal to Slipway. */
  public BroadcastException(String message, Throwable cause) {
    super(message, cause);
  }
}
