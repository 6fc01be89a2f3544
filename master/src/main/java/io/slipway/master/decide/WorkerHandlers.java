package io.slipway.master.decide;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Request.ExecutionReport;
import io.slipway.master.decide.Request.Heartbeat;
import io.slipway.master.decide.Request.HeartbeatReply;
import io.slipway.master.decide.Request.LeaseTerms;
import io.slipway.master.decide.Request.ListedExecution;
import io.slipway.master.decide.Request.Reconciliation;
import io.slipway.master.decide.Request.RegisterWorker;
import io.slipway.master.decide.Request.ReportExecutions;
import io.slipway.master.decide.Request.ReportsAcknowledged;
import io.slipway.master.decide.Request.StopInstruction;
import io.slipway.master.decide.Request.WorkerRegistered;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.ExecutionEnd;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Meta;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.StopOrder;
import io.slipway.master.state.Worker;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;

/** What workers say. */
final class WorkerHandlers {
  private static final int WORKERS = 100_000;
  private static final int REGISTRATION_BYTES = 32 * 1024;
  private static final int LISTED = 20_000;
  private static final int PORTS = 100;
  private static final int CAUSE = 1024;

  /** Reports of one request are taken up to this size; the others come again. */
  private static final int REPORTED_BYTES = 128 * 1024;

  private final Deliberation round;
  private final ClusterState state;
  private final Liveness liveness;

  WorkerHandlers(Deliberation round, ClusterState state, Liveness liveness) {
    this.round = round;
    this.state = state;
    this.liveness = liveness;
  }

  void register(Handlers handlers) {
    handlers.add(RegisterWorker.class, this::registerWorker);
    handlers.add(Heartbeat.class, this::heartbeat);
    handlers.add(ReportExecutions.class, this::report);
  }

  private Supplier<WorkerRegistered> registerWorker(RegisterWorker request) {
    Worker old = state.worker(request.worker()).orElse(null);
    if (old == null) {
      Checks.limit("the number of workers", state.workerIds().size() + 1L, WORKERS);
    }
    Checks.require(
        request.registration().capacity().cores() > 0
            && request.registration().capacity().memoryBytes() > 0,
        "a worker needs cores and memory; this one has " + request.registration().capacity());
    Checks.require(
        request.lastEpoch() >= 0 && request.lastEpoch() < Long.MAX_VALUE,
        "last epoch " + request.lastEpoch());
    long epoch = Math.max(old == null ? 0 : old.epoch(), request.lastEpoch()) + 1;
    Fact.WorkerRegistered fact =
        new Fact.WorkerRegistered(request.worker(), epoch, request.registration());
    Checks.limit(
        "the size of the registration in bytes", RoundCodec.bytes(fact), REGISTRATION_BYTES);
    round.accept(fact);
    liveness.workers().renew(request.worker(), round.nanos());
    liveness.listWanted(request.worker());
    noteLaunched(request.worker(), request.executions());
    return () ->
        new WorkerRegistered(
            epoch, fencing(), lease(), reconciliation(request.worker(), request.executions()));
  }

  private Fencing fencing() {
    Meta meta = state.meta();
    return new Fencing(meta.clusterId(), meta.incarnation(), meta.term());
  }

  private LeaseTerms lease() {
    int workers = state.workerIds().size();
    return new LeaseTerms(Liveness.leaseMillis(workers), Liveness.renewMillis(workers));
  }

  private Worker speaker(WorkerId id, long epoch) {
    Worker worker = state.worker(id).orElse(null);
    if (worker == null || worker.epoch() != epoch || worker.liveness() == WorkerState.LOST) {
      throw new RequestRefused(
          Refusal.STALE_EPOCH,
          "epoch "
              + epoch
              + " of worker "
              + id
              + (worker == null
                  ? " is unknown"
                  : worker.epoch() == epoch
                      ? " was lost"
                      : " is not the present one, " + worker.epoch()));
    }
    return worker;
  }

  private Supplier<HeartbeatReply> heartbeat(Heartbeat request) {
    Worker worker = speaker(request.worker(), request.epoch());
    liveness.workers().renew(worker.id(), round.nanos());
    if (worker.liveness() == WorkerState.SUSPECT) {
      round.accept(new Fact.WorkerHeard(worker.id(), worker.epoch()));
      liveness.listWanted(worker.id());
    }
    Supplier<Reconciliation> reconciliation = () -> Reconciliation.NOTHING;
    boolean listWanted = false;
    if (request.executions().isPresent()) {
      List<ListedExecution> listed = request.executions().get();
      if (noteLaunched(worker.id(), listed)) {
        liveness.reconciled(worker.id(), request.digest());
      }
      reconciliation = () -> reconciliation(worker.id(), listed);
    } else {
      listWanted = !liveness.isReconciled(worker.id(), request.digest());
    }
    boolean wanted = listWanted;
    Supplier<Reconciliation> made = reconciliation;
    return () ->
        new HeartbeatReply(
            fencing(),
            lease(),
            wanted,
            made.get(),
            state.worker(worker.id()).map(Worker::draining).orElse(false));
  }

  /**
   * Notes which of a worker's executions run, as far as a round has room for it.
   *
   * @return whether it had room for all; else the worker must list them again
   */
  private boolean noteLaunched(WorkerId worker, List<ListedExecution> listed) {
    Checks.limit("the number of executions", listed.size(), LISTED);
    int bytes = 0;
    for (ListedExecution one : listed) {
      boolean runs =
          one.state() == ExecutionState.RUNNING || one.state() == ExecutionState.STOPPING;
      Execution row = here(worker, one.execution()).orElse(null);
      if (runs && row != null && row.active() && row.running().isEmpty()) {
        if (bytes > REPORTED_BYTES) {
          return false;
        }
        Fact launched = new Fact.ExecutionLaunched(row.id(), ports(one.ports()));
        bytes += RoundCodec.bytes(launched);
        round.accept(launched);
      }
    }
    return true;
  }

