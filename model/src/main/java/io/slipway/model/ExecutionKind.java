package io.slipway.model;

/** What an execution is to its application. */
public enum ExecutionKind {
  /** One attempt at the control process. */
  DRIVER("d"),
  /** A process that works for the driver. */
  EXECUTOR("e");

  private final String letter;

  ExecutionKind(String letter) {
    this.letter = letter;
  }

  /** The letter that stands in an {@link ExecutionId}. */
  public String letter() {
    return letter;
  }
}
