package io.slipway.master.state;

import io.slipway.master.proto.ApplicationStateValue;
import io.slipway.master.proto.ArtifactValue;
import io.slipway.master.proto.DeadlineKind;
import io.slipway.master.proto.EndingValue;
import io.slipway.master.proto.ExecutionStateValue;
import io.slipway.master.proto.MomentValue;
import io.slipway.master.proto.OutcomeValue;
import io.slipway.master.proto.ProfileValue;
import io.slipway.master.proto.RegistrationValue;
import io.slipway.master.proto.ResourcesValue;
import io.slipway.master.proto.SettingsValue;
import io.slipway.master.proto.SpecValue;
import io.slipway.master.proto.StopKindValue;
import io.slipway.master.proto.StrategyValue;
import io.slipway.master.proto.TargetValue;
import io.slipway.master.proto.TemplateValue;
import io.slipway.master.proto.WorkerStateValue;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import io.slipway.model.WorkerState;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Between values and the private messages of the journal. What can't be understood is an {@link
 * IllegalArgumentException}.
 */
final class ValueCodec {
  private ValueCodec() {}

  static MomentValue encode(Moment moment) {
    return MomentValue.newBuilder()
        .setCluster(moment.clusterMillis())
        .setWall(moment.wallMillis())
        .build();
  }

  static Moment decode(MomentValue value) {
    return new Moment(value.getCluster(), value.getWall());
  }

  static ResourcesValue encode(Resources resources) {
    return ResourcesValue.newBuilder()
        .setCores(resources.cores())
        .setMemoryBytes(resources.memoryBytes())
        .putAllCustom(resources.custom())
        .build();
  }

  static Resources decode(ResourcesValue value) {
    return new Resources(
        value.getCores(),
        value.getMemoryBytes(),
        value.getCustomCount() == 0
            ? Collections.emptySortedMap()
            : new TreeMap<>(value.getCustomMap()));
  }

  static SettingsValue encode(ClusterSettings settings) {
    SettingsValue.Builder builder =
        SettingsValue.newBuilder()
            .setExecutors(encode(settings.executors()))
            .setDrivers(encode(settings.drivers()))
            .setWorkerLostAfter(settings.workerLostAfter().toNanos())
            .setRetainedApplications(settings.retainedApplications())
            .setRetention(settings.retention().toNanos());
    settings.defaultMaxCores().ifPresent(builder::setDefaultMaxCores);
    return builder.build();
  }

  static ClusterSettings decode(SettingsValue value) {
    return new ClusterSettings(
        decode(value.getExecutors()),
        decode(value.getDrivers()),
        value.hasDefaultMaxCores()
            ? OptionalInt.of(value.getDefaultMaxCores())
            : OptionalInt.empty(),
        Duration.ofNanos(value.getWorkerLostAfter()),
        value.getRetainedApplications(),
        Duration.ofNanos(value.getRetention()));
  }

  static RegistrationValue encode(WorkerRegistration registration) {
    return RegistrationValue.newBuilder()
        .setAddress(registration.address().toString())
        .setCapacity(encode(registration.capacity()))
        .putAllLabels(registration.labels())
        .addAllLaunchers(registration.launchers())
        .setDefaultLauncher(registration.defaultLauncher())
        .setVersion(registration.version())
        .build();
  }

  static WorkerRegistration decode(RegistrationValue value) {
    return new WorkerRegistration(
        HostPort.parse(value.getAddress()),
        decode(value.getCapacity()),
        new TreeMap<>(value.getLabelsMap()),
        new TreeSet<>(value.getLaunchersList()),
        value.getDefaultLauncher(),
        value.getVersion());
  }

  private static ArtifactValue encode(ArtifactRef artifact) {
    return ArtifactValue.newBuilder()
        .setName(artifact.name())
        .setDigest(artifact.digest().hex())
        .setSizeBytes(artifact.sizeBytes())
        .build();
  }

  private static ArtifactRef decode(ArtifactValue value) {
    return new ArtifactRef(value.getName(), new Digest(value.getDigest()), value.getSizeBytes());
  }

  private static List<ArtifactRef> decode(List<ArtifactValue> values) {
    return values.stream().map(ValueCodec::decode).toList();
  }

  static TemplateValue encode(LaunchTemplate template) {
    TemplateValue.Builder builder =
        TemplateValue.newBuilder()
            .putAllEnvironment(template.environment())
            .putAllSecretEnvironment(template.secretEnvironment())
            .setResources(encode(template.resources()))
            .addAllPorts(template.ports())
            .putAllLauncherOptions(template.launcherOptions())
            .setGrace(template.grace().toNanos());
    template.files().forEach(file -> builder.addFiles(encode(file)));
    template.user().ifPresent(builder::setUser);
    template.launcher().ifPresent(builder::setLauncher);
    if (template.command() instanceof CommandTemplate.Jvm jvm) {
      TemplateValue.Jvm.Builder command =
          TemplateValue.Jvm.newBuilder()
              .setMainClass(jvm.mainClass())
              .addAllJvmOptions(jvm.jvmOptions())
              .addAllArguments(jvm.arguments());
      jvm.classPath().forEach(entry -> command.addClassPath(encode(entry)));
      builder.setJvm(command);
    } else if (template.command() instanceof CommandTemplate.Program program) {
      builder.setProgram(TemplateValue.Program.newBuilder().addAllArguments(program.arguments()));
    }
    return builder.build();
  }

