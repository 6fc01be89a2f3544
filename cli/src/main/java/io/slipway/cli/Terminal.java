package io.slipway.cli;

/** Whether a person looks on. */
final class Terminal {
  private Terminal() {}

  /** Whether standard error is a terminal; the script that starts the command can tell. */
  static boolean onStandardError() {
    return Boolean.getBoolean("slipway.terminal");
  }
}
