package io.slipway.cli;

import io.slipway.client.ApiBundle;
import io.slipway.client.ExecutorSpecification;
import io.slipway.client.LauncherChoice;
import io.slipway.client.Specification;
import io.slipway.client.SpecificationBuilder;
import io.slipway.client.SpecificationResolver;
import io.slipway.client.Submission;
import io.slipway.model.DeployMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/**
 * Turns the command line of {@code submit} into what is submitted. Reads the files that it names,
 * and asks no master.
 */
final class SubmissionResolver {
  private final SubmitOptions options;
  private final Path scratch;

  /**
   * Makes a resolver.
   *
   * @param scratch an existing directory for packed class directories; they must stay until they
   *     have been uploaded
   */
  SubmissionResolver(SubmitOptions options, Path scratch) {
    this.options = options;
    this.scratch = scratch;
  }

  /**
   * Resolves.
   *
   * @param program APP.jar and its arguments, or a command
   * @param isCommand whether it is a command
   * @throws CommandFailedException naming the flag and the value, if something is wrong
   */
  Submission resolve(List<String> program, boolean isCommand) {
    checkFlags();
    if (program.isEmpty() || program.get(0).isEmpty()) {
      throw CommandFailedException.usage(
          isCommand
              ? "no command after '--'; give one, such as: -- sh script.sh"
              : "no program given; give APP.jar [ARGS...], or -- COMMAND [ARGS...]");
    }
    checkFiles();
    try {
      Specification specification = (isCommand ? forCommand(program) : forJar(program)).build();
      return new SpecificationResolver(apiBundle(), scratch).resolve(specification);
    } catch (IOException e) {
      throw CommandFailedException.usage(
          Reasons.of(e)
              + (isCommand ? "; correct the path" : "; correct --class, APP.jar or --jar"));
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.usage(Reasons.of(e));
    }
  }

  private void checkFiles() {
    for (Path file : options.files) {
      if (!Files.isRegularFile(file)) {
        throw CommandFailedException.usage(
            "--file "
                + file
                + ": "
                + (Files.exists(file) ? "it is not a file" : "there is no such file")
                + "; correct the path");
      }
    }
  }

  private void checkFlags() {
    boolean cluster = options.deployMode == DeployMode.CLUSTER;
    if (cluster && (options.listen != null || options.advertise != null || options.insecure)) {
      throw CommandFailedException.usage(
          "--listen, --advertise and --insecure belong to client mode; in cluster mode the driver"
              + " listens where its worker says; leave them out");
    }
    if (!cluster && (options.driverLauncher != null || !options.driverLauncherOptions.isEmpty())) {
      throw CommandFailedException.usage(
          "--driver-launcher and --driver-launcher-option belong to cluster mode; in client mode"
              + " the command starts the driver itself; leave them out, or add --deploy-mode"
              + " cluster");
    }
    if (!options.insecure && options.listen != null && !options.listen.isLoopback()) {
      throw CommandFailedException.usage(
          "--listen "
              + options.listen
              + " is reachable from other machines, and connections are not encrypted; add"
              + " --insecure if that is what you want");
    }
    int executors = options.executors == null ? 0 : options.executors;
    if (options.minExecutors != null && options.minExecutors > executors) {
      throw CommandFailedException.usage(
          "--min-executors "
              + options.minExecutors
              + " is more than --executors "
              + executors
              + "; raise one or lower the other");
    }
    if (options.maxCores != null && options.maxCores < options.executorCores) {
      throw CommandFailedException.usage(
          "--max-cores "
              + options.maxCores
              + " is less than --executor-cores "
              + options.executorCores
              + ", so that no executor would ever fit; raise it");
    }
    if (options.requestId != null && !options.requestId.matches("[A-Za-z0-9-]{1,64}")) {
      throw CommandFailedException.usage(
          "--request-id '" + options.requestId + "' is not 1 to 64 letters, digits and hyphens");
    }
  }

  private SpecificationBuilder forJar(List<String> program) {
    Path application = new Converters.FilePath().convert(program.get(0));
    List<Path> entries = new ArrayList<>();
    entries.add(application);
    entries.addAll(options.jars);
    checkEntries(entries, program.get(0));
    SpecificationBuilder builder =
        options.mainClass == null
            ? Specification.jvm(application)
            : Specification.jvm(options.mainClass, List.of(application));
    options.jars.forEach(builder::classPathEntry);
    options.javaOptions.forEach(builder::jvmOption);
    builder.arguments(program.subList(1, program.size()));
    return described(builder)
        .executors(
            executors(options.executorCommand == null ? List.of() : executorWords()).build());
  }

