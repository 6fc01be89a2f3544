package io.slipway.rpc.mapping;

import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.proto.common.v1.ArtifactReference;
import io.slipway.proto.common.v1.JvmCommand;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.common.v1.ProcessTemplate;
import io.slipway.proto.common.v1.ProgramCommand;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** {@code ProcessTemplate} ↔ {@link LaunchTemplate}. */
public final class TemplateMessages {
  private TemplateMessages() {}

  /**
   * Reads a template.
   *
   * @throws io.slipway.rpc.Refusal if a value is malformed or not supported yet
   */
  public static LaunchTemplate toModel(ProcessTemplate message, String field) {
    Fields.notSupported(message.hasStopWhenCutOff(), field + ".stop_when_cut_off");
    Fields.notSupported(message.getDrainSignal() != 0, field + ".drain_signal");
    CommandTemplate command = command(message, field);
    SortedMap<String, String> environment =
        variables(message.getEnvironmentList(), field + ".environment");
    SortedMap<String, String> secret =
        variables(message.getSecretEnvironmentList(), field + ".secret_environment");
    for (String name : secret.keySet()) {
      if (environment.containsKey(name)) {
        throw Refusal.invalidField(
            field + ".secret_environment", "'" + name + "' stands in environment too");
      }
    }
    Resources resources = ResourceMessages.toModel(message.getResources(), field + ".resources");
    if (resources.cores() < 1) {
      throw Refusal.invalidField(field + ".resources.cores", "a process needs at least one core");
    }
    if (resources.memoryBytes() < 1) {
      throw Refusal.invalidField(field + ".resources.memory_bytes", "a process needs memory");
    }
    Limits.check("number of " + field + ".port_names", Limits.PORTS, message.getPortNamesCount());
    Duration grace =
        message.hasGracePeriod()
            ? Fields.duration(message.getGracePeriod(), field + ".grace_period")
            : LaunchTemplate.DEFAULT_GRACE;
    Optional<String> launcher =
        message.getLauncher().isEmpty()
            ? Optional.empty()
            : Optional.of(launcherName(message.getLauncher(), field + ".launcher"));
    Optional<String> user =
        message.getUser().isEmpty()
            ? Optional.empty()
            : Optional.of(userName(message.getUser(), field + ".user"));
    List<ArtifactRef> files = artifacts(message.getFilesList(), field + ".files");
    SortedMap<String, String> options =
        Fields.pairs(
            message.getLauncherOptionsList(),
            Limits.LABELS,
            Limits.SUBMISSION_BYTES,
            field + ".launcher_options");
    return Fields.read(
        field,
        () ->
            new LaunchTemplate(
                command,
                environment,
                secret,
                files,
                resources,
                user,
                message.getPortNamesList(),
                launcher,
                options,
                grace));
  }

  /** Writes a template. */
  public static ProcessTemplate toProto(LaunchTemplate value) {
    ProcessTemplate.Builder message =
        ProcessTemplate.newBuilder()
            .addAllEnvironment(Fields.toProto(value.environment()))
            .addAllSecretEnvironment(Fields.toProto(value.secretEnvironment()))
            .setResources(ResourceMessages.toProto(value.resources()))
            .addAllPortNames(value.ports())
            .addAllLauncherOptions(Fields.toProto(value.launcherOptions()))
            .setGracePeriod(Fields.toProto(value.grace()));
    value.files().forEach(file -> message.addFiles(toProto(file)));
    value.user().ifPresent(message::setUser);
    value.launcher().ifPresent(message::setLauncher);
    if (value.command() instanceof CommandTemplate.Jvm jvm) {
      JvmCommand.Builder command =
          JvmCommand.newBuilder()
              .setMainClass(jvm.mainClass())
              .addAllJvmOptions(jvm.jvmOptions())
              .addAllArguments(jvm.arguments());
      jvm.classPath().forEach(entry -> command.addClassPath(toProto(entry)));
      message.setJvm(command);
    } else if (value.command() instanceof CommandTemplate.Program program) {
      message.setProgram(ProgramCommand.newBuilder().addAllArguments(program.arguments()));
    }
    return message.build();
  }

