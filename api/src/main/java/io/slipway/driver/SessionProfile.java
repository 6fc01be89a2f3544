package io.slipway.driver;

import io.slipway.executor.ExecutorMain;
import io.slipway.launcher.LaunchBinder;
import io.slipway.model.ArtifactRef;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One kind of executors of a session: what each gets, how it is started, and how many are wanted at
 * first. Read when the session is opened. Not safe for use by several threads.
 */
public final class SessionProfile {
  private final String name;
  private final List<String> jvmOptions = new ArrayList<>();
  private final SortedMap<String, String> environment = new TreeMap<>();
  private final SortedMap<String, String> launcherOptions = new TreeMap<>();
  private final List<Path> files = new ArrayList<>();
  private final List<String> ports = new ArrayList<>();
  private List<String> command = List.of();
  private OptionalInt executors = OptionalInt.empty();
  private int cores = 1;
  private long memory = ByteSize.GIB;
  private Optional<String> launcher = Optional.empty();
  private Duration grace = LaunchTemplate.DEFAULT_GRACE;

  private SessionProfile(String name) {
    this.name = name;
  }

  /**
   * Begins to describe one.
   *
   * @param name unique in the session: a lower-case letter, then at most 30 of them, digits and
   *     hyphens
   */
  public static SessionProfile named(String name) {
    ExecutorProfile.checkName(name);
    return new SessionProfile(name);
  }

  /** How many executors are wanted at first; 1 unless said. */
  public SessionProfile executors(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("negative number of executors: " + count);
    }
    executors = OptionalInt.of(count);
    return this;
  }

  /**
   * Cores of each, at least 1, which is the number of tasks that it runs at a time; 1 unless said.
   */
  public SessionProfile cores(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("an executor needs at least one core, not " + count);
    }
    cores = count;
    return this;
  }

  /** Memory of each, with a unit, such as {@code 512m} or {@code 2g}; 1g unless said. */
  public SessionProfile memory(String size) {
    memory = ByteSize.parse(size);
    return this;
  }

  /** An option of their JVM, such as {@code -Dkey=value}; a command has none. */
  public SessionProfile jvmOption(String option) {
    jvmOptions.add(option);
    return this;
  }

  /** A variable of their environment. */
  public SessionProfile environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** The launcher that starts them; the worker's default unless said. */
  public SessionProfile launcher(String launcherName) {
    launcher = Optional.of(launcherName);
    return this;
  }

  /** An option for the launcher. */
  public SessionProfile launcherOption(String key, String value) {
    launcherOptions.put(key, value);
    return this;
  }

  /**
   * A file that is copied into their working directories, under its own name. In a process that
   * Slipway launched it must be one that was submitted, too ({@code --file}).
   */
  public SessionProfile file(Path path) {
    files.add(path);
    return this;
  }

  /**
   * A TCP port that their workers find for each of them: told to it in {@code SLIPWAY_PORTS}, and
   * to this program in {@link ExecutorView#ports}.
   *
   * @param portName a lower-case letter, then at most 30 of them, digits and hyphens
   */
  public SessionProfile port(String portName) {
    ports.add(portName);
    return this;
  }

  /** How long one that is to stop is waited for before it is killed; 10 s unless said. */
  public SessionProfile grace(Duration time) {
    grace = time;
    return this;
  }

  /**
   * Makes them executors of the application's own: each is a program of any kind, which the session
   * starts, counts and stops, and whose end it tells with its exit status. They take no tasks.
   *
   * @param words the program, looked up in the {@code PATH} of its environment, and its arguments.
   *     In each word <code>{{SLIPWAY_EXECUTOR_NUMBER}}</code>, <code>{{SLIPWAY_DRIVER}}</code> and
   *     other variables that Slipway sets are replaced by their values
   */
  public SessionProfile command(String... words) {
    if (words.length == 0 || words[0].isEmpty()) {
      throw new IllegalArgumentException("profile '" + name + "': the command is empty");
    }
    command = List.of(words);
    return this;
  }

  String name() {
    return name;
  }

  List<Path> files() {
    return files;
  }

  ExecutorTarget target() {
    return ExecutorTarget.of(executors.orElse(1));
  }

  /**
   * What all executors of a session have in common.
   *
   * @param classPath of those that are no command
   * @param environment variables, unless a profile sets them
   * @param files in their working directories, unless a profile has one of that name
   */
  record Common(
      List<ArtifactRef> classPath,
      SortedMap<String, String> environment,
      List<ArtifactRef> files) {}

  /**
   * Checks what can be known before the session is opened.
   *
   * @throws IllegalArgumentException naming the profile, and what is wrong
   */
  void check() {
    if (!command.isEmpty() && !jvmOptions.isEmpty()) {
      throw new IllegalArgumentException(
          "profile '"
              + name
              + "' has a command, and JVM options, which a command has none of: put them into the"
              + " command");
    }
    try {
      LaunchBinder.check(template(new Common(List.of(), new TreeMap<>(), List.of()), List.of()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("profile '" + name + "': " + e.getMessage(), e);
    }
  }

  /** As the masters are told. */
  ExecutorProfile resolve(Common common, List<ArtifactRef> ownFiles) {
    return new ExecutorProfile(name, template(common, ownFiles), false, target(), 0);
  }

  private LaunchTemplate template(Common common, List<ArtifactRef> ownFiles) {
    SortedMap<String, String> variables = new TreeMap<>(common.environment());
    variables.putAll(environment);
    SortedMap<String, ArtifactRef> byName = new TreeMap<>();
    common.files().forEach(file -> byName.put(file.name(), file));
    ownFiles.forEach(file -> byName.put(file.name(), file));
    return new LaunchTemplate(
        command.isEmpty()
            ? new CommandTemplate.Jvm(
                ExecutorMain.class.getName(), common.classPath(), jvmOptions, List.of())
            : new CommandTemplate.Program(command),
        variables,
        new TreeMap<>(),
        List.copyOf(byName.values()),
        new Resources(cores, memory),
        Optional.empty(),
        ports,
        launcher,
        launcherOptions,
        grace);
  }
}
