package io.slipway.master.state;

import com.google.protobuf.ByteString;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Writes facts into the tables. It only remembers: what follows is decided, by rule or by choice,
 * and comes as a {@link Decision}. It can't fail on what handlers have accepted.
 */
final class FactApplication {
  /** For how long a worker is avoided by an application that it failed to launch for. */
  static final long AVOIDED_MILLIS = 60_000;

  /** An executor that has run for so long shows that the application's executors can run. */
  static final long MINIMUM_RUNNING_MILLIS = 10_000;

  /** Ended executors of an application that are remembered; with more, the oldest go. */
  static final int ENDED_EXECUTORS = 200;

  /** A client-mode driver has at least so long for its first sign. */
  static final long FIRST_SIGN_MILLIS = 10_000;

  private final ClusterState state;

  FactApplication(ClusterState state) {
    this.state = state;
  }

  void apply(Fact fact, Moment now) {
    if (fact instanceof Fact.ExecutionEnded ended) {
      end(ended.execution(), ended.ending(), ended.stdout(), ended.stderr(), now);
    } else if (fact instanceof Fact.ExecutionLaunched launched) {
      launched(launched, now);
    } else if (fact instanceof Fact.Submitted submitted) {
      submitted(submitted, now);
    } else if (fact instanceof Fact.DriverRegistered registered) {
      registered(registered, now);
    } else if (fact instanceof Fact.DriverUpdated updated) {
      updated(updated);
    } else if (fact instanceof Fact.TargetsSet targets) {
      targets(targets, now);
    } else if (fact instanceof Fact.DriverHeard heard) {
      driverHeard(heard, now);
    } else if (fact instanceof Fact.DriverSuspected suspected) {
      driverSuspected(suspected, now);
    } else if (fact instanceof Fact.FinishRequested finish) {
      change(finish.application(), row -> row.finishing = true);
    } else if (fact instanceof Fact.KillRequested kill) {
      change(
          kill.application(),
          row -> row.kill = row.kill.or(() -> Optional.of(killRequest(kill, now))));
    } else if (fact instanceof Fact.WorkerRegistered registered) {
      workerRegistered(registered, now);
    } else if (fact instanceof Fact.WorkerSuspected suspected) {
      workerSuspected(suspected, now);
    } else if (fact instanceof Fact.WorkerHeard heard) {
      workerHeard(heard.worker(), now);
    } else if (fact instanceof Fact.WorkerDrained drained) {
      state.workers.put(state.workers.require(drained.worker()).withDraining(drained.draining()));
      answered(drained.by(), drained.requestId(), drained.requestDigest(), "", now);
    } else if (fact instanceof Fact.DeadlinePassed passed) {
      deadlinePassed(passed.deadline(), now);
    } else if (fact instanceof Fact.Leading leading) {
      leading(leading, now);
    } else if (!(fact instanceof Fact.ExecutorsReleased || fact instanceof Fact.TimeNoted)) {
      throw new AssertionError(fact);
    }
  }

  private static KillRequest killRequest(Fact.KillRequested kill, Moment now) {
    return new KillRequest(kill.by(), kill.grace(), now);
  }

  private void change(ApplicationId id, Consumer<Application.Change> changes) {
    state.applications.put(state.applications.require(id).with(changes));
  }

  private void leading(Fact.Leading leading, Moment now) {
    state.putMeta(state.meta().led(leading));
    long earliest = now.clusterMillis() + leading.graceMillis();
    for (Deadline deadline : List.copyOf(state.deadlinesByTime())) {
      if (deadline.atMillis() >= earliest) {
        break;
      }
      switch (deadline.key().kind()) {
        case DRIVER_LOST, EXECUTION_LOST, WORKER_LOST ->
            state.deadlines.put(new Deadline(deadline.key(), earliest));
        case REGISTER, AVOIDANCE_OVER, TIME_LIMIT -> {}
      }
    }
  }

