package io.slipway.master.state;

/** Which of the workers that have room is chosen. */
public enum PlacementStrategy {
  /** The one with the most free cores; ties by worker id. */
  SPREAD,
  /** The one with the fewest free cores, so that one is filled before the next; ties by id. */
  PACK
}
