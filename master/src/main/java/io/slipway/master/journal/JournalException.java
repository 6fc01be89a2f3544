package io.slipway.master.journal;

/**
 * The journal can't be opened as it is; the message names the file, what is wrong with it and what
 * an operator can do.
 */
public class JournalException extends Exception {
  private static final long serialVersionUID = 1;

  /** With a message for an operator. */
  public JournalException(String message) {
    super(message);
  }

  /** With a message for an operator, and what lies behind it. */
  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
