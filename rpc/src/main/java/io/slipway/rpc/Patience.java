package io.slipway.rpc;

import java.time.Duration;
import java.util.Optional;

/**
 * How long one call is made again while no master answers it.
 *
 * @param limit counted from the call's start, or from the last answer to it that was one; empty for
 *     ever
 */
public record Patience(Optional<Duration> limit) {
  /** For ever: workers and drivers. */
  public static final Patience FOREVER = new Patience(Optional.empty());

  /** For so long: commands. */
  public static Patience of(Duration limit) {
    return new Patience(Optional.of(limit));
  }
}
