package io.slipway.master.loop;

import io.slipway.master.decide.Refusal;
import io.slipway.master.decide.Request.Cursor;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.state.Application;
import io.slipway.master.state.ApplicationExecutions;
import io.slipway.master.state.Changes;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The watches that are open; only the loop uses it. */
final class Watches {
  private final ClusterState state;
  private final Map<ApplicationId, List<Watch>> watches = new HashMap<>();

  Watches(ClusterState state) {
    this.state = state;
  }

  /** Begins to tell a watcher; a snapshot comes first. */
  void open(Watch watch) {
    watches.computeIfAbsent(watch.application(), id -> new ArrayList<>()).add(watch);
    snapshot(watch);
  }

  void close(Watch watch) {
    List<Watch> all = watches.get(watch.application());
    if (all != null && all.remove(watch) && all.isEmpty()) {
      watches.remove(watch.application());
    }
  }

  void snapshot(Watch watch) {
    Application row = state.application(watch.application()).orElse(null);
    if (row == null) {
      gone(watch);
      return;
    }
    ApplicationExecutions index = state.executionsOf(row.id());
    List<Execution> executions = new ArrayList<>(index.drivers().values());
    executions.addAll(index.executors().values());
    Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    executions.forEach(execution -> addWorker(workers, execution));
    watch.offer(new WatchEvent.Snapshot(cursor(), row, executions, List.copyOf(workers.values())));
  }

  private static void gone(Watch watch) {
    watch.offer(
        new WatchEvent.Closed(
            new RequestRefused(Refusal.NOT_FOUND, "no application " + watch.application())));
  }

  void closeAll(RequestRefused reason) {
    watches.values().forEach(all -> all.forEach(w -> w.offer(new WatchEvent.Closed(reason))));
    watches.clear();
  }

  private Cursor cursor() {
    return new Cursor(state.meta().term(), state.meta().number());
  }

  private void addWorker(Map<WorkerId, Worker> workers, Execution execution) {
    execution
        .worker()
        .flatMap(state::worker)
        .ifPresent(worker -> workers.putIfAbsent(worker.id(), worker));
  }

  private static final class Told {
    Optional<Application> application = Optional.empty();
    final List<Execution> executions = new ArrayList<>();
    final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
  }

  /** Tells watchers of a committed round. */
  void publish(Changes changes) {
    if (watches.isEmpty()) {
      return;
    }
    Map<ApplicationId, Told> told = new LinkedHashMap<>();
    for (Changes.Change<Application> change : changes.applications()) {
      ApplicationId id = change.after().or(change::before).orElseThrow().id();
      if (!watches.containsKey(id)) {
        continue;
      }
      if (change.after().isEmpty()) {
        watches.remove(id).forEach(Watches::gone);
      } else {
        told(told, id).application = change.after();
      }
    }
    for (Changes.Change<Execution> change : changes.executions()) {
      if (change.after().isPresent()) {
        Execution execution = change.after().get();
        if (watches.containsKey(execution.id().application())) {
          Told one = told(told, execution.id().application());
          one.executions.add(execution);
          addWorker(one.workers, execution);
        }
      }
    }
    for (Changes.Change<Worker> change : changes.workers()) {
      if (change.after().isPresent()
          && change
              .before()
              .map(Worker::state)
              .filter(change.after().get().state()::equals)
              .isEmpty()) {
        for (ExecutionId id : state.activeOn(change.after().get().id()).keySet()) {
          if (watches.containsKey(id.application())) {
            told(told, id.application())
                .workers
                .put(change.after().get().id(), change.after().get());
          }
        }
      }
    }
    Cursor cursor = cursor();
    told.forEach(
        (id, one) ->
            watches
                .get(id)
                .forEach(
                    watch ->
                        watch.offer(
                            new WatchEvent.Changed(
                                cursor,
                                one.application,
                                List.copyOf(one.executions),
                                List.copyOf(one.workers.values())))));
  }

  private static Told told(Map<ApplicationId, Told> told, ApplicationId id) {
    return told.computeIfAbsent(id, key -> new Told());
  }
}
