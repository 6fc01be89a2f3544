package io.slipway.rpc;

import java.io.IOException;

/** A port can't be opened; the message names the address and says what to do. */
public class ListenException extends IOException {
  private static final long serialVersionUID = 1;

  /** With a message for a person. */
  public ListenException(String message) {
    super(message);
  }

  /** With a message for a person, and what lies behind it. */
  public ListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
