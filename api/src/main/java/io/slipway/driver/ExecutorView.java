package io.slipway.driver;

import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One executor of a session, as far as it is known now.
 *
 * @param id its execution
 * @param profile the name of its profile
 * @param state where it is in its life, as the masters told last
 * @param workerId the worker that runs it; empty while that is not known
 * @param host where it runs; empty while that is not known
 * @param ports the addresses of its named ports, once they are known
 * @param cores its task threads; 0 before it is connected
 * @param connected whether it takes tasks now
 */
public record ExecutorView(
    ExecutionId id,
    String profile,
    ExecutionState state,
    String workerId,
    String host,
    SortedMap<String, HostPort> ports,
    int cores,
    boolean connected) {
  /** Copies. */
  public ExecutorView {
    ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
  }

  /** Its number within the application, from 1. */
  public int number() {
    return id.number();
  }

  /** The same, ended. */
  ExecutorView ended() {
    return new ExecutorView(id, profile, ExecutionState.ENDED, workerId, host, ports, 0, false);
  }

  /** The same, connected. */
  ExecutorView connected(String hostToldByIt, int taskThreads) {
    return new ExecutorView(
        id,
        profile,
        ExecutionState.RUNNING,
        workerId,
        host.isEmpty() ? hostToldByIt : host,
        ports,
        taskThreads,
        true);
  }
}
