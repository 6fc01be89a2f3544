package io.slipway.master.metrics;

import static java.util.Locale.ROOT;

import com.google.common.base.CaseFormat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterCounts;
import io.slipway.master.loop.LoopMonitor;
import io.slipway.master.state.Application;
import io.slipway.master.state.Changes;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.StateChange;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.ExecutionKind;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import io.slipway.monitoring.EndingCause;
import io.slipway.monitoring.Metrics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The metrics of a master, told by its loop. What is counted with changes of state is counted by
 * the leader, from the rounds that it committed itself since it started; amounts are the same on
 * every master.
 */
public final class MasterMetrics implements LoopMonitor {
  private final Metrics metrics;

  private final Map<Class<?>, Counter> requests = new HashMap<>();
  private final Counter overloaded;
  private final Timer waited;
  private final Timer sync;
  private final Counter lapsedWorkers;
  private final Counter lapsedDrivers;
  private final Timer decide;
  private final Timer schedule;
  private final Timer commit;
  private final Timer snapshot;
  private final Counter written;
  private final Counter abandoned;
  private final Counter snapshotsFailed;
  private final Counter submitted;
  private final Map<ApplicationState, Counter> finished = new EnumMap<>(ApplicationState.class);
  private final Timer queued;
  private final Map<ExecutionKind, Timer> launch = new EnumMap<>(ExecutionKind.class);
  private final Map<ExecutionKind, Map<EndingCause, Counter>> ended =
      new EnumMap<>(ExecutionKind.class);
  private final Map<WorkerState, Counter> workerChanges = new EnumMap<>(WorkerState.class);

  private volatile ClusterCounts counts = ClusterCounts.NONE;
  private volatile long round;

  /** Makes all of them but those of {@link #observe}. */
  public MasterMetrics(Metrics metrics) {
    this.metrics = metrics;
    for (Class<?> kind : Request.class.getPermittedSubclasses()) {
      requests.put(
          kind,
          metrics.counter(
              "slipway.master.requests",
              "Requests that the loop handled, by kind, refused ones too",
              "request",
              CaseFormat.UPPER_CAMEL.to(CaseFormat.LOWER_UNDERSCORE, kind.getSimpleName())));
    }
    overloaded =
        metrics.counter(
            "slipway.master.requests.overloaded", "Requests refused since too many waited");
    waited =
        metrics.shortTimer(
            "slipway.master.request.wait", "Time that requests waited until their round began");
    sync =
        metrics.shortTimer(
            "slipway.master.journal.sync", "Time to force the journal to its disk, each time");
    lapsedWorkers = lapsed("worker");
    lapsedDrivers = lapsed("driver");
    decide =
        metrics.shortTimer(
            "slipway.master.round.decide", "Time to decide a round, scheduling included");
    schedule =
        metrics.shortTimer(
            "slipway.master.round.schedule", "Time to follow rules and to place, in a round");
    commit =
        metrics.shortTimer(
            "slipway.master.journal.commit", "Time from the append of a round to its commit");
    written =
        metrics.counter("slipway.master.journal.written.bytes", "Size of all committed rounds");
    abandoned =
        metrics.counter("slipway.master.rounds.abandoned", "Rounds that were not committed");
    snapshot = metrics.shortTimer("slipway.master.snapshot", "Time to save a snapshot");
    snapshotsFailed =
        metrics.counter("slipway.master.snapshots.failed", "Snapshots that could not be saved");
    submitted =
        metrics.counter("slipway.master.applications.submitted", "Submissions that were accepted");
    queued =
        metrics.longTimer(
            "slipway.master.application.queue",
            "Time that applications were queued before their first driver was placed");
    amounts();
    events();
  }

  private Counter lapsed(String holder) {
    return metrics.counter(
        "slipway.master.leases.lapsed",
        "Leases that were not renewed in time: of workers, and of drivers in client mode",
        "holder",
        holder);
  }

  private void amounts() {
    for (WorkerState state : WorkerState.values()) {
      gauge(
          "slipway.master.workers",
          "Workers by state",
          () -> counts.workers().getOrDefault(state, 0),
          "state",
          label(state));
    }
    for (ApplicationState state : ApplicationState.values()) {
      gauge(
          "slipway.master.applications",
          "Applications by state; finished ones as long as they are kept",
          () -> counts.applications().getOrDefault(state, 0),
          "state",
          label(state));
    }
    for (ExecutionKind kind : ExecutionKind.values()) {
      for (ExecutionState state : ExecutionState.values()) {
        if (!state.isFinal()) {
          gauge(
              "slipway.master.executions",
              "Drivers and executors that have not ended, by state",
              () -> counts.executions(kind, state),
              "kind",
              label(kind),
              "state",
              label(state));
        }
      }
    }
    gauge("slipway.master.cores", "Cores of all workers that are not lost", () -> counts.cores());
    gauge(
        "slipway.master.allocated.cores",
        "Cores that executions have reserved there",
        () -> counts.allocatedCores());
    metrics.gauge(
        "slipway.master.memory",
        "bytes",
        "Memory of all workers that are not lost",
        () -> counts.memoryBytes());
    metrics.gauge(
        "slipway.master.allocated.memory",
        "bytes",
        "Memory that executions have reserved there",
        () -> counts.allocatedMemoryBytes());
    gauge("slipway.master.committed.round", "Number of the newest committed round", () -> round);
  }

