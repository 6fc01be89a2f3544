package io.slipway.master.state;

import java.io.IOException;

/**
 * A record or snapshot holds what this program does not know, or is damaged. A master that meets it
 * must end: going on without it would let the masters diverge. The message says what to do.
 */
public final class StateFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /** With a message for an operator. */
  public StateFormatException(String message) {
    super(message);
  }

  /** With a message for an operator, and what lies behind it. */
  public StateFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
