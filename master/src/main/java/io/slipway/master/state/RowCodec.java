package io.slipway.master.state;

import io.slipway.master.proto.AnswerRow;
import io.slipway.master.proto.ApplicationRow;
import io.slipway.master.proto.DeadlineRow;
import io.slipway.master.proto.DriverRegistrationValue;
import io.slipway.master.proto.EndValue;
import io.slipway.master.proto.ExecutionRow;
import io.slipway.master.proto.KillValue;
import io.slipway.master.proto.MetaRow;
import io.slipway.master.proto.StateChangeValue;
import io.slipway.master.proto.StopValue;
import io.slipway.master.proto.WorkerRow;
import io.slipway.model.ApplicationId;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/** Between rows and their messages in a snapshot. */
final class RowCodec {
  private RowCodec() {}

  static MetaRow encode(Meta row) {
    return MetaRow.newBuilder()
        .setClusterId(row.clusterId())
        .setClusterKey(row.clusterKey())
        .setIncarnation(row.incarnation())
        .setTerm(row.term())
        .setMoment(ValueCodec.encode(row.moment()))
        .setNumber(row.number())
        .setFeatureLevel(row.featureLevel())
        .setNextSequence(row.nextSequence())
        .putAllDays(row.days())
        .setSettings(ValueCodec.encode(row.settings()))
        .build();
  }

  static Meta decode(MetaRow row) {
    return new Meta(
        row.getClusterId(),
        row.getClusterKey(),
        row.getIncarnation(),
        row.getTerm(),
        ValueCodec.decode(row.getMoment()),
        row.getNumber(),
        row.getFeatureLevel(),
        row.getNextSequence(),
        new TreeMap<>(row.getDaysMap()),
        ValueCodec.decode(row.getSettings()));
  }

  static WorkerRow encode(Worker row) {
    return WorkerRow.newBuilder()
        .setId(row.id().value())
        .setEpoch(row.epoch())
        .setRegistration(ValueCodec.encode(row.registration()))
        .setAllocated(ValueCodec.encode(row.allocated()))
        .setLiveness(ValueCodec.encode(row.liveness()))
        .setDraining(row.draining())
        .setSince(ValueCodec.encode(row.since()))
        .setRegistered(ValueCodec.encode(row.registered()))
        .build();
  }

  static Worker decode(WorkerRow row) {
    return new Worker(
        new WorkerId(row.getId()),
        row.getEpoch(),
        ValueCodec.decode(row.getRegistration()),
        ValueCodec.decode(row.getAllocated()),
        ValueCodec.decode(row.getLiveness()),
        row.getDraining(),
        ValueCodec.decode(row.getSince()),
        ValueCodec.decode(row.getRegistered()));
  }

  static ApplicationRow encode(Application row) {
    Submission submission = row.submission();
    ApplicationRow.Builder builder =
        ApplicationRow.newBuilder()
            .setId(row.id().value())
            .setSequence(submission.sequence())
            .setOwner(submission.owner())
            .setRequestId(submission.requestId())
            .setRequestDigest(submission.requestDigest().hex())
            .setSpec(ValueCodec.encode(submission.spec()))
            .setExecutorsAwaitDriver(submission.executorsAwaitDriver())
            .setSubmitted(ValueCodec.encode(submission.at()))
            .setState(ValueCodec.encode(row.state()))
            .setAttempt(row.attempt())
            .setTargetsAttempt(row.targetsVersion().attempt())
            .setTargetsNumber(row.targetsVersion().number())
            .setReservationsOver(row.reservationsOver())
            .setFinishing(row.finishing())
            .setNextExecutor(row.nextExecutor())
            .setFailuresInRow(row.failuresInRow())
            .setLastFailure(row.lastFailure())
            .setLastFailureText(row.lastFailureText())
            .setWaitingSince(row.waitingSince())
            .setOverTime(row.overTime());
    for (StateChange change : row.history()) {
      builder.addHistory(
          StateChangeValue.newBuilder()
              .setState(ValueCodec.encode(change.state()))
              .setAttempt(change.attempt())
              .setAt(ValueCodec.encode(change.at())));
    }
    row.profiles().forEach(profile -> builder.addProfiles(ValueCodec.encode(profile)));
    row.maxCores().ifPresent(builder::setMaxCores);
    row.excluded().forEach(worker -> builder.addExcluded(worker.value()));
    row.avoided().forEach((worker, until) -> builder.putAvoided(worker.value(), until));
    row.registration().ifPresent(registration -> builder.setRegistration(encode(registration)));
    row.kill().ifPresent(kill -> builder.setKill(encode(kill)));
    row.outcome().ifPresent(outcome -> builder.setOutcome(ValueCodec.encode(outcome)));
    row.leaseHolder().ifPresent(builder::setLeaseHolder);
    return builder.build();
  }

