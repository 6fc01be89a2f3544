package io.slipway.master.state;

import java.time.Duration;

/**
 * Why an execution is stopped.
 *
 * @param by who asked: a principal's name, {@code driver}, or {@code master}
 * @param reason in words, for people
 * @param grace between being asked to end and being forced
 * @param at when it was ordered
 */
public record StopOrder(String by, String reason, Duration grace, Moment at) {
  /** {@link #by} of what follows from rules. */
  public static final String MASTER = "master";

  /** {@link #by} of what the application's driver asked for. */
  public static final String DRIVER = "driver";
}
