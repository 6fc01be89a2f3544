package io.slipway.client;

import com.google.protobuf.Timestamp;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.proto.cluster.v1.DescribeClusterResponse;
import io.slipway.proto.cluster.v1.MasterInfo;
import io.slipway.proto.cluster.v1.WorkerInfo;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.common.v1.Termination;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.GetApplicationResponse;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.ResourceMessages;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.SubmissionMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Turns the answers of masters into the values of this package. */
final class Wire {
  private static final String REASON_PREFIX = "REASON_";

  private Wire() {}

  static SubmissionSpec submission(ApplicationSpec spec) {
    return SubmissionMessages.toProto(spec);
  }

  static ApplicationInfo.State state(ApplicationState state) {
    return StateMessages.toProto(state);
  }

  static Termination termination(Ending ending) {
    return TerminationMessages.toProto(ending);
  }

  static com.google.protobuf.Duration duration(Duration span) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(span.getSeconds())
        .setNanos(span.getNano())
        .build();
  }

  static Duration duration(com.google.protobuf.Duration message) {
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  static ApplicationReport report(ApplicationInfo info) {
    return new ApplicationReport(
        new ApplicationId(info.getApplicationId()),
        info.getName(),
        info.getOwner(),
        StateMessages.toModel(info.getMode(), "mode"),
        StateMessages.toModel(info.getState())
            .orElseThrow(() -> unreadable("state of " + info.getApplicationId())),
        info.getReason(),
        info.getAttempt(),
        info.hasTermination() ? Optional.of(ending(info.getTermination())) : Optional.empty(),
        optional(info.getDriverAddress(), HostPort::parse),
        optional(info.getPageUrl(), Function.identity()),
        info.getProgress() >= 0 ? OptionalDouble.of(info.getProgress()) : OptionalDouble.empty(),
        instant(info.getSubmitTime()),
        info.hasStartTime() ? Optional.of(instant(info.getStartTime())) : Optional.empty(),
        info.hasEndTime() ? Optional.of(instant(info.getEndTime())) : Optional.empty(),
        info.getExecutorsRunning(),
        info.getExecutorsWanted(),
        info.getCores(),
        info.getDriverTemplateDigest(),
        info.getKilledBy(),
        info.hasTimeLimit() ? Optional.of(duration(info.getTimeLimit())) : Optional.empty(),
        info.getTimeLimitPassed());
  }

  static ApplicationDetails details(GetApplicationResponse answer) {
    Optional<ApplicationSpec> spec;
    try {
      spec = Optional.of(SubmissionMessages.toModel(answer.getSpec(), "spec"));
    } catch (Refusal newerThanWeAre) {
      spec = Optional.empty();
    }
    List<ExecutionReport> executions =
        answer.getExecutionsList().stream().map(Wire::execution).toList();
    return new ApplicationDetails(report(answer.getApplication()), executions, spec);
  }

  private static ExecutionReport execution(ExecutionInfo info) {
    return new ExecutionReport(
        ExecutionId.parse(info.getExecutionId()),
        StateMessages.toModel(info.getPhase(), "phase"),
        optional(info.getWorkerId(), WorkerId::new),
        info.getHost(),
        info.getProfile(),
        ResourceMessages.toModel(info.getResources(), "resources"),
        info.hasTermination() ? Optional.of(ending(info.getTermination())) : Optional.empty(),
        info.getStoppedBy(),
        info.getStdoutTail().toString(StandardCharsets.UTF_8),
        info.getStderrTail().toString(StandardCharsets.UTF_8),
        info.hasCreateTime() ? Optional.of(instant(info.getCreateTime())) : Optional.empty(),
        info.hasStartTime() ? Optional.of(instant(info.getStartTime())) : Optional.empty(),
        info.hasEndTime() ? Optional.of(instant(info.getEndTime())) : Optional.empty(),
        map(info.getPortsList(), HostPort::parse),
        info.getLauncher());
  }

  static WorkerReport worker(WorkerInfo info) {
    return new WorkerReport(
        new WorkerId(info.getWorkerId()),
        HostPort.parse(info.getAddress()),
        workerState(info),
        ResourceMessages.toModel(info.getResources(), "resources"),
        ResourceMessages.toModel(info.getAllocated(), "allocated"),
        map(info.getLabelsList(), Function.identity()),
        info.getLaunchersList().stream().map(LauncherInfo::getName).toList(),
        info.getDefaultLauncher(),
        info.getVersion(),
        info.getEpoch(),
        info.getExecutions(),
        info.hasRegisterTime() ? Optional.of(instant(info.getRegisterTime())) : Optional.empty());
  }

  private static WorkerState workerState(WorkerInfo info) {
    return StateMessages.toModel(info.getState())
        .orElseThrow(() -> unreadable("state of worker " + info.getWorkerId()));
  }

  static ClusterReport cluster(DescribeClusterResponse answer) {
    return new ClusterReport(
        answer.getFencing().getClusterId(),
        answer.getFencing().getIncarnation(),
        answer.getFencing().getTerm(),
        answer.getVersion(),
        answer.getLiveWorkers(),
        ResourceMessages.toModel(answer.getResources(), "resources"),
        ResourceMessages.toModel(answer.getAllocated(), "allocated"),
        answer.getRunningApplications(),
        answer.getQueuedApplications());
  }

  static MasterReport master(MasterInfo info) {
    return new MasterReport(info.getAddress(), info.getLeader(), info.getVersion());
  }

  static SlipwayException exception(Refusal refusal) {
    SlipwayException.Kind kind =
        switch (refusal.code()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> SlipwayException.Kind.UNREACHABLE;
          // A call that a master cancels is made again.
          case CANCELLED -> SlipwayException.Kind.CLOSED;
          case UNAUTHENTICATED, PERMISSION_DENIED -> SlipwayException.Kind.NOT_ALLOWED;
          case NOT_FOUND -> SlipwayException.Kind.UNKNOWN_ID;
          case INVALID_ARGUMENT ->
              refusal.reason() == Reason.REASON_AMBIGUOUS_ID
                  ? SlipwayException.Kind.UNKNOWN_ID
                  : SlipwayException.Kind.INVALID;
          case UNIMPLEMENTED -> SlipwayException.Kind.NOT_SUPPORTED;
          case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS -> SlipwayException.Kind.WRONG_STATE;
          case RESOURCE_EXHAUSTED -> SlipwayException.Kind.OVERLOADED;
          case DATA_LOSS -> SlipwayException.Kind.DATA_LOSS;
          case OK, UNKNOWN, INTERNAL, OUT_OF_RANGE -> SlipwayException.Kind.OTHER;
        };
    String reason =
        refusal.reason() == Reason.REASON_UNSPECIFIED || refusal.reason() == Reason.UNRECOGNIZED
            ? ""
            : refusal.reason().name().substring(REASON_PREFIX.length());
    return new SlipwayException(kind, reason, refusal.getMessage(), refusal);
  }

  private static Ending ending(Termination message) {
    return TerminationMessages.toModel(message, "termination");
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static <T> Optional<T> optional(String text, Function<String, T> reader) {
    return text.isEmpty() ? Optional.empty() : Optional.of(reader.apply(text));
  }

  private static <T> SortedMap<String, T> map(List<NameValue> entries, Function<String, T> reader) {
    SortedMap<String, T> map = new TreeMap<>();
    entries.forEach(entry -> map.put(entry.getName(), reader.apply(entry.getValue())));
    return map;
  }

  private static SlipwayException unreadable(String what) {
    return new SlipwayException(
        SlipwayException.Kind.NOT_SUPPORTED,
        "",
        what + " is one that this version does not know: use a newer client",
        null);
  }
}
