package io.slipway.cli;

/** The exit codes of the command's own; any other code of {@code submit} is the driver's. */
final class ExitCodes {
  /** Done. */
  static final int OK = 0;

  /** The command line or the configuration is wrong; nothing was done. */
  static final int USAGE = 2;

  /** The application was ended by somebody's request. */
  static final int KILLED = 122;

  /** Nobody can know how the application's driver ended. */
  static final int LOST = 123;

  /** The application's time limit passed; the code of {@code timeout(1)}. */
  static final int TIME_LIMIT = 124;

  /** Slipway itself could not do what was asked. */
  static final int FAILED = 125;

  /** What a shell reports for a process that a signal ended is this and the signal's number. */
  static final int SIGNAL_BASE = 128;

  private ExitCodes() {}
}