  private static DriverRegistrationValue encode(DriverRegistration registration) {
    DriverRegistrationValue.Builder builder =
        DriverRegistrationValue.newBuilder()
            .setAttempt(registration.attempt())
            .setAt(ValueCodec.encode(registration.at()));
    registration.address().ifPresent(address -> builder.setAddress(address.toString()));
    registration.page().ifPresent(builder::setPage);
    registration.progress().ifPresent(builder::setProgress);
    return builder.build();
  }

  private static KillValue encode(KillRequest kill) {
    KillValue.Builder builder =
        KillValue.newBuilder().setBy(kill.by()).setAt(ValueCodec.encode(kill.at()));
    kill.grace().ifPresent(grace -> builder.setGrace(grace.toNanos()));
    return builder.build();
  }

  static Application decode(ApplicationRow row) {
    TreeSet<WorkerId> excluded = new TreeSet<>();
    row.getExcludedList().forEach(worker -> excluded.add(new WorkerId(worker)));
    TreeMap<WorkerId, Long> avoided = new TreeMap<>();
    row.getAvoidedMap().forEach((worker, until) -> avoided.put(new WorkerId(worker), until));
    return new Application(
        new ApplicationId(row.getId()),
        new Submission(
            row.getSequence(),
            row.getOwner(),
            row.getRequestId(),
            new Digest(row.getRequestDigest()),
            ValueCodec.decode(row.getSpec()),
            row.getExecutorsAwaitDriver(),
            ValueCodec.decode(row.getSubmitted())),
        ValueCodec.decode(row.getState()),
        row.getAttempt(),
        row.getHistoryList().stream()
            .map(
                change ->
                    new StateChange(
                        ValueCodec.decode(change.getState()),
                        change.getAttempt(),
                        ValueCodec.decode(change.getAt())))
            .toList(),
        ValueCodec.profiles(row.getProfilesList()),
        row.hasMaxCores() ? OptionalInt.of(row.getMaxCores()) : OptionalInt.empty(),
        new TargetsVersion(row.getTargetsAttempt(), row.getTargetsNumber()),
        Collections.unmodifiableSortedSet(excluded),
        Collections.unmodifiableSortedMap(avoided),
        row.hasRegistration() ? Optional.of(decode(row.getRegistration())) : Optional.empty(),
        row.getReservationsOver(),
        row.getFinishing(),
        row.getNextExecutor(),
        row.getFailuresInRow(),
        row.getLastFailure(),
        row.getLastFailureText(),
        row.getWaitingSince(),
        row.hasKill() ? Optional.of(decode(row.getKill())) : Optional.empty(),
        row.hasOutcome() ? Optional.of(ValueCodec.decode(row.getOutcome())) : Optional.empty(),
        row.hasLeaseHolder() ? Optional.of(row.getLeaseHolder()) : Optional.empty(),
        row.getOverTime());
  }

  private static DriverRegistration decode(DriverRegistrationValue value) {
    return new DriverRegistration(
        value.getAttempt(),
        value.hasAddress() ? Optional.of(HostPort.parse(value.getAddress())) : Optional.empty(),
        value.hasPage() ? Optional.of(value.getPage()) : Optional.empty(),
        value.hasProgress() ? Optional.of(value.getProgress()) : Optional.empty(),
        ValueCodec.decode(value.getAt()));
  }

