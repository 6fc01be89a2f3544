package io.slipway.master.state;

import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that changed, each once, in the order in which they changed first.
 *
 * @param workers changed workers
 * @param applications changed applications
 * @param executions changed executions
 */
public record Changes(
    List<Change<Worker>> workers,
    List<Change<Application>> applications,
    List<Change<Execution>> executions) {

  /** One row, before and after; empty where there is none. */
  public record Change<V>(Optional<V> before, Optional<V> after) {}

  /** Copies. */
  public Changes {
    workers = List.copyOf(workers);
    applications = List.copyOf(applications);
    executions = List.copyOf(executions);
  }

  static Changes of(ClusterState state, List<Table.Undo<?, ?>> undo) {
    Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    Map<ApplicationId, Application> applications = new LinkedHashMap<>();
    Map<ExecutionId, Execution> executions = new LinkedHashMap<>();
    for (Table.Undo<?, ?> change : undo) {
      if (change.table() == state.executions) {
        first(executions, (ExecutionId) change.key(), (Execution) change.old());
      } else if (change.table() == state.workers) {
        first(workers, (WorkerId) change.key(), (Worker) change.old());
      } else if (change.table() == state.applications) {
        first(applications, (ApplicationId) change.key(), (Application) change.old());
      }
    }
    return new Changes(
        changes(workers, state.workers),
        changes(applications, state.applications),
        changes(executions, state.executions));
  }

  private static <K, V> void first(Map<K, V> before, K key, V old) {
    if (!before.containsKey(key)) {
      before.put(key, old);
    }
  }

  private static <K, V> List<Change<V>> changes(Map<K, V> before, Table<K, V> table) {
    List<Change<V>> changes = new ArrayList<>(before.size());
    before.forEach(
        (key, old) ->
            changes.add(
                new Change<>(Optional.ofNullable(old), Optional.ofNullable(table.get(key)))));
    return changes;
  }
}
