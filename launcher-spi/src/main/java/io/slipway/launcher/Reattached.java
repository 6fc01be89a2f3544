package io.slipway.launcher;

import io.slipway.model.Ending;

/** What became of a launch by an earlier launcher object. */
public sealed interface Reattached {
  /**
   * It runs, or has been asked to stop and runs still.
   *
   * @param handle as if launched by this object
   */
  record Running(LaunchHandle handle) implements Reattached {}

  /**
   * It has ended since.
   *
   * @param ending the truth, from a durable record
   */
  record Ended(Ending ending) implements Reattached {}

  /** No process was ever started, and from now on none can be. */
  record NeverStarted() implements Reattached {}

  /**
   * Nobody can know.
   *
   * @param reason in words, for people
   */
  record Unknown(String reason) implements Reattached {}
}