  private void submitted(Fact.Submitted fact, Moment now) {
    ApplicationSpec spec = fact.spec();
    boolean client = spec.deployMode() == DeployMode.CLIENT;
    OptionalInt maxCores =
        spec.maxCores().isPresent() ? spec.maxCores() : state.meta().settings().defaultMaxCores();
    int attempt = client ? 1 : 0;
    state.applications.put(
        new Application(
            fact.id(),
            new Submission(
                state.meta().nextSequence(),
                fact.owner(),
                fact.requestId(),
                fact.requestDigest(),
                spec,
                fact.executorsAwaitDriver(),
                now),
            ApplicationState.QUEUED,
            attempt,
            List.of(new StateChange(ApplicationState.QUEUED, attempt, now)),
            spec.profiles(),
            maxCores,
            TargetsVersion.NONE,
            Collections.emptySortedSet(),
            Collections.emptySortedMap(),
            Optional.empty(),
            false,
            false,
            1,
            0,
            0,
            "",
            now.clusterMillis(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false));
    state.putMeta(state.meta().submitted(fact.day(), fact.dayNumber()));
    answered(fact.owner(), fact.requestId(), fact.requestDigest(), fact.id().value(), now);
    if (client) {
      state.executions.put(
          new Execution(
              fact.id().driver(1),
              1,
              "",
              Optional.empty(),
              Resources.NONE,
              ExecutionState.PENDING,
              now,
              Optional.empty(),
              Collections.emptySortedMap(),
              Optional.empty(),
              Optional.empty()));
      deadline(
          Deadline.Kind.DRIVER_LOST,
          fact.id().value(),
          now.clusterMillis() + Math.max(FIRST_SIGN_MILLIS, spec.lostAfter().toMillis()));
    }
  }

  private void answered(
      String principal, String requestId, Digest digest, String answer, Moment now) {
    if (requestId.isEmpty()) {
      return;
    }
    long last = state.answersByOrder().isEmpty() ? 0 : state.answersByOrder().lastKey();
    state.answers.put(
        new AnsweredRequest(
            new AnsweredRequest.Key(principal, requestId), digest, answer, last + 1, now));
    while (true) {
      AnsweredRequest oldest = state.answersByOrder().firstEntry().getValue();
      boolean expired =
          oldest.at().clusterMillis() + AnsweredRequest.KEPT_MILLIS < now.clusterMillis();
      if (!expired && state.answers.size() <= AnsweredRequest.KEPT) {
        return;
      }
      state.answers.remove(oldest.key());
    }
  }

  private void registered(Fact.DriverRegistered fact, Moment now) {
    undeadline(Deadline.Kind.REGISTER, fact.application().value());
    change(
        fact.application(),
        row -> {
          Moment since =
              row.registration
                  .filter(old -> old.attempt() == fact.attempt())
                  .map(DriverRegistration::at)
                  .orElse(now);
          Optional<String> progress =
              row.registration
                  .filter(old -> old.attempt() == fact.attempt())
                  .flatMap(DriverRegistration::progress);
          row.registration =
              Optional.of(
                  new DriverRegistration(
                      fact.attempt(), fact.address(), fact.page(), progress, since));
          row.reservationsOver = false;
          if (!fact.profiles().isEmpty()) {
            row.profiles = fact.profiles();
          }
          row.waitingSince = now.clusterMillis();
        });
  }

  private void updated(Fact.DriverUpdated fact) {
    change(
        fact.application(),
        row ->
            row.registration =
                row.registration.map(
                    old ->
                        new DriverRegistration(
                            old.attempt(),
                            fact.address().or(old::address),
                            fact.page().or(old::page),
                            fact.progress().or(old::progress),
                            old.at())));
  }

  private void targets(Fact.TargetsSet fact, Moment now) {
    change(
        fact.application(),
        row -> {
          row.targetsVersion = fact.version();
          row.profiles =
              row.profiles.stream().map(profile -> withTarget(profile, fact.targets())).toList();
          if (fact.maxCores().isPresent()) {
            row.maxCores = fact.maxCores();
          }
          row.exclude(fact.excluded());
          row.waitingSince = now.clusterMillis();
        });
  }

  private static ExecutorProfile withTarget(
      ExecutorProfile profile, Map<String, ExecutorTarget> targets) {
    return profile.withTarget(targets.getOrDefault(profile.name(), ExecutorTarget.of(0)));
  }

  private void driverHeard(Fact.DriverHeard fact, Moment now) {
    undeadline(Deadline.Kind.DRIVER_LOST, fact.application().value());
    Execution driver = state.executions.require(fact.application().driver(fact.attempt()));
    change(fact.application(), row -> row.leaseHolder = Optional.of(fact.holder()));
    if (!driver.active() || driver.running().isPresent()) {
      return;
    }
    if (!fact.starting()) {
      Moment since = now.before(fact.runMillis(), driver.created());
      driverRuns(driver, driver.launched(driver.ports(), since), now);
    } else if (driver.state() == ExecutionState.PENDING) {
      state.executions.put(driver.withState(ExecutionState.LAUNCHING));
    }
  }

  private void driverSuspected(Fact.DriverSuspected fact, Moment now) {
    Application row = state.applications.require(fact.application());
    deadline(
        Deadline.Kind.DRIVER_LOST,
        fact.application().value(),
        lossMillis(row, fact.silentMillis(), now));
  }

  private static long lossMillis(Application row, long silentMillis, Moment now) {
    return now.clusterMillis()
        + Math.max(0, row.submission().spec().lostAfter().toMillis() - silentMillis);
  }

  private void launched(Fact.ExecutionLaunched fact, Moment now) {
    Execution row = state.executions.get(fact.execution());
    if (row == null || !row.active() || row.running().isPresent()) {
      return;
    }
    Execution launched = row.launched(fact.ports(), now);
    if (row.isDriver()) {
      driverRuns(row, launched, now);
    } else {
      state.executions.put(launched);
    }
  }

  private void driverRuns(Execution old, Execution now, Moment moment) {
    state.executions.put(now);
    Application row = state.applications.require(old.id().application());
    change(row.id(), change -> change.waitingSince = moment.clusterMillis());
    if (row.submission().executorsAwaitDriver() && !row.registered()) {
      deadline(
          Deadline.Kind.REGISTER,
          row.id().value(),
          moment.clusterMillis() + row.submission().spec().registerTimeout().toMillis());
    }
    row.submission()
        .spec()
        .timeLimit()
        .filter(limit -> !row.overTime() && row.outcome().isEmpty())
        .filter(limit -> state.deadline(timeLimit(row.id())).isEmpty())
        .ifPresent(
            limit ->
                state.deadlines.put(
                    new Deadline(
                        timeLimit(row.id()),
                        now.running().orElse(moment).clusterMillis() + limit.toMillis())));
  }

  private static Deadline.Key timeLimit(ApplicationId id) {
    return new Deadline.Key(Deadline.Kind.TIME_LIMIT, id.value());
  }

  private void end(
      ExecutionId id, Ending ending, ByteString stdout, ByteString stderr, Moment now) {
    Execution row = state.executions.get(id);
    if (row == null) {
      return;
    }
    if (!row.active()) {
      ExecutionEnd end = row.end().orElseThrow();
      if (end.ending().status() instanceof ExitStatus.Lost
          && !end.corrected()
          && !(ending.status() instanceof ExitStatus.Lost)) {
        state.executions.put(row.ended(new ExecutionEnd(ending, stdout, stderr, now, true)));
      }
      return;
    }
    state.executions.put(row.ended(new ExecutionEnd(ending, stdout, stderr, now, false)));
    undeadline(Deadline.Kind.EXECUTION_LOST, id.toString());
    row.worker().ifPresent(worker -> release(worker, row.reserved()));
    if (row.isDriver()) {
      undeadline(Deadline.Kind.DRIVER_LOST, id.application().value());
      undeadline(Deadline.Kind.REGISTER, id.application().value());
    }
    boolean byItself = row.stop().isEmpty() && ending.stop().isEmpty();
    if (byItself && ending.status() instanceof ExitStatus.NotStarted && row.worker().isPresent()) {
      avoid(id.application(), row.worker().get(), now);
    }
    if (!row.isDriver()) {
      if (byItself
          && !ending.status().isSuccess()
          && !(ending.status() instanceof ExitStatus.Lost)) {
        failed(row, ending, now);
      }
      forgetOldest(id.application());
    }
  }

  /** Gives back what an execution had reserved. */
  void release(WorkerId id, Resources reserved) {
    Worker worker = state.workers.get(id);
    if (worker != null) {
      state.workers.put(worker.withAllocated(worker.allocated().minus(reserved)));
    }
  }

  /** Drops what is remembered of an application's oldest ended executors, where it is too much. */
  void forgetOldest(ApplicationId id) {
    ApplicationExecutions executions = state.executionsOf(id);
    while (executions.ended().size() > ENDED_EXECUTORS) {
      state.executions.remove(id.executor(executions.ended().iterator().next()));
    }
  }

  private void avoid(ApplicationId id, WorkerId worker, Moment now) {
    long until = now.clusterMillis() + AVOIDED_MILLIS;
    change(id, row -> row.avoid(worker, until));
    deadline(Deadline.Kind.AVOIDANCE_OVER, id + " " + worker, until);
    Application row = state.applications.require(id);
    long usableAvoided =
        row.avoided().keySet().stream()
            .filter(avoided -> state.worker(avoided).filter(Worker::usable).isPresent())
            .count();
    if (usableAvoided >= state.usableWorkers()) {
      // Nowhere else to go: trying again is better than waiting, and ten failures end it.
      row.avoided().keySet().forEach(a -> undeadline(Deadline.Kind.AVOIDANCE_OVER, id + " " + a));
      change(id, Application.Change::forgiveAll);
    }
  }

  private void failed(Execution executor, Ending ending, Moment now) {
    Application row = state.applications.require(executor.id().application());
    boolean oneRanForLong =
        ranForLong(executor, row.lastFailure(), now)
            || state.executionsOf(row.id()).executors().values().stream()
                .anyMatch(other -> other.active() && ranForLong(other, row.lastFailure(), now));
    change(
        row.id(),
        change -> {
          change.failuresInRow = oneRanForLong ? 1 : row.failuresInRow() + 1;
          change.lastFailure = now.clusterMillis();
          change.lastFailureText = executor.id() + " " + describe(ending);
        });
  }

  private static String describe(Ending ending) {
    return ending.cause().isEmpty()
        ? ending.status().toString()
        : ending.status() + " (" + ending.cause() + ")";
  }

  /** Whether an executor completed its minimum time running after the failure before. */
  private static boolean ranForLong(Execution executor, long lastFailure, Moment now) {
    if (executor.running().isEmpty()) {
      return false;
    }
    long reached = executor.running().get().clusterMillis() + MINIMUM_RUNNING_MILLIS;
    return reached > lastFailure && reached <= now.clusterMillis();
  }

  private void workerRegistered(Fact.WorkerRegistered fact, Moment now) {
    Worker old = state.workers.get(fact.worker());
    state.workers.put(
        new Worker(
            fact.worker(),
            fact.epoch(),
            fact.registration(),
            old == null ? Resources.NONE : old.allocated(),
            WorkerState.LIVE,
            old != null && old.draining(),
            now,
            now));
    cancelLosses(fact.worker());
  }

  private void workerHeard(WorkerId id, Moment now) {
    state.workers.put(state.workers.require(id).withLiveness(WorkerState.LIVE, now));
    cancelLosses(id);
  }

  private void cancelLosses(WorkerId id) {
    undeadline(Deadline.Kind.WORKER_LOST, id.value());
    for (ExecutionId execution : state.activeOn(id).keySet()) {
      undeadline(Deadline.Kind.EXECUTION_LOST, execution.toString());
    }
  }

  private void workerSuspected(Fact.WorkerSuspected fact, Moment now) {
    state.workers.put(state.workers.require(fact.worker()).withLiveness(WorkerState.SUSPECT, now));
    long lostAfter = state.meta().settings().workerLostAfter().toMillis();
    deadline(
        Deadline.Kind.WORKER_LOST,
        fact.worker().value(),
        now.clusterMillis() + Math.max(0, lostAfter - fact.silentMillis()));
    for (ExecutionId execution : state.activeOn(fact.worker()).keySet()) {
      Application row = state.applications.require(execution.application());
      deadline(
          Deadline.Kind.EXECUTION_LOST,
          execution.toString(),
          lossMillis(row, fact.silentMillis(), now));
    }
  }

  private void deadlinePassed(Deadline.Key key, Moment now) {
    if (state.deadlines.get(key) == null) {
      return;
    }
    state.deadlines.remove(key);
    switch (key.kind()) {
      case REGISTER -> change(new ApplicationId(key.subject()), row -> row.reservationsOver = true);
      case DRIVER_LOST -> {
        Application row = state.applications.require(new ApplicationId(key.subject()));
        lose(row.id().driver(row.attempt()), "its driver's lease lapsed", now);
      }
      case TIME_LIMIT -> change(new ApplicationId(key.subject()), row -> row.overTime = true);
      case EXECUTION_LOST -> {
        ExecutionId id = ExecutionId.parse(key.subject());
        String worker =
            state.execution(id).flatMap(Execution::worker).map(WorkerId::value).orElse("");
        lose(id, "worker " + worker + " was silent for too long", now);
      }
      case WORKER_LOST -> {
        WorkerId id = new WorkerId(key.subject());
        state.workers.put(state.workers.require(id).withLiveness(WorkerState.LOST, now));
      }
      case AVOIDANCE_OVER -> {
        int space = key.subject().indexOf(' ');
        WorkerId worker = new WorkerId(key.subject().substring(space + 1));
        change(new ApplicationId(key.subject().substring(0, space)), row -> row.forgive(worker));
      }
    }
  }

  private void lose(ExecutionId id, String reason, Moment now) {
    end(id, Ending.lost(reason), ByteString.EMPTY, ByteString.EMPTY, now);
  }

  private void deadline(Deadline.Kind kind, String subject, long atMillis) {
    state.deadlines.put(new Deadline(new Deadline.Key(kind, subject), atMillis));
  }

  private void undeadline(Deadline.Kind kind, String subject) {
    state.deadlines.remove(new Deadline.Key(kind, subject));
  }
}