  static LaunchTemplate decode(TemplateValue value) {
    return new LaunchTemplate(
        command(value),
        new TreeMap<>(value.getEnvironmentMap()),
        new TreeMap<>(value.getSecretEnvironmentMap()),
        decode(value.getFilesList()),
        decode(value.getResources()),
        value.hasUser() ? Optional.of(value.getUser()) : Optional.empty(),
        value.getPortsList(),
        value.hasLauncher() ? Optional.of(value.getLauncher()) : Optional.empty(),
        new TreeMap<>(value.getLauncherOptionsMap()),
        Duration.ofNanos(value.getGrace()));
  }

  private static CommandTemplate command(TemplateValue value) {
    return switch (value.getCommandCase()) {
      case JVM ->
          new CommandTemplate.Jvm(
              value.getJvm().getMainClass(),
              decode(value.getJvm().getClassPathList()),
              value.getJvm().getJvmOptionsList(),
              value.getJvm().getArgumentsList());
      case PROGRAM -> new CommandTemplate.Program(value.getProgram().getArgumentsList());
      case COMMAND_NOT_SET -> throw new IllegalArgumentException("unknown kind of command");
    };
  }

  static TargetValue encode(ExecutorTarget target) {
    TargetValue.Builder builder = TargetValue.newBuilder();
    target.total().ifPresent(builder::setTotal);
    return builder.build();
  }

  static ExecutorTarget decode(TargetValue value) {
    return value.hasTotal() ? ExecutorTarget.of(value.getTotal()) : ExecutorTarget.AS_MANY_AS_FIT;
  }

  static ProfileValue encode(ExecutorProfile profile) {
    return ProfileValue.newBuilder()
        .setName(profile.name())
        .setTemplate(encode(profile.template()))
        .setAllCores(profile.allCores())
        .setTarget(encode(profile.target()))
        .setMinimum(profile.minimum())
        .build();
  }

  static ExecutorProfile decode(ProfileValue value) {
    return new ExecutorProfile(
        value.getName(),
        decode(value.getTemplate()),
        value.getAllCores(),
        decode(value.getTarget()),
        value.getMinimum());
  }

  static List<ExecutorProfile> profiles(List<ProfileValue> values) {
    return values.stream().map(ValueCodec::decode).toList();
  }

  static SpecValue encode(ApplicationSpec spec) {
    SpecValue.Builder builder =
        SpecValue.newBuilder()
            .setName(spec.name())
            .setClientMode(spec.deployMode() == DeployMode.CLIENT)
            .setMaxAttempts(spec.maxAttempts())
            .setPriority(spec.priority())
            .setLostAfter(spec.lostAfter().toNanos())
            .setRegisterTimeout(spec.registerTimeout().toNanos());
    spec.driver().ifPresent(driver -> builder.setDriver(encode(driver)));
    spec.profiles().forEach(profile -> builder.addProfiles(encode(profile)));
    spec.maxCores().ifPresent(builder::setMaxCores);
    spec.timeLimit().ifPresent(limit -> builder.setTimeLimit(limit.toNanos()));
    return builder.build();
  }

  static ApplicationSpec decode(SpecValue value) {
    return new ApplicationSpec(
        value.getName(),
        value.getClientMode() ? DeployMode.CLIENT : DeployMode.CLUSTER,
        value.hasDriver() ? Optional.of(decode(value.getDriver())) : Optional.empty(),
        profiles(value.getProfilesList()),
        value.hasMaxCores() ? OptionalInt.of(value.getMaxCores()) : OptionalInt.empty(),
        value.getMaxAttempts(),
        value.getPriority(),
        Duration.ofNanos(value.getLostAfter()),
        Duration.ofNanos(value.getRegisterTimeout()),
        value.hasTimeLimit()
            ? Optional.of(Duration.ofNanos(value.getTimeLimit()))
            : Optional.empty());
  }

  static EndingValue encode(Ending ending) {
    EndingValue.Builder builder =
        EndingValue.newBuilder()
            .setMemoryExhausted(ending.memoryExhausted())
            .setCause(ending.cause());
    ending.stop().ifPresent(stop -> builder.setStop(encode(stop)));
    if (ending.status() instanceof ExitStatus.Exited exited) {
      builder.setExited(exited.code());
    } else if (ending.status() instanceof ExitStatus.Signalled signalled) {
      builder.setSignalled(signalled.number());
    } else if (ending.status() instanceof ExitStatus.NotStarted notStarted) {
      builder.setNotStarted(notStarted.reason());
    } else if (ending.status() instanceof ExitStatus.Lost lost) {
      builder.setLost(lost.reason());
    }
    return builder.build();
  }

