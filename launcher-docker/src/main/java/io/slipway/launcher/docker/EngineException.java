package io.slipway.launcher.docker;

/** The engine refused something, or could not be asked. The message is for people. */
final class EngineException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * With a reason.
   *
   * @param status the answer's HTTP status; 0 if there was no answer, so that nobody knows whether
   *     the request was carried out
   */
  EngineException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Whether there was no answer: what was asked for may have been done, or not. */
  boolean isUnanswered() {
    return status == 0;
  }

  boolean isNotFound() {
    return status == 404;
  }

  boolean isConflict() {
    return status == 409;
  }
}
