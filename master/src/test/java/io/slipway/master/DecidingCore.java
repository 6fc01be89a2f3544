package io.slipway.master;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Deliberation;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterSettings;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Moment;
import io.slipway.master.state.Round;
import io.slipway.master.state.StateRows;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The deciding core without journal, loop and threads: each call is a round of its own. */
public final class DecidingCore {
  private static final long WALL = 1_795_000_000_000L;

  private final ClusterState state = new ClusterState();
  private final Scheduler scheduler = new Scheduler(state);
  private final Liveness liveness = new Liveness();
  private final List<ByteString> records = new ArrayList<>();
  private final long term;
  private long nanos;
  private boolean more;
  private long aheadMillis;

  public DecidingCore() {
    this(ClusterSettings.DEFAULT);
  }

  public DecidingCore(ClusterSettings settings) {
    this.term = 1;
    Deliberation first = begin();
    first.accept(
        new Fact.Leading(
            "cluster-1", ByteString.copyFromUtf8("key"), Round.FEATURE_LEVEL, settings, 10_000));
    commit(first);
  }

  public ClusterState state() {
    return state;
  }

  public Scheduler scheduler() {
    return scheduler;
  }

  public List<ByteString> records() {
    return records;
  }

  public Deliberation begin() {
    return new Deliberation(
        state,
        scheduler,
        liveness,
        term,
        new Moment(nanos / 1_000_000, WALL + aheadMillis + nanos / 1_000_000),
        nanos,
        nanos);
  }

  /** Concludes and keeps; returns the record. */
  public Optional<ByteString> commit(Deliberation round) {
    if (more) {
      round.goOn();
    }
    Optional<ByteString> record = round.conclude();
    if (record.isPresent()) {
      more = round.more();
      records.add(record.get());
      state.forgetUndo();
    } else {
      more = false;
      state.undo();
    }
    return record;
  }

  /** Concludes, and undoes it: as when the journal refuses. */
  public void abandon(Deliberation round) {
    round.conclude();
    state.undo();
  }

  public <R> R ask(Request<R> request) {
    Deliberation round = begin();
    Supplier<R> reply;
    try {
      reply = round.handle(request);
    } catch (RequestRefused e) {
      state.undo();
      throw e;
    }
    if (more) {
      round.goOn();
    }
    Optional<ByteString> record = round.conclude();
    R value = reply.get();
    if (record.isPresent()) {
      records.add(record.get());
      state.forgetUndo();
      more = round.more();
    } else {
      state.undo();
    }
    return value;
  }

  public boolean more() {
    return more;
  }

  public void setWallClockAhead(Duration time) {
    aheadMillis = time.toMillis();
  }

  public void advance(Duration time) {
    nanos += time.toNanos();
    do {
      Deliberation round = begin();
      round.checkTime();
      commit(round);
    } while (more);
  }

  // Short forms

  public ApplicationId submit(Request.SubmitApplication request) {
    return ask(request).application();
  }

  public Application application(ApplicationId id) {
    return state.application(id).orElseThrow();
  }

  public ApplicationState stateOf(ApplicationId id) {
    return application(id).state();
  }

  public Execution execution(ExecutionId id) {
    return state.execution(id).orElseThrow();
  }

  public void report(ExecutionId id, Request.ExecutionReport report) {
    Execution row = execution(id);
    long epoch = state.worker(row.worker().orElseThrow()).orElseThrow().epoch();
    ask(new Request.ReportExecutions(row.worker().get(), epoch, List.of(report)));
  }

  public void launched(ExecutionId id) {
    report(id, new Request.ExecutionReport.Launched(id, new TreeMap<>()));
  }

  public void ended(ExecutionId id, Ending ending) {
    report(
        id,
        new Request.ExecutionReport.Ended(id, ending, Samples.bytes("out"), Samples.bytes("err")));
  }

  public List<Execution> executors(ApplicationId id, ExecutionState... states) {
    Set<ExecutionState> wanted = Set.of(states);
    return state.executionsOf(id).executors().values().stream()
        .filter(row -> wanted.isEmpty() || wanted.contains(row.state()))
        .toList();
  }

  /** All rows, to be compared. */
  public static Set<Object> rows(ClusterState state) {
    StateRows rows = state.rows();
    Set<Object> all = new HashSet<>();
    all.add(rows.meta());
    all.addAll(rows.workers());
    all.addAll(rows.applications());
    all.addAll(rows.executions());
    all.addAll(rows.answers());
    all.addAll(rows.deadlines());
    return all;
  }
}
