package io.slipway.master.rpc;

import com.google.protobuf.Timestamp;
import io.slipway.master.decide.Fencing;
import io.slipway.master.state.Application;
import io.slipway.master.state.DriverRegistration;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Moment;
import io.slipway.master.state.Outcome;
import io.slipway.master.state.StateChange;
import io.slipway.master.state.StopOrder;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.WorkerId;
import io.slipway.proto.cluster.v1.WorkerInfo;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ResourceMessages;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TemplateDigest;
import io.slipway.rpc.mapping.TerminationMessages;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Writes rows of the state as messages of the protocol. */
final class RowMessages {
  private RowMessages() {}

  /**
   * What is counted over an application's executions.
   *
   * @param running executors that run
   * @param wanted executors that count towards targets
   * @param cores held by driver and executors
   * @param driver how the last driver attempt ended, once it has
   */
  record Counts(int running, int wanted, int cores, Optional<Ending> driver) {
    static Counts of(Collection<Execution> executions) {
      int running = 0;
      int wanted = 0;
      int cores = 0;
      Optional<Ending> driver = Optional.empty();
      for (Execution execution : executions) {
        cores +=
            execution.active() && execution.worker().isPresent() ? execution.reserved().cores() : 0;
        if (execution.isDriver()) {
          driver = execution.end().map(end -> end.ending());
        } else {
          running += execution.state() == ExecutionState.RUNNING ? 1 : 0;
          wanted += execution.wanted() ? 1 : 0;
        }
      }
      return new Counts(running, wanted, cores, driver);
    }
  }

  /**
   * Writes an application.
   *
   * @param waiting why it waits, in words; empty if it does not
   */
  static ApplicationInfo application(Application row, Counts counts, String waiting) {
    ApplicationInfo.Builder message =
        ApplicationInfo.newBuilder()
            .setApplicationId(row.id().value())
            .setName(row.submission().spec().name())
            .setOwner(row.submission().owner())
            .setMode(StateMessages.toProto(row.deployMode()))
            .setState(StateMessages.toProto(row.state()))
            .setReason(reason(row, waiting))
            .setAttempt(row.attempt())
            .setProgress(-1)
            .setSubmitTime(time(row.submission().at()))
            .setExecutorsRunning(counts.running())
            .setExecutorsWanted(wanted(row, counts))
            .setCores(counts.cores())
            .setKilledBy(
                row.kill()
                    .map(kill -> kill.by())
                    .or(() -> row.outcome().flatMap(Outcome::by))
                    .orElse(""))
            .setTimeLimitPassed(row.outcome().filter(Outcome::overTime).isPresent());
    row.submission()
        .spec()
        .timeLimit()
        .ifPresent(limit -> message.setTimeLimit(Fields.toProto(limit)));
    row.outcome()
        .flatMap(Outcome::driver)
        .or(counts::driver)
        .ifPresent(ending -> message.setTermination(TerminationMessages.toProto(ending)));
    row.submission()
        .spec()
        .driver()
        .ifPresent(driver -> message.setDriverTemplateDigest(TemplateDigest.of(driver).hex()));
    row.registration()
        .filter(registration -> registration.attempt() == row.attempt())
        .ifPresent(registration -> register(message, registration));
    for (StateChange change : row.history()) {
      if (change.state() == ApplicationState.RUNNING && !message.hasStartTime()) {
        message.setStartTime(time(change.at()));
      } else if (change.state().isFinal()) {
        message.setEndTime(time(change.at()));
      }
    }
    return message.build();
  }

  private static String reason(Application row, String waiting) {
    String cause = row.outcome().map(Outcome::cause).orElse("");
    if (cause.isEmpty() && row.outcome().isPresent()) {
      return row.outcome().get().driver().map(ending -> ending.status().toString()).orElse("");
    }
    return cause.isEmpty() ? waiting : cause;
  }

