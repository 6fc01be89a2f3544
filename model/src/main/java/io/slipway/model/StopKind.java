package io.slipway.model;

/** How far a stop had gone when the process ended. */
public enum StopKind {
  /** It had been asked to end (SIGTERM or the like) and ended within its grace. */
  ASKED,
  /** It was ended by force when its grace was over. */
  FORCED
}
