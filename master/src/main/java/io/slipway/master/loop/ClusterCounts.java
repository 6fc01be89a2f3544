package io.slipway.master.loop;

import io.slipway.model.ApplicationState;
import io.slipway.model.ExecutionKind;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import java.util.Map;

/**
 * How many rows a state has.
 *
 * @param workers by what people are told of them
 * @param applications by state; finished ones as long as they are kept
 * @param drivers by state; without those that have ended
 * @param executors by state; without those that have ended
 * @param cores of all workers that are not lost
 * @param memoryBytes of the same workers
 * @param allocatedCores of these
 * @param allocatedMemoryBytes of these
 */
public record ClusterCounts(
    Map<WorkerState, Integer> workers,
    Map<ApplicationState, Integer> applications,
    Map<ExecutionState, Integer> drivers,
    Map<ExecutionState, Integer> executors,
    long cores,
    long memoryBytes,
    long allocatedCores,
    long allocatedMemoryBytes) {
  /** Of an empty state. */
  public static final ClusterCounts NONE =
      new ClusterCounts(Map.of(), Map.of(), Map.of(), Map.of(), 0, 0, 0, 0);

  /** Executions of a kind in a state; not for ended ones. */
  public int executions(ExecutionKind kind, ExecutionState state) {
    return (kind == ExecutionKind.DRIVER ? drivers : executors).getOrDefault(state, 0);
  }
}
