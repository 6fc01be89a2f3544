package io.slipway.cli;

/**
 * What was asked can't be done. The message is one line for the user, with the offending value and
 * what to do next; the command prints it and ends with the exit code.
 */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CommandFailedException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The command line or the configuration is wrong. */
  static CommandFailedException usage(String message) {
    return new CommandFailedException(ExitCodes.USAGE, message, null);
  }

  /** The command line was right, and yet it can't be done. */
  static CommandFailedException failed(String message) {
    return new CommandFailedException(ExitCodes.FAILED, message, null);
  }

  /** The command line was right, and yet it can't be done. */
  static CommandFailedException failed(String message, Throwable cause) {
    return new CommandFailedException(ExitCodes.FAILED, message, cause);
  }

  /** The code that the command ends with. */
  int exitCode() {
    return exitCode;
  }
}
