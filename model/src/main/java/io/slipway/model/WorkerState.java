package io.slipway.model;

/** What the master holds of a worker. */
public enum WorkerState {
  /** Heard from within its lease. */
  LIVE,
  /** Silent for longer than its lease: nothing new is placed there, and nothing is concluded. */
  SUSPECT,
  /** Nothing new is placed there; what runs may finish. */
  DRAINING,
  /** Silent for longer than lost-after: its executions are lost and replaced. */
  LOST
}
