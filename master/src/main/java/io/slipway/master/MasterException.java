package io.slipway.master;

/** A master can't start; the message says to its operator what is wrong and what to do. */
public class MasterException extends Exception {
  private static final long serialVersionUID = 1;

  /** With what lies behind it. */
  public MasterException(String message, Throwable cause) {
    super(message, cause);
  }
}
