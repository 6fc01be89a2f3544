package io.slipway.cli;

import io.slipway.client.SlipwayException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** Turns what was thrown into what the user is told. */
final class Failures {
  private Failures() {}

  /** Explains an exception that no command has explained itself. */
  static CommandFailedException explain(Throwable problem) {
    if (problem instanceof SlipwayException e) {
      return CommandFailedException.failed(e.getMessage() + advice(e), e);
    }
    if (problem instanceof IOException && problem.getCause() instanceof SlipwayException e) {
      return CommandFailedException.failed(e.getMessage() + advice(e), e);
    }
    if (problem instanceof FileSystemException) {
      return CommandFailedException.failed(Reasons.of(problem), problem);
    }
    if (problem instanceof InterruptedException) {
      return CommandFailedException.failed("interrupted", problem);
    }
    if (problem instanceof IOException && problem.getMessage() != null) {
      return CommandFailedException.failed(problem.getMessage(), problem);
    }
    return CommandFailedException.failed(
        "internal error: "
            + problem
            + " (set SLIPWAY_DEBUG=1 for the stack trace, and please report it)",
        problem);
  }

  /**
   * Explains why a master or a worker can't start.
   *
   * @param flag that names its directory
   */
  static CommandFailedException start(Exception problem, String flag) {
    // The message of such an exception is the file's name alone.
    return CommandFailedException.failed(
        problem.getCause() instanceof FileSystemException cause
            ? "can't use its directory: "
                + Reasons.of(cause)
                + "; give one that this account may write to: "
                + flag
            : problem.getMessage(),
        problem);
  }

  private static String advice(SlipwayException problem) {
    return switch (problem.kind()) {
      case UNREACHABLE -> "; check --master, and that the master runs";
      case NOT_ALLOWED ->
          problem.reason().equals("NOT_ALLOWED")
              ? "; check --token-file: it must be a user's token, as in the file 'user-token'"
              : "; check --token-file: it must be a token of that cluster";
      case UNKNOWN_ID -> "; 'slipway list' shows the applications";
      case OVERLOADED, TIMED_OUT -> "; try again later";
      case CLOSED, INVALID, NOT_SUPPORTED, WRONG_STATE, DATA_LOSS, OTHER -> "";
    };
  }
}