  private static KillRequest decode(KillValue value) {
    return new KillRequest(
        value.getBy(),
        value.hasGrace() ? Optional.of(Duration.ofNanos(value.getGrace())) : Optional.empty(),
        ValueCodec.decode(value.getAt()));
  }

  static ExecutionRow encode(Execution row) {
    ExecutionRow.Builder builder =
        ExecutionRow.newBuilder()
            .setId(row.id().toString())
            .setAttempt(row.attempt())
            .setProfile(row.profile())
            .setReserved(ValueCodec.encode(row.reserved()))
            .setState(ValueCodec.encode(row.state()))
            .setCreated(ValueCodec.encode(row.created()))
            .putAllPorts(ValueCodec.encodePorts(row.ports()));
    row.worker().ifPresent(worker -> builder.setWorker(worker.value()));
    row.running().ifPresent(running -> builder.setRunning(ValueCodec.encode(running)));
    row.stop()
        .ifPresent(
            stop ->
                builder.setStop(
                    StopValue.newBuilder()
                        .setBy(stop.by())
                        .setReason(stop.reason())
                        .setGrace(stop.grace().toNanos())
                        .setAt(ValueCodec.encode(stop.at()))));
    row.end()
        .ifPresent(
            end ->
                builder.setEnd(
                    EndValue.newBuilder()
                        .setEnding(ValueCodec.encode(end.ending()))
                        .setStdout(end.stdout())
                        .setStderr(end.stderr())
                        .setAt(ValueCodec.encode(end.at()))
                        .setCorrected(end.corrected())));
    return builder.build();
  }

  static Execution decode(ExecutionRow row) {
    return new Execution(
        ExecutionId.parse(row.getId()),
        row.getAttempt(),
        row.getProfile(),
        row.hasWorker() ? Optional.of(new WorkerId(row.getWorker())) : Optional.empty(),
        ValueCodec.decode(row.getReserved()),
        ValueCodec.decode(row.getState()),
        ValueCodec.decode(row.getCreated()),
        row.hasRunning() ? Optional.of(ValueCodec.decode(row.getRunning())) : Optional.empty(),
        ValueCodec.decodePorts(row.getPortsMap()),
        row.hasStop() ? Optional.of(decode(row.getStop())) : Optional.empty(),
        row.hasEnd() ? Optional.of(decode(row.getEnd())) : Optional.empty());
  }

  private static StopOrder decode(StopValue value) {
    return new StopOrder(
        value.getBy(),
        value.getReason(),
        Duration.ofNanos(value.getGrace()),
        ValueCodec.decode(value.getAt()));
  }

  private static ExecutionEnd decode(EndValue value) {
    return new ExecutionEnd(
        ValueCodec.decode(value.getEnding()),
        value.getStdout(),
        value.getStderr(),
        ValueCodec.decode(value.getAt()),
        value.getCorrected());
  }

  static AnswerRow encode(AnsweredRequest row) {
    return AnswerRow.newBuilder()
        .setPrincipal(row.key().principal())
        .setRequestId(row.key().requestId())
        .setDigest(row.digest().hex())
        .setAnswer(row.answer())
        .setOrder(row.order())
        .setAt(ValueCodec.encode(row.at()))
        .build();
  }

  static AnsweredRequest decode(AnswerRow row) {
    return new AnsweredRequest(
        new AnsweredRequest.Key(row.getPrincipal(), row.getRequestId()),
        new Digest(row.getDigest()),
        row.getAnswer(),
        row.getOrder(),
        ValueCodec.decode(row.getAt()));
  }

  static DeadlineRow encode(Deadline row) {
    return DeadlineRow.newBuilder()
        .setKind(ValueCodec.encode(row.key().kind()))
        .setSubject(row.key().subject())
        .setAt(row.atMillis())
        .build();
  }

  static Deadline decode(DeadlineRow row) {
    return new Deadline(
        new Deadline.Key(ValueCodec.decode(row.getKind()), row.getSubject()), row.getAt());
  }
}
