package io.slipway.cli;

import io.slipway.client.ApplicationReport;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;

/** The exit code that tells how an application ended. */
final class Outcome {
  private Outcome() {}

  /** From the record of an application whose state is final. */
  static int exitCode(ApplicationReport report) {
    if (report.timeLimitPassed()) {
      return ExitCodes.TIME_LIMIT;
    }
    return switch (report.state()) {
      case SUCCEEDED -> ExitCodes.OK;
      case KILLED -> ExitCodes.KILLED;
      case LOST -> ExitCodes.LOST;
      case FAILED -> failed(report);
      case QUEUED, STARTING, RUNNING, RESTARTING, STOPPING ->
          throw new IllegalArgumentException("not final: " + report.state());
    };
  }

  /**
   * The same for a driver that was stopped for the cluster's sake, whose own code says nothing.
   *
   * @param state LOST, KILLED or FAILED
   */
  static int exitCodeOfStopped(ApplicationState state) {
    return switch (state) {
      case LOST -> ExitCodes.LOST;
      case KILLED -> ExitCodes.KILLED;
      case FAILED -> ExitCodes.FAILED;
      case SUCCEEDED, QUEUED, STARTING, RUNNING, RESTARTING, STOPPING ->
          throw new IllegalArgumentException("not an end by a stop: " + state);
    };
  }

  private static int failed(ApplicationReport report) {
    // Without a driver's end of its own, or with one that Slipway brought about, the failure is not
    // the driver's.
    if (report.ending().isEmpty() || report.ending().get().stop().isPresent()) {
      return ExitCodes.FAILED;
    }
    int code = exitCode(report.ending().get());
    return code == ExitCodes.OK ? ExitCodes.FAILED : code;
  }

  /** From the end of the driver's process. */
  static int exitCode(Ending ending) {
    ExitStatus status = ending.status();
    if (status instanceof ExitStatus.Exited exited) {
      return exited.code();
    }
    if (status instanceof ExitStatus.Signalled signalled) {
      return ExitCodes.SIGNAL_BASE + signalled.number();
    }
    return status instanceof ExitStatus.Lost ? ExitCodes.LOST : ExitCodes.FAILED;
  }
}
