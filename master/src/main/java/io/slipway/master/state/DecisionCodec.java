package io.slipway.master.state;

import io.slipway.master.proto.DecisionRecord;
import io.slipway.model.ApplicationId;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Between decisions and their messages; {@link IllegalArgumentException} for what is not known. */
final class DecisionCodec {
  private DecisionCodec() {}

  static DecisionRecord encode(Decision decision) {
    DecisionRecord.Builder record = DecisionRecord.newBuilder();
    if (decision instanceof Decision.Placed placed) {
      DecisionRecord.Placed.Builder builder =
          DecisionRecord.Placed.newBuilder()
              .setApplication(placed.application().value())
              .setAttempt(placed.attempt())
              .setProfile(placed.profile());
      placed.placements().forEach(placement -> builder.addPlacements(encode(placement)));
      record.setPlaced(builder);
    } else if (decision instanceof Decision.Admitted admitted) {
      DecisionRecord.Admitted.Builder builder =
          DecisionRecord.Admitted.newBuilder()
              .setApplication(admitted.application().value())
              .setDriver(encode(admitted.driver()));
      admitted
          .reserved()
          .forEach(
              (profile, placements) -> {
                DecisionRecord.Reserved.Builder reserved =
                    DecisionRecord.Reserved.newBuilder().setProfile(profile);
                placements.forEach(placement -> reserved.addPlacements(encode(placement)));
                builder.addReserved(reserved);
              });
      record.setAdmitted(builder);
    } else if (decision instanceof Decision.LaunchesOrdered launches) {
      record.setLaunchesOrdered(
          DecisionRecord.LaunchesOrdered.newBuilder()
              .setApplication(launches.application().value())
              .addAllExecutors(launches.executors()));
    } else if (decision instanceof Decision.DriverStopped stopped) {
      record.setDriverStopped(
          DecisionRecord.DriverStopped.newBuilder()
              .setApplication(stopped.application().value())
              .setBy(stopped.by())
              .setReason(stopped.reason())
              .setGrace(stopped.grace().toNanos()));
    } else if (decision instanceof Decision.ExecutorsStopped stopped) {
      record.setExecutorsStopped(
          DecisionRecord.ExecutorsStopped.newBuilder()
              .setApplication(stopped.application().value())
              .addAllExecutors(stopped.executors())
              .setBy(stopped.by())
              .setReason(stopped.reason())
              .setGrace(stopped.grace().toNanos()));
    } else if (decision instanceof Decision.ReservationsReturned returned) {
      record.setReservationsReturned(
          DecisionRecord.ReservationsReturned.newBuilder()
              .setApplication(returned.application().value())
              .addAllExecutors(returned.executors())
              .setReason(returned.reason()));
    } else if (decision instanceof Decision.ApplicationChanged changed) {
      DecisionRecord.ApplicationChanged.Builder builder =
          DecisionRecord.ApplicationChanged.newBuilder()
              .setApplication(changed.application().value())
              .setState(ValueCodec.encode(changed.state()));
      changed.outcome().ifPresent(outcome -> builder.setOutcome(ValueCodec.encode(outcome)));
      record.setApplicationChanged(builder);
    } else if (decision instanceof Decision.ApplicationRemoved removed) {
      record.setApplicationRemoved(
          DecisionRecord.ApplicationRemoved.newBuilder()
              .setApplication(removed.application().value()));
    } else if (decision instanceof Decision.WorkerRemoved removed) {
      record.setWorkerRemoved(
          DecisionRecord.WorkerRemoved.newBuilder().setWorker(removed.worker().value()));
    } else {
      throw new AssertionError(decision);
    }
    return record.build();
  }

  private static DecisionRecord.Placement encode(Placement placement) {
    return DecisionRecord.Placement.newBuilder()
        .setNumber(placement.number())
        .setWorker(placement.worker().value())
        .setReserved(ValueCodec.encode(placement.reserved()))
        .build();
  }

  private static Placement decode(DecisionRecord.Placement record) {
    return new Placement(
        record.getNumber(),
        new WorkerId(record.getWorker()),
        ValueCodec.decode(record.getReserved()));
  }

  private static List<Placement> decode(List<DecisionRecord.Placement> records) {
    return records.stream().map(DecisionCodec::decode).toList();
  }

  static Decision decode(DecisionRecord record) {
    return switch (record.getKindCase()) {
      case PLACED ->
          new Decision.Placed(
              new ApplicationId(record.getPlaced().getApplication()),
              record.getPlaced().getAttempt(),
              record.getPlaced().getProfile(),
              decode(record.getPlaced().getPlacementsList()));
      case ADMITTED -> {
        SortedMap<String, List<Placement>> reserved = new TreeMap<>();
        record
            .getAdmitted()
            .getReservedList()
            .forEach(one -> reserved.put(one.getProfile(), decode(one.getPlacementsList())));
        yield new Decision.Admitted(
            new ApplicationId(record.getAdmitted().getApplication()),
            decode(record.getAdmitted().getDriver()),
            reserved);
      }
      case LAUNCHES_ORDERED ->
          new Decision.LaunchesOrdered(
              new ApplicationId(record.getLaunchesOrdered().getApplication()),
              record.getLaunchesOrdered().getExecutorsList());
      case DRIVER_STOPPED ->
          new Decision.DriverStopped(
              new ApplicationId(record.getDriverStopped().getApplication()),
              record.getDriverStopped().getBy(),
              record.getDriverStopped().getReason(),
              Duration.ofNanos(record.getDriverStopped().getGrace()));
      case EXECUTORS_STOPPED ->
          new Decision.ExecutorsStopped(
              new ApplicationId(record.getExecutorsStopped().getApplication()),
              record.getExecutorsStopped().getExecutorsList(),
              record.getExecutorsStopped().getBy(),
              record.getExecutorsStopped().getReason(),
              Duration.ofNanos(record.getExecutorsStopped().getGrace()));
      case RESERVATIONS_RETURNED ->
          new Decision.ReservationsReturned(
              new ApplicationId(record.getReservationsReturned().getApplication()),
              record.getReservationsReturned().getExecutorsList(),
              record.getReservationsReturned().getReason());
      case APPLICATION_CHANGED ->
          new Decision.ApplicationChanged(
              new ApplicationId(record.getApplicationChanged().getApplication()),
              ValueCodec.decode(record.getApplicationChanged().getState()),
              record.getApplicationChanged().hasOutcome()
                  ? Optional.of(ValueCodec.decode(record.getApplicationChanged().getOutcome()))
                  : Optional.empty());
      case APPLICATION_REMOVED ->
          new Decision.ApplicationRemoved(
              new ApplicationId(record.getApplicationRemoved().getApplication()));
      case WORKER_REMOVED ->
          new Decision.WorkerRemoved(new WorkerId(record.getWorkerRemoved().getWorker()));
      case KIND_NOT_SET -> throw new IllegalArgumentException("a decision of an unknown kind");
    };
  }
}