  private void events() {
    for (ApplicationState state : ApplicationState.values()) {
      if (state.isFinal()) {
        finished.put(
            state,
            metrics.counter(
                "slipway.master.applications.finished",
                "Applications that finished, by outcome",
                "state",
                label(state)));
      }
    }
    for (ExecutionKind kind : ExecutionKind.values()) {
      launch.put(
          kind,
          metrics.longTimer(
              "slipway.master.execution.launch",
              "Time from the decision to launch until the launcher confirmed the process",
              "kind",
              label(kind)));
      Map<EndingCause, Counter> byCause = new EnumMap<>(EndingCause.class);
      for (EndingCause cause : EndingCause.values()) {
        byCause.put(
            cause,
            metrics.counter(
                "slipway.master.executions.ended",
                "Drivers and executors that ended, by cause",
                "kind",
                label(kind),
                "cause",
                cause.label()));
      }
      ended.put(kind, byCause);
    }
    for (WorkerState state : WorkerState.values()) {
      workerChanges.put(
          state,
          metrics.counter(
              "slipway.master.worker.changes",
              "How often a worker entered a state",
              "state",
              label(state)));
    }
  }

  /**
   * Adds what is read from the running master.
   *
   * @param usableBytes free where the journal lies; negative if that can't be told
   */
  public void observe(
      BooleanSupplier leads,
      LongSupplier term,
      LongSupplier waitingRequests,
      LongSupplier usableBytes) {
    gauge(
        "slipway.master.leader",
        "1 on the master that leads, 0 on others",
        () -> leads.getAsBoolean() ? 1 : 0);
    gauge("slipway.master.term", "Number of the leadership", term::getAsLong);
    gauge(
        "slipway.master.requests.waiting",
        "Requests that wait for the loop",
        waitingRequests::getAsLong);
    metrics.gauge(
        "slipway.master.journal.usable",
        "bytes",
        "Bytes that are free where the journal lies",
        () -> usableBytes.getAsLong() < 0 ? Double.NaN : usableBytes.getAsLong());
  }

  private void gauge(String name, String help, DoubleSupplier value, String... labels) {
    metrics.gauge(name, "", help, value, labels);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(ROOT);
  }

  @Override
  public boolean counts() {
    return true;
  }

  @Override
  public void handled(Request<?> request, long waitedNanos) {
    requests.get(request.getClass()).increment();
    waited.record(Math.max(0, waitedNanos), TimeUnit.NANOSECONDS);
  }

  @Override
  public void timePassed(List<Fact> facts) {
    for (Fact fact : facts) {
      if (fact instanceof Fact.WorkerSuspected) {
        lapsedWorkers.increment();
      } else if (fact instanceof Fact.DriverSuspected) {
        lapsedDrivers.increment();
      }
    }
  }

  @Override
  public void synced(long nanos) {
    sync.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void overloaded() {
    overloaded.increment();
  }

  @Override
  public void decided(long decideNanos, long scheduleNanos) {
    decide.record(decideNanos, TimeUnit.NANOSECONDS);
    schedule.record(scheduleNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void committed(int bytes, long commitNanos, Changes changes) {
    commit.record(commitNanos, TimeUnit.NANOSECONDS);
    written.increment(bytes);
    changes.workers().forEach(this::worker);
    changes.applications().forEach(this::application);
    changes.executions().forEach(this::execution);
  }

  private void worker(Changes.Change<Worker> change) {
    WorkerState now = change.after().map(Worker::state).orElse(null);
    if (now != null && change.before().map(Worker::state).filter(now::equals).isEmpty()) {
      workerChanges.get(now).increment();
    }
  }

  private void application(Changes.Change<Application> change) {
    Application now = change.after().orElse(null);
    ApplicationState before = change.before().map(Application::state).orElse(null);
    if (now == null) {
      return;
    }
    if (before == null) {
      submitted.increment();
    }
    if (now.attempt() > 0 && change.before().map(Application::attempt).orElse(0) == 0) {
      StateChange first = now.history().get(0);
      StateChange last = now.history().get(now.history().size() - 1);
      queued.record(
          Duration.ofMillis(Math.max(0, last.at().clusterMillis() - first.at().clusterMillis())));
    }
    if (now.state().isFinal() && now.state() != before) {
      finished.get(now.state()).increment();
    }
  }

  private void execution(Changes.Change<Execution> change) {
    Execution now = change.after().orElse(null);
    if (now == null) {
      return;
    }
    if (now.running().isPresent() && change.before().flatMap(Execution::running).isEmpty()) {
      launch
          .get(now.id().kind())
          .record(
              Duration.ofMillis(
                  Math.max(
                      0, now.running().get().clusterMillis() - now.created().clusterMillis())));
    }
    if (now.end().isPresent() && change.before().filter(row -> !row.active()).isEmpty()) {
      ended.get(now.id().kind()).get(EndingCause.of(now.end().get().ending())).increment();
    }
  }

  @Override
  public void abandoned() {
    abandoned.increment();
  }

  @Override
  public void published(long number, ClusterCounts now) {
    round = number;
    counts = now;
  }

  @Override
  public void snapshot(long nanos, boolean saved) {
    if (saved) {
      snapshot.record(nanos, TimeUnit.NANOSECONDS);
    } else {
      snapshotsFailed.increment();
    }
  }
}