  private SpecificationBuilder forCommand(List<String> program) {
    refuseWithCommand("--class", options.mainClass != null);
    refuseWithCommand("--jar", !options.jars.isEmpty());
    refuseWithCommand("--java-option", !options.javaOptions.isEmpty());
    SpecificationBuilder builder = described(Specification.command(program));
    if (options.executorCommand != null) {
      builder.executors(executors(executorWords()).build());
    } else if (options.executors != null && options.executors > 0) {
      throw CommandFailedException.usage(
          "--executors "
              + options.executors
              + ": it is not known what an executor of this command runs; add --executor-command"
              + " 'COMMAND ARGS...'");
    }
    return builder;
  }

  private static void refuseWithCommand(String flag, boolean given) {
    if (given) {
      throw CommandFailedException.usage(
          flag + " belongs to APP.jar, not to a command after '--'; leave it out");
    }
  }

  private List<String> executorWords() {
    List<String> words;
    try {
      words = CommandWords.split(options.executorCommand);
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.usage("--executor-command: " + e.getMessage());
    }
    if (words.isEmpty()) {
      throw CommandFailedException.usage(
          "--executor-command '" + options.executorCommand + "' is empty; give a command");
    }
    return words;
  }

  /** What the flags say of either kind of program. */
  private SpecificationBuilder described(SpecificationBuilder builder) {
    builder
        .deployMode(options.deployMode)
        .environment(Assignment.toMap("--env", options.environment))
        .driverCores(options.driverCores)
        .driverMemoryBytes(options.driverMemory)
        .launcher(choice(options.launcher, "--launcher-option", options.launcherOptions))
        .driverLauncher(
            choice(
                options.driverLauncher, "--driver-launcher-option", options.driverLauncherOptions));
    options.files.forEach(builder::file);
    Optional.ofNullable(options.name).ifPresent(builder::name);
    Optional.ofNullable(options.maxCores).ifPresent(builder::maxCores);
    Optional.ofNullable(options.user).ifPresent(builder::user);
    Optional.ofNullable(options.lostAfter).ifPresent(builder::lostAfter);
    Optional.ofNullable(options.timeLimit).ifPresent(builder::timeLimit);
    Optional.ofNullable(options.requestId).ifPresent(builder::requestId);
    return builder;
  }

  private ExecutorSpecification.Builder executors(List<String> command) {
    ExecutorSpecification.Builder builder =
        ExecutorSpecification.builder()
            .count(options.executors == null ? 0 : options.executors)
            .cores(Math.max(1, options.executorCores))
            .memoryBytes(options.executorMemory)
            .command(command)
            .launcher(
                choice(
                    options.executorLauncher,
                    "--executor-launcher-option",
                    options.executorLauncherOptions));
    if (options.executorCores == Converters.Cores.ALL) {
      builder.allCores();
    }
    Optional.ofNullable(options.minExecutors).ifPresent(builder::minimum);
    return builder;
  }

  private static LauncherChoice choice(String launcher, String flag, List<Assignment> given) {
    return new LauncherChoice(Optional.ofNullable(launcher), Assignment.toMap(flag, given));
  }

  private static void checkEntries(List<Path> entries, String application) {
    for (int i = 0; i < entries.size(); i++) {
      Path entry = entries.get(i);
      String what = i == 0 ? "application '" + application + "'" : "--jar " + entry;
      if (!Files.exists(entry)) {
        String advice =
            i == 0
                ? "; give the path of a jar, or '--' before a command that is no jar"
                : "; correct the path";
        throw CommandFailedException.usage(what + ": there is no such file" + advice);
      }
      if (Files.isDirectory(entry)) {
        continue;
      }
      try (JarFile jar = new JarFile(entry.toFile(), false)) {
        jar.size();
      } catch (ZipException e) {
        String advice = i == 0 ? "; give a jar, or '--' before a command that is no jar" : "";
        throw CommandFailedException.usage(
            what + " is not a jar (" + e.getMessage() + ")" + advice);
      } catch (IOException e) {
        throw CommandFailedException.usage(what + " can't be read: " + Reasons.of(e));
      }
    }
  }

  private static Optional<Path> apiBundle() {
    try {
      Optional<Path> own = Distribution.apiBundle();
      return own.isPresent() ? own : ApiBundle.locate();
    } catch (IOException e) {
      throw CommandFailedException.failed("the api bundle can't be found: " + Reasons.of(e), e);
    }
  }
}
