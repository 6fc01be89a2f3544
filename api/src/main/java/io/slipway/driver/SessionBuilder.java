package io.slipway.driver;

import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.model.SlipwayEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Describes a session before it is opened. In a process that Slipway launched the environment says
 * which application this is and who the masters are, and what was submitted about executors
 * (number, resources, options) wins over what is said here of the same profile; so a program with
 * values of its own can be given others from the command line. Profiles that were not submitted are
 * added, with the class path, the files and the environment of those that were. Not safe for use by
 * several threads.
 */
public final class SessionBuilder {
  /**
   * How long {@link #open} waits for a master when the session is hosted, unless said otherwise.
   */
  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

  /** How long a hosted session's end is offered to masters: longer than a take-over takes. */
  private static final Duration RECORDING = Duration.ofSeconds(10);

  private Map<String, String> environment = System.getenv();
  private List<HostPort> masters = List.of();
  private Optional<String> token = Optional.empty();
  private Optional<String> name = Optional.empty();
  private SessionProfile main = SessionProfile.named(ExecutorProfile.DEFAULT_NAME);
  private final List<SessionProfile> profiles = new ArrayList<>();
  private OptionalInt maxCores = OptionalInt.empty();
  private Optional<Duration> timeLimit = Optional.empty();
  private HostPort listen = new HostPort("127.0.0.1", 0);
  private Optional<HostPort> advertise = Optional.empty();
  private boolean insecure;
  private List<Path> classPath = List.of();
  private Duration patience = DEFAULT_PATIENCE;
  private Duration recording = RECORDING;

  SessionBuilder() {}

  /** Masters of a hosted session: {@code HOST:PORT}, or several separated by commas. */
  public SessionBuilder master(String addresses) {
    masters = HostPort.parseList(addresses);
    return this;
  }

  /** The user token of a hosted session; unless given, that of the user's configuration. */
  public SessionBuilder token(String userToken) {
    token = Optional.of(userToken);
    return this;
  }

  /** The application's name, of a hosted session; unless given, that of the main class. */
  public SessionBuilder name(String applicationName) {
    name = Optional.of(applicationName);
    return this;
  }

  /** How many executors are wanted at first; 1 unless said. */
  public SessionBuilder executors(int count) {
    main.executors(count);
    return this;
  }

  /** Cores of each executor, at least 1, which is the number of tasks that it runs at a time. */
  public SessionBuilder executorCores(int cores) {
    main.cores(cores);
    return this;
  }

  /** Memory of each executor, with a unit, such as {@code 512m} or {@code 2g}; 1g unless said. */
  public SessionBuilder executorMemory(String size) {
    main.memory(size);
    return this;
  }

  /** An option of the executors' JVM, such as {@code -Dkey=value}. */
  public SessionBuilder executorJvmOption(String option) {
    main.jvmOption(option);
    return this;
  }

  /** A variable of the executors' environment. */
  public SessionBuilder executorEnvironment(String variable, String value) {
    main.environment(variable, value);
    return this;
  }

  /**
   * Makes the executors a command of the application's own instead of Slipway's; see {@link
   * SessionProfile#command}.
   */
  public SessionBuilder executorCommand(String... words) {
    main.command(words);
    return this;
  }

  /**
   * Declares another kind of executors, which {@link SlipwaySession#executor(String)} names. What
   * the other methods say of executors is said of the profile {@code default}, which every session
   * has: one that needs none of those says {@code executors(0)}. A profile of that name replaces
   * what they have said.
   *
   * @throws IllegalArgumentException if one of the name has been declared
   */
  public SessionBuilder profile(SessionProfile profile) {
    if (profile.name().equals(ExecutorProfile.DEFAULT_NAME)) {
      main = profile;
      return this;
    }
    for (SessionProfile other : profiles) {
      if (other.name().equals(profile.name())) {
        throw new IllegalArgumentException(
            "two profiles of the name '" + profile.name() + "': give one of them another name");
      }
    }
    profiles.add(profile);
    return this;
  }

