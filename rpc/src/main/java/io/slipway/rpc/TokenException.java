package io.slipway.rpc;

/** A token can't be had; the message names the file and says what to do. */
public class TokenException extends Exception {
  private static final long serialVersionUID = 1;

  /** With a message for a person. */
  public TokenException(String message) {
    super(message);
  }

  /** With a message for a person, and what lies behind it. */
  public TokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