  static Ending decode(EndingValue value) {
    ExitStatus status =
        switch (value.getStatusCase()) {
          case EXITED -> new ExitStatus.Exited(value.getExited());
          case SIGNALLED -> new ExitStatus.Signalled(value.getSignalled());
          case NOT_STARTED -> new ExitStatus.NotStarted(value.getNotStarted());
          case LOST -> new ExitStatus.Lost(value.getLost());
          case STATUS_NOT_SET -> throw new IllegalArgumentException("unknown exit status");
        };
    return new Ending(
        status, value.getMemoryExhausted(), decode(value.getStop()), value.getCause());
  }

  static OutcomeValue encode(Outcome outcome) {
    OutcomeValue.Builder builder =
        OutcomeValue.newBuilder()
            .setResult(encode(outcome.result()))
            .setCause(outcome.cause())
            .setOverTime(outcome.overTime());
    outcome.driver().ifPresent(driver -> builder.setDriver(encode(driver)));
    outcome.by().ifPresent(builder::setBy);
    return builder.build();
  }

  static Outcome decode(OutcomeValue value) {
    return new Outcome(
        decode(value.getResult()),
        value.hasDriver() ? Optional.of(decode(value.getDriver())) : Optional.empty(),
        value.getCause(),
        value.hasBy() ? Optional.of(value.getBy()) : Optional.empty(),
        value.getOverTime());
  }

  static Map<String, String> encodePorts(SortedMap<String, HostPort> ports) {
    Map<String, String> encoded = new TreeMap<>();
    ports.forEach((name, address) -> encoded.put(name, address.toString()));
    return encoded;
  }

  static SortedMap<String, HostPort> decodePorts(Map<String, String> ports) {
    if (ports.isEmpty()) {
      return Collections.emptySortedMap();
    }
    SortedMap<String, HostPort> decoded = new TreeMap<>();
    ports.forEach((name, address) -> decoded.put(name, HostPort.parse(address)));
    return Collections.unmodifiableSortedMap(decoded);
  }

  static StrategyValue encode(PlacementStrategy strategy) {
    return switch (strategy) {
      case SPREAD -> StrategyValue.STRATEGY_VALUE_SPREAD;
      case PACK -> StrategyValue.STRATEGY_VALUE_PACK;
    };
  }

  static PlacementStrategy decode(StrategyValue value) {
    return switch (value) {
      case STRATEGY_VALUE_SPREAD -> PlacementStrategy.SPREAD;
      case STRATEGY_VALUE_PACK -> PlacementStrategy.PACK;
      case STRATEGY_VALUE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("unknown placement strategy");
    };
  }

  private static StopKindValue encode(StopKind kind) {
    return switch (kind) {
      case ASKED -> StopKindValue.STOP_KIND_VALUE_ASKED;
      case FORCED -> StopKindValue.STOP_KIND_VALUE_FORCED;
    };
  }

  private static Optional<StopKind> decode(StopKindValue value) {
    return switch (value) {
      case STOP_KIND_VALUE_UNSPECIFIED -> Optional.empty();
      case STOP_KIND_VALUE_ASKED -> Optional.of(StopKind.ASKED);
      case STOP_KIND_VALUE_FORCED -> Optional.of(StopKind.FORCED);
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown kind of stop");
    };
  }

  static ApplicationStateValue encode(ApplicationState state) {
    return ApplicationStateValue.valueOf("APPLICATION_STATE_VALUE_" + state.name());
  }

  static ApplicationState decode(ApplicationStateValue value) {
    return ApplicationState.valueOf(known(value, "APPLICATION_STATE_VALUE_"));
  }

  static ExecutionStateValue encode(ExecutionState state) {
    return ExecutionStateValue.valueOf("EXECUTION_STATE_VALUE_" + state.name());
  }

  static ExecutionState decode(ExecutionStateValue value) {
    return ExecutionState.valueOf(known(value, "EXECUTION_STATE_VALUE_"));
  }

  static WorkerStateValue encode(WorkerState state) {
    return WorkerStateValue.valueOf("WORKER_STATE_VALUE_" + state.name());
  }

  static WorkerState decode(WorkerStateValue value) {
    return WorkerState.valueOf(known(value, "WORKER_STATE_VALUE_"));
  }

  static DeadlineKind encode(Deadline.Kind kind) {
    return DeadlineKind.valueOf("DEADLINE_KIND_" + kind.name());
  }

  static Deadline.Kind decode(DeadlineKind value) {
    return Deadline.Kind.valueOf(known(value, "DEADLINE_KIND_"));
  }

  private static String known(Enum<?> value, String prefix) {
    if (!value.name().startsWith(prefix) || value.name().endsWith("_UNSPECIFIED")) {
      throw new IllegalArgumentException("unknown " + value.getDeclaringClass().getSimpleName());
    }
    return value.name().substring(prefix.length());
  }
}