  private static void register(ApplicationInfo.Builder message, DriverRegistration registration) {
    message.setDriverAddress(registration.address().map(HostPort::toString).orElse(""));
    message.setPageUrl(registration.page().orElse(""));
    registration.progress().ifPresent(progress -> message.setProgress(Progress.parse(progress)));
  }

  private static int wanted(Application row, Counts counts) {
    long sum = 0;
    for (ExecutorProfile profile : row.profiles()) {
      if (profile.target().total().isEmpty()) {
        return counts.wanted();
      }
      sum += profile.target().total().getAsInt();
    }
    return row.state().isFinal() ? 0 : (int) Math.min(sum, Integer.MAX_VALUE);
  }

  /**
   * Writes an execution.
   *
   * @param application whose it is
   * @param workers those that are known
   */
  static ExecutionInfo execution(
      Execution row, Application application, Map<WorkerId, Worker> workers) {
    ExecutionInfo.Builder message =
        ExecutionInfo.newBuilder()
            .setExecutionId(row.id().toString())
            .setPhase(StateMessages.toProto(row.state()))
            .setWorkerId(row.worker().map(WorkerId::value).orElse(""))
            .setProfile(row.profile())
            .setResources(ResourceMessages.toProto(row.reserved()))
            .setCreateTime(time(row.created()))
            .addAllPorts(ports(row.ports()));
    Optional<Worker> worker = row.worker().map(workers::get);
    worker.ifPresent(
        found -> {
          message.setHost(found.registration().address().host());
          message.setLauncher(
              template(row, application)
                  .flatMap(LaunchTemplate::launcher)
                  .orElse(found.registration().defaultLauncher()));
        });
    row.running().ifPresent(at -> message.setStartTime(time(at)));
    row.stop().ifPresent(stop -> message.setStoppedBy(stoppedBy(stop)));
    row.end()
        .ifPresent(
            end ->
                message
                    .setTermination(TerminationMessages.toProto(end.ending()))
                    .setStdoutTail(end.stdout())
                    .setStderrTail(end.stderr())
                    .setEndTime(time(end.at())));
    return message.build();
  }

  private static Optional<LaunchTemplate> template(Execution row, Application application) {
    return row.isDriver()
        ? application.submission().spec().driver()
        : application.profile(row.profile()).map(ExecutorProfile::template);
  }

  /** Who asked for a stop, in words. */
  static String stoppedBy(StopOrder stop) {
    return switch (stop.by()) {
      case StopOrder.MASTER -> stop.reason();
      case StopOrder.DRIVER -> "its driver";
      default -> "user " + stop.by();
    };
  }

  static List<NameValue> ports(SortedMap<String, HostPort> ports) {
    return ports.entrySet().stream()
        .map(
            port ->
                NameValue.newBuilder()
                    .setName(port.getKey())
                    .setValue(port.getValue().toString())
                    .build())
        .toList();
  }

  /** Writes a worker. */
  static WorkerInfo worker(Worker row, int executions) {
    WorkerInfo.Builder message =
        WorkerInfo.newBuilder()
            .setWorkerId(row.id().value())
            .setAddress(row.registration().address().toString())
            .setState(StateMessages.toProto(row.state()))
            .setResources(ResourceMessages.toProto(row.registration().capacity()))
            .setAllocated(ResourceMessages.toProto(row.allocated()))
            .addAllLabels(Fields.toProto(row.registration().labels()))
            .setDefaultLauncher(row.registration().defaultLauncher())
            .setVersion(row.registration().version())
            .setEpoch(row.epoch())
            .setExecutions(executions)
            .setRegisterTime(time(row.registered()));
    row.registration()
        .launchers()
        .forEach(name -> message.addLaunchers(LauncherInfo.newBuilder().setName(name)));
    return message.build();
  }

  static io.slipway.proto.common.v1.Fencing fencing(Fencing fencing) {
    return new FencingToken(fencing.clusterId(), fencing.incarnation(), fencing.term()).toProto();
  }

  static Timestamp time(Moment moment) {
    return Fields.toProto(Instant.ofEpochMilli(moment.wallMillis()));
  }
}
