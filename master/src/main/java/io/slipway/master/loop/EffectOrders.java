package io.slipway.master.loop;

import io.slipway.master.decide.Fencing;
import io.slipway.master.state.Application;
import io.slipway.master.state.Changes;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Meta;
import io.slipway.master.state.Worker;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import java.util.Optional;

/** What follows from committed rows: LAUNCHING means a launch, STOPPING a stop, else nothing. */
final class EffectOrders {
  private final ClusterState state;
  private final Effects effects;

  EffectOrders(ClusterState state, Effects effects) {
    this.state = state;
    this.effects = effects;
  }

  /** Orders everything that is due; after a take-over. */
  void all() {
    for (Execution execution : state.executions()) {
      order(execution);
    }
  }

  /** Orders what became due in a committed round. */
  void act(Changes changes) {
    for (Changes.Change<Worker> change : changes.workers()) {
      Worker now = change.after().orElse(null);
      if (now == null || sameToOthers(change.before(), now)) {
        continue;
      }
      effects.workerChanged(now);
      if (now.liveness() == WorkerState.LIVE) {
        state.activeOn(now.id()).values().forEach(this::order);
      }
    }
    for (Changes.Change<Execution> change : changes.executions()) {
      ExecutionState before = change.before().map(Execution::state).orElse(null);
      ExecutionState after = change.after().map(Execution::state).orElse(null);
      if (after == before) {
        continue;
      }
      if (due(after)) {
        order(change.after().get());
      } else if (due(before)) {
        effects.settled(change.before().get().id());
      }
    }
  }

  private static boolean sameToOthers(Optional<Worker> before, Worker now) {
    return before.isPresent()
        && before.get().epoch() == now.epoch()
        && before.get().state() == now.state()
        && before.get().registration() == now.registration();
  }

  private static boolean due(ExecutionState execution) {
    return execution == ExecutionState.LAUNCHING || execution == ExecutionState.STOPPING;
  }

  private void order(Execution execution) {
    Worker worker = execution.worker().flatMap(state::worker).orElse(null);
    if (worker == null || !due(execution.state())) {
      return;
    }
    Meta meta = state.meta();
    Fencing fencing = new Fencing(meta.clusterId(), meta.incarnation(), meta.term());
    if (execution.state() == ExecutionState.STOPPING) {
      effects.stop(fencing, execution, worker);
    } else {
      Application application = state.application(execution.id().application()).orElseThrow();
      effects.launch(fencing, execution, application, worker);
    }
  }
}
