package io.slipway.master.state;

import io.slipway.master.proto.FactRecord;
import io.slipway.model.ApplicationId;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Between facts and their messages; {@link IllegalArgumentException} for what is not known. */
final class FactCodec {
  private FactCodec() {}

  static FactRecord encode(Fact fact) {
    FactRecord.Builder record = FactRecord.newBuilder();
    if (fact instanceof Fact.ExecutionEnded ended) {
      record.setExecutionEnded(
          FactRecord.ExecutionEnded.newBuilder()
              .setExecution(ended.execution().toString())
              .setEnding(ValueCodec.encode(ended.ending()))
              .setStdout(ended.stdout())
              .setStderr(ended.stderr()));
    } else if (fact instanceof Fact.ExecutionLaunched launched) {
      record.setExecutionLaunched(
          FactRecord.ExecutionLaunched.newBuilder()
              .setExecution(launched.execution().toString())
              .putAllPorts(ValueCodec.encodePorts(launched.ports())));
    } else if (fact instanceof Fact.Submitted submitted) {
      record.setSubmitted(
          FactRecord.Submitted.newBuilder()
              .setId(submitted.id().value())
              .setDay(submitted.day())
              .setDayNumber(submitted.dayNumber())
              .setOwner(submitted.owner())
              .setRequestId(submitted.requestId())
              .setRequestDigest(submitted.requestDigest().hex())
              .setSpec(ValueCodec.encode(submitted.spec()))
              .setExecutorsAwaitDriver(submitted.executorsAwaitDriver()));
    } else if (fact instanceof Fact.DriverRegistered registered) {
      record.setDriverRegistered(encode(registered));
    } else if (fact instanceof Fact.DriverUpdated updated) {
      record.setDriverUpdated(encode(updated));
    } else if (fact instanceof Fact.TargetsSet targets) {
      record.setTargetsSet(encode(targets));
    } else if (fact instanceof Fact.ExecutorsReleased released) {
      FactRecord.ExecutorsReleased.Builder builder =
          FactRecord.ExecutorsReleased.newBuilder()
              .setApplication(released.application().value())
              .addAllNumbers(released.numbers());
      released.grace().ifPresent(grace -> builder.setGrace(grace.toNanos()));
      record.setExecutorsReleased(builder);
    } else if (fact instanceof Fact.DriverHeard heard) {
      record.setDriverHeard(
          FactRecord.DriverHeard.newBuilder()
              .setApplication(heard.application().value())
              .setAttempt(heard.attempt())
              .setHolder(heard.holder())
              .setStarting(heard.starting())
              .setRunMillis(heard.runMillis()));
    } else if (fact instanceof Fact.DriverSuspected suspected) {
      record.setDriverSuspected(
          FactRecord.DriverSuspected.newBuilder()
              .setApplication(suspected.application().value())
              .setAttempt(suspected.attempt())
              .setSilent(suspected.silentMillis()));
    } else if (fact instanceof Fact.FinishRequested finish) {
      record.setFinishRequested(
          FactRecord.FinishRequested.newBuilder()
              .setApplication(finish.application().value())
              .setAttempt(finish.attempt()));
    } else if (fact instanceof Fact.KillRequested kill) {
      FactRecord.KillRequested.Builder builder =
          FactRecord.KillRequested.newBuilder()
              .setApplication(kill.application().value())
              .setBy(kill.by());
      kill.grace().ifPresent(grace -> builder.setGrace(grace.toNanos()));
      record.setKillRequested(builder);
    } else if (fact instanceof Fact.DeadlinePassed passed) {
      record.setDeadlinePassed(
          FactRecord.DeadlinePassed.newBuilder()
              .setKind(ValueCodec.encode(passed.deadline().kind()))
              .setSubject(passed.deadline().subject()));
    } else if (fact instanceof Fact.TimeNoted) {
      record.setTimeNoted(FactRecord.TimeNoted.getDefaultInstance());
    } else {
      encodeOfWorkers(fact, record);
    }
    return record.build();
  }

