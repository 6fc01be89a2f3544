package io.slipway.master.loop;

import io.slipway.master.state.Application;
import io.slipway.master.state.Changes;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.WorkerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each change of state that a committed round made. */
final class StateLog {
  private static final Logger log = LoggerFactory.getLogger("io.slipway.master.state");

  private StateLog() {}

  static void write(Changes changes) {
    if (!log.isInfoEnabled()) {
      return;
    }
    for (Changes.Change<Worker> change : changes.workers()) {
      String before = change.before().map(StateLog::text).orElse("");
      String after = change.after().map(StateLog::text).orElse("removed");
      if (!before.equals(after)) {
        log.atInfo()
            .addKeyValue("state", change.after().map(row -> row.state().name()).orElse("REMOVED"))
            .log("worker {} {}", change.after().or(change::before).orElseThrow().id(), after);
      }
    }
    for (Changes.Change<Application> change : changes.applications()) {
      Application now = change.after().orElse(null);
      if (now != null && change.before().filter(old -> old.state() == now.state()).isEmpty()) {
        log.atInfo()
            .addKeyValue("state", now.state())
            .log(
                "application {} {}{}",
                now.id(),
                now.state(),
                now.outcome().map(o -> o.cause().isEmpty() ? "" : ": " + o.cause()).orElse(""));
      }
    }
    for (Changes.Change<Execution> change : changes.executions()) {
      Execution now = change.after().orElse(null);
      if (now != null && change.before().filter(old -> old.state() == now.state()).isEmpty()) {
        LoggingEventBuilder line = log.atInfo().addKeyValue("state", now.state());
        if (now.worker().isPresent()) {
          line = line.addKeyValue("worker", now.worker().get());
        }
        line.log(
            "execution {} {}{}{}",
            now.id(),
            now.state(),
            now.worker().map(WorkerId::value).map(id -> " on " + id).orElse(""),
            now.end().map(end -> ": " + end.ending().status()).orElse(""));
      }
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
}
