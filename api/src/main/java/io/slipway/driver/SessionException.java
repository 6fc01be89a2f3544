package io.slipway.driver;

/** A session could not be opened. The message says what to do. */
public final class SessionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SessionException(String message) {
    super(message);
  }

  SessionException(String message, Throwable cause) {
    super(message, cause);
  }
}
