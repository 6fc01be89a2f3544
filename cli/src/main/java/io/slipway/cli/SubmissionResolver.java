package io.slipway.cli;

import io.slipway.client.ApiBundle;
import io.slipway.client.ClassPathPackager;
import io.slipway.client.LocalArtifact;
import io.slipway.client.PackagedClassPath;
import io.slipway.launcher.LaunchBinder;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

/**
 * Turns the command line of {@code submit} into what is submitted. Reads the files that it names,
 * and asks no master.
 */
final class SubmissionResolver {
  /** The main class of executors that run the tasks of a session. */
  static final String EXECUTOR_MAIN = "io.slipway.executor.ExecutorMain";

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
  ResolvedSubmission resolve(List<String> program, boolean isCommand) {
    checkFlags();
    if (program.isEmpty() || program.get(0).isEmpty()) {
      throw CommandFailedException.usage(
          isCommand
              ? "no command after '--'; give one, such as: -- sh script.sh"
              : "no program given; give APP.jar [ARGS...], or -- COMMAND [ARGS...]");
    }
    List<LocalArtifact> artifacts = new ArrayList<>();
    List<ArtifactRef> files = new ArrayList<>();
    Map<String, Path> names = new HashMap<>();
    for (Path file : options.files) {
      LocalArtifact artifact = read("--file", file);
      Path other = names.put(artifact.reference().name(), file);
      if (other != null) {
        throw CommandFailedException.usage(
            "--file "
                + file
                + " and --file "
                + other
                + " have one name, and would lie in one directory; rename one");
      }
      artifacts.add(artifact);
      files.add(artifact.reference());
    }
    SortedMap<String, String> environment = Assignment.toMap("--env", options.environment);
    try {
      if (isCommand) {
        return forCommand(program, environment, files, artifacts);
      }
      return forJar(program, environment, files, artifacts);
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.usage(Reasons.of(e));
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
          "--driver-launcher and --driver-launcher-option belong to cluster mode; in client mode the"
              + " command starts the driver itself; leave them out, or add --deploy-mode cluster");
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

  private ResolvedSubmission forJar(
      List<String> program,
      SortedMap<String, String> environment,
      List<ArtifactRef> files,
      List<LocalArtifact> artifacts) {
    Path application = new Converters.FilePath().convert(program.get(0));
    List<Path> entries = new ArrayList<>();
    entries.add(application);
    entries.addAll(options.jars);
    checkEntries(entries, program.get(0));
    String mainClass = options.mainClass == null ? mainClassOf(application) : options.mainClass;
    PackagedClassPath classPath;
    try {
      classPath = new ClassPathPackager(apiBundle(), scratch).pack(entries);
      classPath.requireClass(mainClass);
    } catch (IOException e) {
      throw CommandFailedException.usage(Reasons.of(e) + "; correct --class, APP.jar or --jar");
    }
    artifacts.addAll(classPath.artifacts());
    LaunchTemplate driver =
        template(
            new CommandTemplate.Jvm(
                mainClass,
                classPath.references(),
                options.javaOptions,
                program.subList(1, program.size())),
            environment,
            files,
            true);
    CommandTemplate executor =
        options.executorCommand == null
            ? new CommandTemplate.Jvm(
                EXECUTOR_MAIN, classPath.references(), options.javaOptions, List.of())
            : new CommandTemplate.Program(executorWords());
    ExecutorProfile profile = profile(template(executor, environment, files, false));
    String simpleName = mainClass.substring(mainClass.lastIndexOf('.') + 1);
    return resolved(simpleName, driver, List.of(profile), artifacts);
  }

  private ResolvedSubmission forCommand(
      List<String> program,
      SortedMap<String, String> environment,
      List<ArtifactRef> files,
      List<LocalArtifact> artifacts) {
    refuseWithCommand("--class", options.mainClass != null);
    refuseWithCommand("--jar", !options.jars.isEmpty());
    refuseWithCommand("--java-option", !options.javaOptions.isEmpty());
    LaunchTemplate driver =
        template(new CommandTemplate.Program(program), environment, files, true);
    List<ExecutorProfile> profiles = List.of();
    if (options.executorCommand != null) {
      profiles =
          List.of(
              profile(
                  template(
                      new CommandTemplate.Program(executorWords()), environment, files, false)));
    } else if (options.executors != null && options.executors > 0) {
      throw CommandFailedException.usage(
          "--executors "
              + options.executors
              + ": it is not known what an executor of this command runs; add --executor-command"
              + " 'COMMAND ARGS...'");
    }
    Path name = Path.of(program.get(0)).getFileName();
    return resolved(name == null ? "command" : name.toString(), driver, profiles, artifacts);
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

  private ExecutorProfile profile(LaunchTemplate template) {
    int executors = options.executors == null ? 0 : options.executors;
    int minimum = options.minExecutors == null ? Math.min(1, executors) : options.minExecutors;
    return new ExecutorProfile(
        ExecutorProfile.DEFAULT_NAME,
        template,
        options.executorCores == Converters.Cores.ALL,
        ExecutorTarget.of(executors),
        minimum);
  }

  private LaunchTemplate template(
      CommandTemplate command,
      SortedMap<String, String> environment,
      List<ArtifactRef> files,
      boolean isDriver) {
    String launcher = isDriver ? options.driverLauncher : options.executorLauncher;
    SortedMap<String, String> launcherOptions =
        new TreeMap<>(Assignment.toMap("--launcher-option", options.launcherOptions));
    launcherOptions.putAll(
        isDriver
            ? Assignment.toMap("--driver-launcher-option", options.driverLauncherOptions)
            : Assignment.toMap("--executor-launcher-option", options.executorLauncherOptions));
    LaunchTemplate template =
        new LaunchTemplate(
            command,
            environment,
            new TreeMap<>(),
            files,
            isDriver
                ? new Resources(options.driverCores, options.driverMemory)
                : new Resources(Math.max(1, options.executorCores), options.executorMemory),
            // The client's own process starts a client-mode driver.
            isDriver && options.deployMode == DeployMode.CLIENT
                ? Optional.empty()
                : Optional.ofNullable(options.user),
            List.of(),
            Optional.ofNullable(launcher == null ? options.launcher : launcher),
            launcherOptions,
            LaunchTemplate.DEFAULT_GRACE);
    try {
      LaunchBinder.check(template);
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.usage(
          (isDriver
                  ? "--driver-memory, or the driver's command: "
                  : "--executor-memory, or the" + " executors' command: ")
              + e.getMessage());
    }
    return template;
  }

  private ResolvedSubmission resolved(
      String defaultName,
      LaunchTemplate driver,
      List<ExecutorProfile> profiles,
      List<LocalArtifact> artifacts) {
    ApplicationSpec spec =
        new ApplicationSpec(
            options.name == null ? defaultName : options.name,
            options.deployMode,
            Optional.of(driver),
            profiles,
            options.maxCores == null ? OptionalInt.empty() : OptionalInt.of(options.maxCores),
            1,
            0,
            options.lostAfter == null ? ApplicationSpec.DEFAULT_LOST_AFTER : options.lostAfter,
            ApplicationSpec.DEFAULT_REGISTER_TIMEOUT,
            Optional.ofNullable(options.timeLimit));
    return new ResolvedSubmission(spec, artifacts);
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

  private static String mainClassOf(Path application) {
    String mainClass = null;
    if (Files.isRegularFile(application)) {
      try (JarFile jar = new JarFile(application.toFile(), false)) {
        Manifest manifest = jar.getManifest();
        mainClass = manifest == null ? null : manifest.getMainAttributes().getValue("Main-Class");
      } catch (IOException e) {
        throw CommandFailedException.usage(application + ": " + Reasons.of(e));
      }
    }
    if (mainClass == null || mainClass.isBlank()) {
      throw CommandFailedException.usage(
          application + " names no Main-Class in its manifest; give --class MAIN");
    }
    return mainClass.strip();
  }

  private static Optional<Path> apiBundle() {
    try {
      Optional<Path> own = Distribution.apiBundle();
      return own.isPresent() ? own : ApiBundle.locate();
    } catch (IOException e) {
      throw CommandFailedException.failed("the api bundle can't be found: " + Reasons.of(e), e);
    }
  }

  private static LocalArtifact read(String flag, Path file) {
    try {
      return LocalArtifact.of(file);
    } catch (IOException | IllegalArgumentException e) {
      String reason =
          e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.getMessage();
      throw CommandFailedException.usage(flag + " " + file + ": " + reason + "; correct the path");
    }
  }
}