  /** Compares what a worker has with what should be there. */
  private Reconciliation reconciliation(WorkerId worker, List<ListedExecution> listed) {
    Set<ExecutionId> seen = new HashSet<>();
    listed.forEach(one -> seen.add(one.execution()));
    List<ExecutionId> keep = new ArrayList<>();
    List<StopInstruction> stop = new ArrayList<>();
    for (ListedExecution one : listed) {
      Execution row = here(worker, one.execution()).orElse(null);
      if (row != null && row.wanted()) {
        keep.add(one.execution());
      } else if (one.state() != ExecutionState.ENDED) {
        stop.add(instruction(one.execution(), Optional.ofNullable(row)));
      }
    }
    List<ExecutionId> report = new ArrayList<>();
    for (Execution active : state.activeOn(worker).values()) {
      if (active.running().isPresent() && !seen.contains(active.id())) {
        report.add(active.id());
      }
    }
    return new Reconciliation(keep, stop, report);
  }

  private StopInstruction instruction(ExecutionId id, Optional<Execution> row) {
    StopOrder order = row.flatMap(Execution::stop).orElse(null);
    if (order != null) {
      return new StopInstruction(id, order.grace(), order.by(), order.reason());
    }
    Duration grace =
        state
            .application(id.application())
            .flatMap(
                application ->
                    row.filter(found -> !found.isDriver())
                        .flatMap(found -> application.profile(found.profile()))
                        .map(profile -> profile.template().grace())
                        .or(
                            () ->
                                application
                                    .submission()
                                    .spec()
                                    .driver()
                                    .map(LaunchTemplate::grace)))
            .orElse(LaunchTemplate.DEFAULT_GRACE);
    return new StopInstruction(
        id,
        grace,
        StopOrder.MASTER,
        row.isPresent() ? "it was thought lost" : "the master does not know it");
  }

  /** The row of an execution, if it was placed on this worker. */
  private Optional<Execution> here(WorkerId worker, ExecutionId id) {
    return state.execution(id).filter(row -> row.worker().filter(worker::equals).isPresent());
  }

  private Supplier<ReportsAcknowledged> report(ReportExecutions request) {
    Worker worker = speaker(request.worker(), request.epoch());
    List<ExecutionId> acknowledged = new ArrayList<>();
    int bytes = 0;
    for (ExecutionReport report : request.reports()) {
      if (bytes > REPORTED_BYTES) {
        break;
      }
      Execution row = here(worker.id(), report.execution()).orElse(null);
      if (row != null) {
        Fact fact = fact(row, report).orElse(null);
        if (fact != null) {
          bytes += RoundCodec.bytes(fact);
          round.accept(fact);
        }
      }
      acknowledged.add(report.execution());
    }
    return () -> new ReportsAcknowledged(List.copyOf(acknowledged));
  }

  private static Optional<Fact> fact(Execution row, ExecutionReport report) {
    if (report instanceof ExecutionReport.Launched launched) {
      return row.active() && row.running().isEmpty()
          ? Optional.of(new Fact.ExecutionLaunched(row.id(), ports(launched.ports())))
          : Optional.empty();
    }
    if (report instanceof ExecutionReport.Ended ended) {
      return row.active() || correctable(row, ended.ending())
          ? Optional.of(
              new Fact.ExecutionEnded(
                  row.id(), bounded(ended.ending()), last(ended.stdout()), last(ended.stderr())))
          : Optional.empty();
    }
    // What is being launched is ordered again; only of what ran can it be said that it is gone.
    return row.active() && row.running().isPresent()
        ? Optional.of(
            new Fact.ExecutionEnded(
                row.id(),
                Ending.lost("its worker does not have it"),
                ByteString.EMPTY,
                ByteString.EMPTY))
        : Optional.empty();
  }

  /** Whether a durable record may take the place of what was written down. */
  static boolean correctable(Execution row, Ending ending) {
    return row.end()
        .filter(
            end ->
                end.ending().status() instanceof ExitStatus.Lost
                    && !end.corrected()
                    && !(ending.status() instanceof ExitStatus.Lost))
        .isPresent();
  }

  /** The same with words of limited length, so that a page of applications fits a message. */
  static Ending bounded(Ending ending) {
    ExitStatus status = ending.status();
    if (status instanceof ExitStatus.NotStarted notStarted) {
      status = new ExitStatus.NotStarted(cut(notStarted.reason()));
    } else if (status instanceof ExitStatus.Lost lost) {
      status = new ExitStatus.Lost(cut(lost.reason()));
    }
    return new Ending(status, ending.memoryExhausted(), ending.stop(), cut(ending.cause()));
  }

  private static String cut(String words) {
    if (words.length() <= CAUSE) {
      return words;
    }
    // Half a character would be another one after it was written and read.
    int end = Character.isHighSurrogate(words.charAt(CAUSE - 1)) ? CAUSE - 1 : CAUSE;
    return words.substring(0, end);
  }

  /** The end of a stream, as much of it as is kept. */
  static ByteString last(ByteString bytes) {
    return bytes.size() <= ExecutionEnd.LAST_BYTES
        ? bytes
        : bytes.substring(bytes.size() - ExecutionEnd.LAST_BYTES);
  }

  private static SortedMap<String, HostPort> ports(SortedMap<String, HostPort> ports) {
    Checks.limit("the number of ports", ports.size(), PORTS);
    return ports;
  }
}