  /** The same message with the values of its secret variables left out: for answers. */
  public static ProcessTemplate withoutSecrets(ProcessTemplate message) {
    ProcessTemplate.Builder shown = message.toBuilder().clearSecretEnvironment();
    message
        .getSecretEnvironmentList()
        .forEach(
            secret -> shown.addSecretEnvironment(NameValue.newBuilder().setName(secret.getName())));
    return shown.build();
  }

  /** All artifacts that a template needs, those of the class path first. */
  public static List<ArtifactRef> artifacts(LaunchTemplate template) {
    List<ArtifactRef> all = new ArrayList<>();
    if (template.command() instanceof CommandTemplate.Jvm jvm) {
      all.addAll(jvm.classPath());
    }
    all.addAll(template.files());
    return all;
  }

  /** Reads a reference to an artifact. */
  public static ArtifactRef toModel(ArtifactReference message, String field) {
    return Fields.read(
        field,
        () ->
            new ArtifactRef(
                message.getName(),
                Fields.digest(message.getDigest(), field + ".digest"),
                message.getSizeBytes()));
  }

  /** Writes a reference to an artifact. */
  public static ArtifactReference toProto(ArtifactRef value) {
    return ArtifactReference.newBuilder()
        .setName(value.name())
        .setDigest(value.digest().hex())
        .setSizeBytes(value.sizeBytes())
        .build();
  }

  /** An account's name, or its number: what stands on a command line and is no option. */
  private static String userName(String name, String field) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.@$-]{0,63}")) {
      throw Refusal.invalidField(field, "'" + name + "' is no account's name");
    }
    return name;
  }

  /** Reads the name of a launcher. */
  public static String launcherName(String text, String field) {
    if (!text.matches("[a-z][a-z0-9-]{0,62}")) {
      throw Refusal.invalidField(field, "not the name of a launcher: '" + text + "'");
    }
    return text;
  }

  private static CommandTemplate command(ProcessTemplate message, String field) {
    return switch (message.getCommandCase()) {
      case JVM -> {
        JvmCommand jvm = message.getJvm();
        List<ArtifactRef> classPath = artifacts(jvm.getClassPathList(), field + ".jvm.class_path");
        noZeroBytes(List.of(jvm.getMainClass()), field + ".jvm.main_class");
        noZeroBytes(jvm.getJvmOptionsList(), field + ".jvm.jvm_options");
        noZeroBytes(jvm.getArgumentsList(), field + ".jvm.arguments");
        yield Fields.read(
            field + ".jvm",
            () ->
                new CommandTemplate.Jvm(
                    jvm.getMainClass(),
                    classPath,
                    jvm.getJvmOptionsList(),
                    jvm.getArgumentsList()));
      }
      case PROGRAM -> {
        List<String> arguments = message.getProgram().getArgumentsList();
        noZeroBytes(arguments, field + ".program.arguments");
        yield Fields.read(field + ".program", () -> new CommandTemplate.Program(arguments));
      }
      case COMMAND_NOT_SET -> throw Refusal.invalidField(field + ".command", "not set");
    };
  }

  private static void noZeroBytes(List<String> arguments, String field) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).indexOf('\0') >= 0) {
        throw Refusal.invalidField(field + "[" + i + "]", "holds a zero byte");
      }
    }
  }

  private static List<ArtifactRef> artifacts(List<ArtifactReference> messages, String field) {
    Limits.check("number of " + field, Limits.TEMPLATE_ARTIFACTS, messages.size());
    List<ArtifactRef> artifacts = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      artifacts.add(toModel(messages.get(i), field + "[" + i + "]"));
    }
    return artifacts;
  }

  private static SortedMap<String, String> variables(List<NameValue> messages, String field) {
    return Fields.pairs(messages, Limits.ENVIRONMENT_VARIABLES, Limits.SUBMISSION_BYTES, field);
  }
}
