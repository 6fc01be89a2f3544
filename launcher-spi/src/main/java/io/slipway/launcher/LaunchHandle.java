package io.slipway.launcher;

import io.slipway.model.Ending;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** One launched process. Safe for use by several threads. */
public interface LaunchHandle {
  /**
   * How the process ended. Completes exactly once, also after a reattachment, on a thread of the
   * launcher's that must not be blocked; when it completes, the process and all that it started are
   * gone, and its output is complete in the log files. It never completes exceptionally: what
   * nobody can know is {@code Lost}.
   */
  CompletionStage<Ending> exit();

  /**
   * Stops the process and all that it started: asks, waits, then forces. Returns at once; the end
   * is told by {@link #exit}. The request outlives the caller: if its process dies now, the stop is
   * carried out all the same. Idempotent: of several stops the earliest deadline counts; no effect
   * after the end.
   *
   * @param grace time between asking and forcing; zero forces at once
   */
  void stop(Duration grace);

  /**
   * What the process and all that it started use now; empty fields where this launcher can't tell.
   */
  ResourceUsage usage();

  /** The process id on this machine, where there is one. */
  OptionalLong processId();
}