  private static void encodeOfWorkers(Fact fact, FactRecord.Builder record) {
    if (fact instanceof Fact.WorkerRegistered registered) {
      record.setWorkerRegistered(
          FactRecord.WorkerRegistered.newBuilder()
              .setWorker(registered.worker().value())
              .setEpoch(registered.epoch())
              .setRegistration(ValueCodec.encode(registered.registration())));
    } else if (fact instanceof Fact.WorkerSuspected suspected) {
      record.setWorkerSuspected(
          FactRecord.WorkerSuspected.newBuilder()
              .setWorker(suspected.worker().value())
              .setEpoch(suspected.epoch())
              .setSilent(suspected.silentMillis()));
    } else if (fact instanceof Fact.WorkerHeard heard) {
      record.setWorkerHeard(
          FactRecord.WorkerHeard.newBuilder()
              .setWorker(heard.worker().value())
              .setEpoch(heard.epoch()));
    } else if (fact instanceof Fact.WorkerDrained drained) {
      record.setWorkerDrained(
          FactRecord.WorkerDrained.newBuilder()
              .setWorker(drained.worker().value())
              .setDraining(drained.draining())
              .setBy(drained.by())
              .setRequestId(drained.requestId())
              .setRequestDigest(drained.requestDigest().hex()));
    } else if (fact instanceof Fact.Leading leading) {
      record.setLeading(
          FactRecord.Leading.newBuilder()
              .setClusterId(leading.clusterId())
              .setClusterKey(leading.clusterKey())
              .setFeatureLevel(leading.featureLevel())
              .setSettings(ValueCodec.encode(leading.settings()))
              .setGrace(leading.graceMillis()));
    } else {
      throw new AssertionError(fact);
    }
  }

  private static FactRecord.DriverRegistered encode(Fact.DriverRegistered registered) {
    FactRecord.DriverRegistered.Builder builder =
        FactRecord.DriverRegistered.newBuilder()
            .setApplication(registered.application().value())
            .setAttempt(registered.attempt());
    registered.address().ifPresent(address -> builder.setAddress(address.toString()));
    registered.page().ifPresent(builder::setPage);
    registered.profiles().forEach(profile -> builder.addProfiles(ValueCodec.encode(profile)));
    return builder.build();
  }

  private static FactRecord.DriverUpdated encode(Fact.DriverUpdated updated) {
    FactRecord.DriverUpdated.Builder builder =
        FactRecord.DriverUpdated.newBuilder()
            .setApplication(updated.application().value())
            .setAttempt(updated.attempt());
    updated.address().ifPresent(address -> builder.setAddress(address.toString()));
    updated.page().ifPresent(builder::setPage);
    updated.progress().ifPresent(builder::setProgress);
    return builder.build();
  }

  private static FactRecord.TargetsSet encode(Fact.TargetsSet targets) {
    FactRecord.TargetsSet.Builder builder =
        FactRecord.TargetsSet.newBuilder()
            .setApplication(targets.application().value())
            .setAttempt(targets.version().attempt())
            .setNumber(targets.version().number());
    targets
        .targets()
        .forEach((profile, target) -> builder.putTargets(profile, ValueCodec.encode(target)));
    targets.maxCores().ifPresent(builder::setMaxCores);
    targets.excluded().forEach(worker -> builder.addExcluded(worker.value()));
    return builder.build();
  }

