package io.slipway.client;

import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.DeployMode;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Describes an application that is to be submitted; begins with {@link Specification#jvm} or {@link
 * Specification#command}. Not safe for use by several threads.
 */
public final class SpecificationBuilder {
  private final Optional<Specification.Program.Command> command;
  private final Optional<String> mainClass;
  private final List<Path> classPath;
  private final List<String> arguments = new ArrayList<>();
  private Optional<String> name = Optional.empty();
  private DeployMode deployMode = DeployMode.CLUSTER;
  private final SortedMap<String, String> environment = new TreeMap<>();
  private final SortedMap<String, String> secretEnvironment = new TreeMap<>();
  private final List<Path> files = new ArrayList<>();
  private final List<String> jvmOptions = new ArrayList<>();
  private int driverCores = 1;
  private long driverMemory = ByteSize.GIB;
  private final List<ExecutorSpecification> executors = new ArrayList<>();
  private OptionalInt maxCores = OptionalInt.empty();
  private LauncherChoice launcher = LauncherChoice.DEFAULT;
  private LauncherChoice driverLauncher = LauncherChoice.DEFAULT;
  private Optional<String> user = Optional.empty();
  private int maxAttempts = 1;
  private int priority;
  private Duration lostAfter = ApplicationSpec.DEFAULT_LOST_AFTER;
  private Optional<Duration> timeLimit = Optional.empty();
  private Optional<String> requestId = Optional.empty();

  SpecificationBuilder(Specification.Program.Command command) {
    this.command = Optional.of(command);
    this.mainClass = Optional.empty();
    this.classPath = List.of();
  }

  SpecificationBuilder(Optional<String> mainClass, List<Path> classPath) {
    this.command = Optional.empty();
    this.mainClass = mainClass;
    this.classPath = new ArrayList<>(classPath);
  }

  /** One more entry of the class path, after the others: a jar, or a class directory. */
  public SpecificationBuilder classPathEntry(Path entry) {
    if (command.isPresent()) {
      throw new IllegalArgumentException(
          "a class path belongs to a main class, not to a command: " + entry);
    }
    classPath.add(entry);
    return this;
  }

  /** More arguments of {@code main}, after the others; a command has its own. */
  public SpecificationBuilder arguments(String... more) {
    return arguments(List.of(more));
  }

  /** The same. */
  public SpecificationBuilder arguments(List<String> more) {
    if (command.isPresent()) {
      throw new IllegalArgumentException(
          "arguments of a command are words of the command: " + String.join(" ", more));
    }
    arguments.addAll(more);
    return this;
  }

  /** Name for people, 1 to 128 characters; the main class's or the program's unless said. */
  public SpecificationBuilder name(String ofApplication) {
    name = Optional.of(ofApplication);
    return this;
  }

  /** Where the driver runs; on a worker (cluster mode) unless said. */
  public SpecificationBuilder deployMode(DeployMode mode) {
    deployMode = mode;
    return this;
  }

  /**
   * A variable of the environment of driver and executors. Nothing of this process's environment is
   * passed on by itself. Names that begin with {@code SLIPWAY_} are refused.
   */
  public SpecificationBuilder environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** The same for all of them. */
  public SpecificationBuilder environment(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** A variable whose value nobody is shown. */
  public SpecificationBuilder secretEnvironment(String variable, String value) {
    secretEnvironment.put(variable, value);
    return this;
  }

  /** A file that driver and executors find in their working directory, under its own name. */
  public SpecificationBuilder file(Path file) {
    files.add(file);
    return this;
  }

  /** An option of the JVMs of driver and executors, such as {@code -Dkey=value}. */
  public SpecificationBuilder jvmOption(String option) {
    jvmOptions.add(option);
    return this;
  }

  /** Cores reserved for the driver, at least none; 1 unless said. */
  public SpecificationBuilder driverCores(int cores) {
    driverCores = cores;
    return this;
  }

  /**
   * Memory reserved for the driver, with a unit, such as {@code 512m} or {@code 2g}; a JVM's heap
   * is this less the larger of 256 MiB and a quarter, unless an option sets it. 1g unless said.
   */
  public SpecificationBuilder driverMemory(String size) {
    return driverMemoryBytes(ByteSize.parse(size));
  }

  /** The same in bytes. */
  public SpecificationBuilder driverMemoryBytes(long bytes) {
    driverMemory = bytes;
    return this;
  }

  /** So many executors of one core and 1 GiB each. */
  public SpecificationBuilder executors(int count) {
    return executors(ExecutorSpecification.of(count));
  }

  /** One more kind of executors. */
  public SpecificationBuilder executors(ExecutorSpecification kind) {
    executors.add(kind);
    return this;
  }

  /** Cap on the cores of all executors together, at least 1. */
  public SpecificationBuilder maxCores(int cores) {
    maxCores = OptionalInt.of(cores);
    return this;
  }

  /** What starts driver and executors, and what it is told; each worker's default unless said. */
  public SpecificationBuilder launcher(String launcherName, Map<String, String> options) {
    return launcher(LauncherChoice.of(launcherName, options));
  }

  /** The same. */
  public SpecificationBuilder launcher(LauncherChoice choice) {
    launcher = choice;
    return this;
  }

  /** What starts the driver, where that differs; of two values of an option this one counts. */
  public SpecificationBuilder driverLauncher(LauncherChoice choice) {
    driverLauncher = choice;
    return this;
  }

  /** The account as which driver and executors run; each worker's own unless said. */
  public SpecificationBuilder user(String account) {
    user = Optional.of(account);
    return this;
  }

  /** How often the driver may be started, 1 to 1,000; once unless said. */
  public SpecificationBuilder maxAttempts(int attempts) {
    maxAttempts = attempts;
    return this;
  }

  /** Higher goes first; 0 unless said. */
  public SpecificationBuilder priority(int value) {
    priority = value;
    return this;
  }

  /**
   * How long a worker may be silent before what it ran is lost, at least a second; a minute unless
   * said.
   */
  public SpecificationBuilder lostAfter(Duration silence) {
    lostAfter = silence;
    return this;
  }

  /** How long the application may run before it is ended, and has failed; more than zero. */
  public SpecificationBuilder timeLimit(Duration atMost) {
    timeLimit = Optional.of(atMost);
    return this;
  }

  /**
   * Makes a repetition harmless: within 24 hours the same id gets the same application. 1 to 64
   * letters, digits and hyphens.
   */
  public SpecificationBuilder requestId(String id) {
    requestId = Optional.of(id);
    return this;
  }

  /**
   * Makes it. Files are looked at when it is submitted.
   *
   * @throws IllegalArgumentException naming the value, if one is out of its range or contradicts
   *     another
   */
  public Specification build() {
    return new Specification(
        command.isPresent()
            ? command.get()
            : new Specification.Program.Jvm(mainClass, classPath, arguments),
        name,
        deployMode,
        environment,
        secretEnvironment,
        files,
        jvmOptions,
        new Resources(driverCores, driverMemory),
        executors,
        maxCores,
        launcher,
        driverLauncher,
        user,
        maxAttempts,
        priority,
        lostAfter,
        timeLimit,
        requestId);
  }
}
