package io.slipway.model;

import java.util.Objects;
import java.util.Optional;

/**
 * How an execution ended, as its launcher saw it.
 *
 * @param status the exit status
 * @param memoryExhausted whether it was ended because it had used up its memory
 * @param stop present if a stop was under way, and how far it had gone
 * @param cause in words for people; empty if the status says it all
 */
public record Ending(
    ExitStatus status, boolean memoryExhausted, Optional<StopKind> stop, String cause) {
  /** Checks. */
  public Ending {
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(stop, "stop");
    Objects.requireNonNull(cause, "cause");
  }

  /** A status with nothing beside it. */
  public static Ending of(ExitStatus status) {
    return new Ending(status, false, Optional.empty(), "");
  }

  /** Ended by itself with a code. */
  public static Ending exited(int code) {
    return of(new ExitStatus.Exited(code));
  }

  /** Nobody can know. */
  public static Ending lost(String reason) {
    return of(new ExitStatus.Lost(reason));
  }

  /** Never ran. */
  public static Ending notStarted(String reason) {
    return of(new ExitStatus.NotStarted(reason));
  }
}