  /** Cap on the cores of all executors together, of a hosted session; at least 1. */
  public SessionBuilder maxCores(int cores) {
    maxCores = OptionalInt.of(cores);
    return this;
  }

  /**
   * How long a hosted session's application may run, positive. Then it is {@code FAILED}, and the
   * session ends as if somebody had asked for its end: tasks fail, executors are stopped. No limit
   * unless said.
   */
  public SessionBuilder timeLimit(Duration limit) {
    timeLimit = Optional.of(limit);
    return this;
  }

  /** Where a hosted session listens for its executors; 127.0.0.1 and a free port unless said. */
  public SessionBuilder listen(String address) {
    listen = HostPort.parse(address);
    return this;
  }

  /** Under which address executors reach a hosted session; port 0 is the one listened on. */
  public SessionBuilder advertise(String address) {
    advertise = Optional.of(HostPort.parse(address));
    return this;
  }

  /** Lets a hosted session listen beyond loopback, although connections are not encrypted. */
  public SessionBuilder insecure(boolean allowed) {
    insecure = allowed;
    return this;
  }

  /** The executors' class path, instead of this JVM's: jars and class directories, in order. */
  public SessionBuilder classPath(List<Path> entries) {
    classPath = List.copyOf(entries);
    return this;
  }

  /** How long {@link #open} waits for a master when the session is hosted; 15 s unless said. */
  public SessionBuilder patience(Duration atMost) {
    patience = atMost;
    return this;
  }

  SessionBuilder recording(Duration atMost) {
    recording = atMost;
    return this;
  }

  SessionBuilder environment(Map<String, String> variables) {
    environment = variables;
    return this;
  }

  /**
   * Opens the session: listens for executors, and registers with the masters. Blocks until that is
   * done; in a process that Slipway launched it waits for masters as long as it takes.
   *
   * @throws IllegalArgumentException if what was said of a profile can't be, such as too little
   *     memory for a JVM
   * @throws SessionException if there is a session already, nothing says which master to use, the
   *     port can't be opened, or the masters refuse
   */
  public SlipwaySession open() throws InterruptedException {
    boolean launched = environment.containsKey(SlipwayEnvironment.APPLICATION_ID);
    if (launched && environment.containsKey(SlipwayEnvironment.EXECUTOR_NUMBER)) {
      throw new SessionException(
          "this is an executor, and a session is opened by its driver: return results from tasks"
              + " instead");
    }
    if (!launched && masters.isEmpty()) {
      String variable = environment.getOrDefault(SlipwayEnvironment.MASTERS, "");
      if (variable.isEmpty()) {
        throw new SessionException(
            "no master is named: start the program with 'slipway submit', set "
                + SlipwayEnvironment.MASTERS
                + ", or call SlipwaySession.builder().master(\"HOST:PORT\")");
      }
      masters = HostPort.parseList(variable);
    }
    profiles().forEach(SessionProfile::check);
    return launched ? SessionOpening.launched(this) : SessionOpening.hosted(this);
  }

  Map<String, String> environment() {
    return environment;
  }

  List<HostPort> masters() {
    return masters;
  }

  Optional<String> token() {
    return token;
  }

  Optional<String> name() {
    return name;
  }

  /** The profile that is meant where none is named. */
  SessionProfile main() {
    return main;
  }

  /** All profiles; that one is the first. */
  List<SessionProfile> profiles() {
    List<SessionProfile> all = new ArrayList<>();
    all.add(main);
    all.addAll(profiles);
    return all;
  }

  OptionalInt maxCores() {
    return maxCores;
  }

  Optional<Duration> timeLimit() {
    return timeLimit;
  }

  HostPort listen() {
    return listen;
  }

  Optional<HostPort> advertise() {
    return advertise;
  }

  boolean insecure() {
    return insecure;
  }

  List<Path> classPath() {
    return classPath;
  }

  Duration patience() {
    return patience;
  }

  Duration recording() {
    return recording;
  }
}