  static Fact decode(FactRecord record) {
    return switch (record.getKindCase()) {
      case LEADING ->
          new Fact.Leading(
              record.getLeading().getClusterId(),
              record.getLeading().getClusterKey(),
              record.getLeading().getFeatureLevel(),
              ValueCodec.decode(record.getLeading().getSettings()),
              record.getLeading().getGrace());
      case SUBMITTED -> decode(record.getSubmitted());
      case DRIVER_REGISTERED -> decode(record.getDriverRegistered());
      case DRIVER_UPDATED -> decode(record.getDriverUpdated());
      case TARGETS_SET -> decode(record.getTargetsSet());
      case EXECUTORS_RELEASED ->
          new Fact.ExecutorsReleased(
              new ApplicationId(record.getExecutorsReleased().getApplication()),
              record.getExecutorsReleased().getNumbersList(),
              record.getExecutorsReleased().hasGrace()
                  ? Optional.of(Duration.ofNanos(record.getExecutorsReleased().getGrace()))
                  : Optional.empty());
      case DRIVER_HEARD ->
          new Fact.DriverHeard(
              new ApplicationId(record.getDriverHeard().getApplication()),
              record.getDriverHeard().getAttempt(),
              record.getDriverHeard().getHolder(),
              record.getDriverHeard().getStarting(),
              record.getDriverHeard().getRunMillis());
      case DRIVER_SUSPECTED ->
          new Fact.DriverSuspected(
              new ApplicationId(record.getDriverSuspected().getApplication()),
              record.getDriverSuspected().getAttempt(),
              record.getDriverSuspected().getSilent());
      case FINISH_REQUESTED ->
          new Fact.FinishRequested(
              new ApplicationId(record.getFinishRequested().getApplication()),
              record.getFinishRequested().getAttempt());
      case KILL_REQUESTED ->
          new Fact.KillRequested(
              new ApplicationId(record.getKillRequested().getApplication()),
              record.getKillRequested().getBy(),
              record.getKillRequested().hasGrace()
                  ? Optional.of(Duration.ofNanos(record.getKillRequested().getGrace()))
                  : Optional.empty());
      case WORKER_REGISTERED ->
          new Fact.WorkerRegistered(
              new WorkerId(record.getWorkerRegistered().getWorker()),
              record.getWorkerRegistered().getEpoch(),
              ValueCodec.decode(record.getWorkerRegistered().getRegistration()));
      case WORKER_SUSPECTED ->
          new Fact.WorkerSuspected(
              new WorkerId(record.getWorkerSuspected().getWorker()),
              record.getWorkerSuspected().getEpoch(),
              record.getWorkerSuspected().getSilent());
      case WORKER_HEARD ->
          new Fact.WorkerHeard(
              new WorkerId(record.getWorkerHeard().getWorker()),
              record.getWorkerHeard().getEpoch());
      case WORKER_DRAINED ->
          new Fact.WorkerDrained(
              new WorkerId(record.getWorkerDrained().getWorker()),
              record.getWorkerDrained().getDraining(),
              record.getWorkerDrained().getBy(),
              record.getWorkerDrained().getRequestId(),
              new Digest(record.getWorkerDrained().getRequestDigest()));
      case EXECUTION_LAUNCHED ->
          new Fact.ExecutionLaunched(
              ExecutionId.parse(record.getExecutionLaunched().getExecution()),
              ValueCodec.decodePorts(record.getExecutionLaunched().getPortsMap()));
      case EXECUTION_ENDED ->
          new Fact.ExecutionEnded(
              ExecutionId.parse(record.getExecutionEnded().getExecution()),
              ValueCodec.decode(record.getExecutionEnded().getEnding()),
              record.getExecutionEnded().getStdout(),
              record.getExecutionEnded().getStderr());
      case DEADLINE_PASSED ->
          new Fact.DeadlinePassed(
              new Deadline.Key(
                  ValueCodec.decode(record.getDeadlinePassed().getKind()),
                  record.getDeadlinePassed().getSubject()));
      case TIME_NOTED -> new Fact.TimeNoted();
      case KIND_NOT_SET -> throw new IllegalArgumentException("a fact of an unknown kind");
    };
  }

  private static Fact decode(FactRecord.Submitted record) {
    return new Fact.Submitted(
        new ApplicationId(record.getId()),
        record.getDay(),
        record.getDayNumber(),
        record.getOwner(),
        record.getRequestId(),
        new Digest(record.getRequestDigest()),
        ValueCodec.decode(record.getSpec()),
        record.getExecutorsAwaitDriver());
  }

  private static Fact decode(FactRecord.DriverRegistered record) {
    return new Fact.DriverRegistered(
        new ApplicationId(record.getApplication()),
        record.getAttempt(),
        record.hasAddress() ? Optional.of(HostPort.parse(record.getAddress())) : Optional.empty(),
        record.hasPage() ? Optional.of(record.getPage()) : Optional.empty(),
        ValueCodec.profiles(record.getProfilesList()));
  }

  private static Fact decode(FactRecord.DriverUpdated record) {
    return new Fact.DriverUpdated(
        new ApplicationId(record.getApplication()),
        record.getAttempt(),
        record.hasAddress() ? Optional.of(HostPort.parse(record.getAddress())) : Optional.empty(),
        record.hasPage() ? Optional.of(record.getPage()) : Optional.empty(),
        record.hasProgress() ? Optional.of(record.getProgress()) : Optional.empty());
  }

  private static Fact decode(FactRecord.TargetsSet record) {
    SortedMap<String, ExecutorTarget> targets = new TreeMap<>();
    for (Map.Entry<String, io.slipway.master.proto.TargetValue> entry :
        record.getTargetsMap().entrySet()) {
      targets.put(entry.getKey(), ValueCodec.decode(entry.getValue()));
    }
    TreeSet<WorkerId> excluded = new TreeSet<>();
    record.getExcludedList().forEach(worker -> excluded.add(new WorkerId(worker)));
    return new Fact.TargetsSet(
        new ApplicationId(record.getApplication()),
        new TargetsVersion(record.getAttempt(), record.getNumber()),
        targets,
        record.hasMaxCores() ? OptionalInt.of(record.getMaxCores()) : OptionalInt.empty(),
        excluded);
  }
}
