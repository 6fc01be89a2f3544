package io.slipway.launcher;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an execution uses.
 *
 * @param cpuTime processor time of the whole tree since its start
 * @param memoryBytes resident memory of the whole tree now
 */
public record ResourceUsage(Optional<Duration> cpuTime, OptionalLong memoryBytes) {
  /** Nothing is known. */
  public static final ResourceUsage UNKNOWN =
      new ResourceUsage(Optional.empty(), OptionalLong.empty());
}
