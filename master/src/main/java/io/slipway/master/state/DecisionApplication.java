package io.slipway.master.state;

import com.google.protobuf.ByteString;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries out decisions in the tables. It chooses nothing. */
final class DecisionApplication {
  private final ClusterState state;
  private final FactApplication facts;

  DecisionApplication(ClusterState state) {
    this.state = state;
    this.facts = new FactApplication(state);
  }

  void apply(Decision decision, Moment now) {
    if (decision instanceof Decision.Placed placed) {
      placed(placed, now);
    } else if (decision instanceof Decision.Admitted admitted) {
      admitted(admitted, now);
    } else if (decision instanceof Decision.LaunchesOrdered launches) {
      for (int number : launches.executors()) {
        ExecutionId id = launches.application().executor(number);
        state.executions.put(state.executions.require(id).withState(ExecutionState.LAUNCHING));
      }
    } else if (decision instanceof Decision.DriverStopped stopped) {
      Application row = state.applications.require(stopped.application());
      stop(
          row.id().driver(row.attempt()),
          new StopOrder(stopped.by(), stopped.reason(), stopped.grace(), now));
    } else if (decision instanceof Decision.ExecutorsStopped stopped) {
      StopOrder order = new StopOrder(stopped.by(), stopped.reason(), stopped.grace(), now);
      for (int number : stopped.executors()) {
        stop(stopped.application().executor(number), order);
      }
    } else if (decision instanceof Decision.ReservationsReturned returned) {
      returned(returned, now);
    } else if (decision instanceof Decision.ApplicationChanged changed) {
      changed(changed, now);
    } else if (decision instanceof Decision.ApplicationRemoved removed) {
      removed(removed.application());
    } else if (decision instanceof Decision.WorkerRemoved removed) {
      state.workers.remove(removed.worker());
    } else {
      throw new AssertionError(decision);
    }
  }

  private void admitted(Decision.Admitted decision, Moment now) {
    Placement driver = decision.driver();
    Application row = state.applications.require(decision.application());
    int next = row.nextExecutor();
    for (List<Placement> placements : decision.reserved().values()) {
      for (Placement placement : placements) {
        next = Math.max(next, placement.number() + 1);
      }
    }
    int nextExecutor = next;
    state.applications.put(
        row.with(
            change -> {
              change.attempt = driver.number();
              change.nextExecutor = nextExecutor;
              change.finishing = false;
              change.reservationsOver = false;
              change.failuresInRow = 0;
              change.waitingSince = now.clusterMillis();
              change.enter(ApplicationState.STARTING, now);
            }));
    int attempt = driver.number();
    place(row.id().driver(attempt), attempt, "", driver, ExecutionState.LAUNCHING, now);
    for (Map.Entry<String, List<Placement>> entry : decision.reserved().entrySet()) {
      for (Placement placement : entry.getValue()) {
        place(
            row.id().executor(placement.number()),
            attempt,
            entry.getKey(),
            placement,
            ExecutionState.PENDING,
            now);
      }
    }
  }

  private void placed(Decision.Placed decision, Moment now) {
    ApplicationId id = decision.application();
    for (Placement placement : decision.placements()) {
      place(
          id.executor(placement.number()),
          decision.attempt(),
          decision.profile(),
          placement,
          ExecutionState.LAUNCHING,
          now);
    }
    int last = decision.placements().get(decision.placements().size() - 1).number();
    Application row = state.applications.require(id);
    state.applications.put(
        row.with(
            change -> {
              change.nextExecutor = Math.max(change.nextExecutor, last + 1);
              change.waitingSince = now.clusterMillis();
            }));
  }

  private void place(
      ExecutionId id,
      int attempt,
      String profile,
      Placement placement,
      ExecutionState initial,
      Moment now) {
    Worker worker = state.workers.require(placement.worker());
    state.workers.put(worker.withAllocated(worker.allocated().plus(placement.reserved())));
    state.executions.put(
        new Execution(
            id,
            attempt,
            profile,
            Optional.of(placement.worker()),
            placement.reserved(),
            initial,
            now,
            Optional.empty(),
            Collections.emptySortedMap(),
            Optional.empty(),
            Optional.empty()));
  }

  private void stop(ExecutionId id, StopOrder order) {
    Execution row = state.executions.get(id);
    if (row != null && row.wanted()) {
      state.executions.put(row.stopping(order));
    }
  }

  private void returned(Decision.ReservationsReturned decision, Moment now) {
    ExecutionEnd end =
        new ExecutionEnd(
            Ending.notStarted(decision.reason()), ByteString.EMPTY, ByteString.EMPTY, now, false);
    for (int number : decision.executors()) {
      Execution row = state.executions.require(decision.application().executor(number));
      state.executions.put(row.ended(end));
      state.deadlines.remove(new Deadline.Key(Deadline.Kind.EXECUTION_LOST, row.id().toString()));
      row.worker().ifPresent(worker -> facts.release(worker, row.reserved()));
    }
    facts.forgetOldest(decision.application());
  }

  private void changed(Decision.ApplicationChanged decision, Moment now) {
    Application row = state.applications.require(decision.application());
    if (decision.outcome().isPresent()) {
      state.deadlines.remove(new Deadline.Key(Deadline.Kind.TIME_LIMIT, row.id().value()));
    }
    if (decision.state().isFinal()) {
      dropDeadlines(row);
    }
    state.applications.put(
        row.with(
            change -> {
              change.outcome = decision.outcome();
              if (decision.state() != row.state()) {
                change.enter(
                    decision.state(),
                    decision.state() == ApplicationState.RUNNING ? driverStarted(row, now) : now);
                change.waitingSince = now.clusterMillis();
              }
              if (decision.state() == ApplicationState.RESTARTING) {
                change.profiles = row.submission().spec().profiles();
                change.exclude(Collections.emptySortedSet());
                change.maxCores =
                    row.submission().spec().maxCores().isPresent()
                        ? row.submission().spec().maxCores()
                        : state.meta().settings().defaultMaxCores();
              }
              if (decision.state().isFinal()) {
                change.forgiveAll();
              }
            }));
  }

  private Moment driverStarted(Application row, Moment now) {
    return state.driverOf(row).flatMap(Execution::running).orElse(now);
  }

  private void dropDeadlines(Application row) {
    String id = row.id().value();
    state.deadlines.remove(new Deadline.Key(Deadline.Kind.REGISTER, id));
    state.deadlines.remove(new Deadline.Key(Deadline.Kind.DRIVER_LOST, id));
    for (WorkerId avoided : row.avoided().keySet()) {
      state.deadlines.remove(new Deadline.Key(Deadline.Kind.AVOIDANCE_OVER, id + " " + avoided));
    }
  }

  private void removed(ApplicationId id) {
    ApplicationExecutions executions = state.executionsOf(id);
    for (int number : List.copyOf(executions.drivers().keySet())) {
      state.executions.remove(id.driver(number));
    }
    for (int number : List.copyOf(executions.executors().keySet())) {
      state.executions.remove(id.executor(number));
    }
    state.applications.remove(id);
  }
}
