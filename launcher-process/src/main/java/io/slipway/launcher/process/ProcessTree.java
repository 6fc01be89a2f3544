package io.slipway.launcher.process;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A program and everything that it has started. */
interface ProcessTree {
  /** Kills what is left of it, and returns when nothing is. */
  void kill();

  /** Processor time since the start. */
  Optional<Duration> cpuTime();

  /** Resident memory. */
  OptionalLong memoryBytes();

  /** Removes what this machine keeps for a tree of which nothing is left. */
  void remove();
}
