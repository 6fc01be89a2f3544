package io.slipway.driver;

import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;

/**
 * One executor of a session, as far as it is known now.
 *
 * @param id its execution
 * @param state where it is in its life, as the masters told last
 * @param workerId the worker that runs it; empty while that is not known
 * @param host where it runs; empty while that is not known
 * @param cores its task threads; 0 before it is connected
 * @param connected whether it takes tasks now
 */
public record ExecutorView(
    ExecutionId id,
    ExecutionState state,
    String workerId,
    String host,
    int cores,
    boolean connected) {
  /** Its number within the application, from 1. */
  public int number() {
    return id.number();
  }

  /** The same, ended. */
  ExecutorView ended() {
    return new ExecutorView(id, ExecutionState.ENDED, workerId, host, 0, false);
  }
}
