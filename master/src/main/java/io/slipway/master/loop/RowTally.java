package io.slipway.master.loop;

import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.RowListener;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import java.util.EnumMap;

/** Counts rows as they change, so that nobody walks the tables for it. The loop's thread only. */
final class RowTally implements RowListener {
  private final EnumMap<WorkerState, Integer> workers = new EnumMap<>(WorkerState.class);
  private final EnumMap<ApplicationState, Integer> applications =
      new EnumMap<>(ApplicationState.class);
  private final EnumMap<ExecutionState, Integer> drivers = new EnumMap<>(ExecutionState.class);
  private final EnumMap<ExecutionState, Integer> executors = new EnumMap<>(ExecutionState.class);
  private long cores;
  private long memoryBytes;
  private long allocatedCores;
  private long allocatedMemoryBytes;

  @Override
  public void workerChanged(Worker old, Worker now) {
    count(old, -1);
    count(now, 1);
  }

  private void count(Worker row, int step) {
    if (row == null) {
      return;
    }
    workers.merge(row.state(), step, Integer::sum);
    if (row.liveness() != WorkerState.LOST) {
      cores += step * (long) row.registration().capacity().cores();
      memoryBytes += step * row.registration().capacity().memoryBytes();
      allocatedCores += step * (long) row.allocated().cores();
      allocatedMemoryBytes += step * row.allocated().memoryBytes();
    }
  }

  @Override
  public void applicationChanged(Application old, Application now) {
    if (old != null) {
      applications.merge(old.state(), -1, Integer::sum);
    }
    if (now != null) {
      applications.merge(now.state(), 1, Integer::sum);
    }
  }

  @Override
  public void executionChanged(Execution old, Execution now) {
    count(old, -1);
    count(now, 1);
  }

  private void count(Execution row, int step) {
    if (row != null && row.active()) {
      (row.isDriver() ? drivers : executors).merge(row.state(), step, Integer::sum);
    }
  }

  ClusterCounts counts() {
    return new ClusterCounts(
        new EnumMap<>(workers),
        new EnumMap<>(applications),
        new EnumMap<>(drivers),
        new EnumMap<>(executors),
        cores,
        memoryBytes,
        allocatedCores,
        allocatedMemoryBytes);
  }
}
