package io.slipway.master.loop;

import io.slipway.master.state.Application;
import io.slipway.master.state.Changes;
import io.slipway.master.state.Execution;
import io.slipway.master.state.StateChange;
import io.slipway.master.state.Worker;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each change of state that a committed round made, those included that were over
 * before the round was.
 */
final class StateLog {
  private static final Logger log = LoggerFactory.getLogger("io.slipway.master.state");

  private StateLog() {}

  static void write(Changes changes) {
    if (!log.isInfoEnabled()) {
      return;
    }
    changes.workers().forEach(StateLog::worker);
    changes.applications().forEach(StateLog::application);
    changes.executions().forEach(StateLog::execution);
  }

  private static void worker(Changes.Change<Worker> change) {
    String before = change.before().map(StateLog::text).orElse("");
    String after = change.after().map(StateLog::text).orElse("REMOVED");
    if (!before.equals(after)) {
      log.atInfo()
          .addKeyValue("state", change.after().map(row -> row.state().name()).orElse("REMOVED"))
          .log("worker {} {}", change.after().or(change::before).orElseThrow().id(), after);
    }
  }

  private static String text(Worker worker) {
    return worker.state()
        + " (epoch "
        + worker.epoch()
        + ", "
        + worker.registration().address()
        + ", "
        + worker.registration().capacity()
        + ")";
  }

  private static void application(Changes.Change<Application> change) {
    Application now = change.after().orElse(null);
    if (now == null) {
      log.atInfo()
          .addKeyValue("state", "REMOVED")
          .log("application {} REMOVED", change.before().orElseThrow().id());
      return;
    }
    List<StateChange> entered = now.history();
    if (change.before().isPresent()) {
      List<StateChange> known = change.before().get().history();
      entered =
          entered.subList(entered.lastIndexOf(known.get(known.size() - 1)) + 1, entered.size());
    }
    for (StateChange one : entered) {
      log.atInfo()
          .addKeyValue("state", one.state())
          .log(
              "application {} {}{}",
              now.id(),
              one.state(),
              now.state() != one.state()
                  ? ""
                  : now.outcome().map(o -> o.cause().isEmpty() ? "" : ": " + o.cause()).orElse(""));
    }
  }

  private static void execution(Changes.Change<Execution> change) {
    Execution now = change.after().orElse(null);
    if (now == null) {
      return;
    }
    for (ExecutionState state : entered(change.before().orElse(null), now)) {
      LoggingEventBuilder line = log.atInfo().addKeyValue("state", state);
      if (now.worker().isPresent()) {
        line = line.addKeyValue("worker", now.worker().get());
      }
      line.log(
          "execution {} {}{}{}",
          now.id(),
          state,
          now.worker().map(WorkerId::value).map(id -> " on " + id).orElse(""),
          state == ExecutionState.ENDED
              ? now.end().map(end -> ": " + end.ending().status()).orElse("")
              : "");
    }
  }

  /** The states that an execution has entered, in order. */
  private static List<ExecutionState> entered(Execution before, Execution now) {
    List<ExecutionState> entered = new ArrayList<>();
    boolean reserved = before != null && before.state() == ExecutionState.PENDING;
    boolean starts = reserved || before != null && before.state() == ExecutionState.LAUNCHING;
    if (before == null && now.state() == ExecutionState.PENDING) {
      entered.add(ExecutionState.PENDING);
    } else if (before == null
        || reserved && (now.running().isPresent() || now.state() == ExecutionState.LAUNCHING)) {
      entered.add(ExecutionState.LAUNCHING);
    }
    if (now.running().isPresent() && (before == null || starts)) {
      entered.add(ExecutionState.RUNNING);
    }
    if (now.stop().isPresent() && (before == null || before.stop().isEmpty())) {
      entered.add(ExecutionState.STOPPING);
    }
    boolean corrected = before != null && !before.end().equals(now.end());
    if (now.end().isPresent() && (before == null || corrected)) {
      entered.add(ExecutionState.ENDED);
    }
    return entered;
  }
}
