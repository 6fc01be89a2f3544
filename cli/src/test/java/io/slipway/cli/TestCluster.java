package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A master and some workers of the assembled distribution, as real processes on free ports. */
final class TestCluster implements AutoCloseable {
  static final Duration LONG = Duration.ofMinutes(3);

  private static final Path DISTRIBUTION = Path.of(System.getProperty("slipway.distribution"));

  private final Path home;
  private final Path directory;
  private final List<Run> workers = new ArrayList<>();
  private final List<Process> started = new ArrayList<>();
  private final AtomicInteger runs = new AtomicInteger();
  private Run master;
  private final List<String> listeningFlags;
  private String address;

  /**
   * Starts it, with two workers.
   *
   * @param directory for all that it keeps
   */
  TestCluster(Path directory) throws Exception {
    this(directory, DISTRIBUTION, List.of(), List.of());
  }

  /**
   * Starts it, with one worker.
   *
   * @param directory for all that it keeps
   */
  static TestCluster ofOneWorker(Path directory) throws Exception {
    return new TestCluster(directory, DISTRIBUTION, List.of());
  }

  /**
   * Starts it, with two workers, all listening on one host.
   *
   * @param directory for all that it keeps
   * @param workerOptions options of both workers, beside the usual ones
   */
  TestCluster(Path directory, String host, List<String> workerOptions) throws Exception {
    this(directory, DISTRIBUTION, host, List.of(workerOptions, workerOptions));
  }

  /**
   * Starts it.
   *
   * @param directory for all that it keeps
   * @param home the distribution, or a copy
   * @param workerOptions options of each worker, beside the usual ones
   */
  @SafeVarargs
  TestCluster(Path directory, Path home, List<String>... workerOptions) throws Exception {
    this(directory, home, "127.0.0.1", List.of(workerOptions));
  }

  private TestCluster(Path directory, Path home, String host, List<List<String>> workerOptions)
      throws Exception {
    this.directory = Files.createDirectories(directory);
    this.home = home;
    this.address = host + ":0";
    this.listeningFlags = host.equals("127.0.0.1") ? List.of() : List.of("--insecure");
    boolean up = false;
    try {
      makeArchives();
      startMaster();
      for (List<String> options : workerOptions) {
        workers.add(startWorker(workers.size() + 1, options));
      }
      for (Run worker : workers) {
        worker.awaitOut("worker ready at ");
      }
      up = true;
    } finally {
      if (!up) {
        close();
      }
    }
  }

  /** Makes the class archives of the distribution; another JVM with tests may be at it too. */
  private void makeArchives() throws Exception {
    try (FileChannel file =
            FileChannel.open(
                DISTRIBUTION.resolveSibling("archives.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      start(DISTRIBUTION, List.of("archive")).exitCode();
    }
  }

  /** Writes the configuration file of all that is started afterwards from this directory. */
  static void configure(Path directory, String... lines) throws IOException {
    Path file = directory.resolve("configuration/slipway/slipway.conf");
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }

  private Run startWorker(int number, List<String> options) throws IOException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("worker", "--master", address));
    if (!options.contains("--cores")) {
      line.addAll(List.of("--cores", "8", "--memory", "16g"));
    }
    line.addAll(List.of("--work-dir", directory.resolve("worker-" + number).toString()));
    line.addAll(List.of("--token-dir", tokens().toString()));
    line.addAll(List.of("--launcher-setting", "process.class-archives=off"));
    line.addAll(List.of("--listen", address.substring(0, address.lastIndexOf(':')) + ":0"));
    line.addAll(listeningFlags);
    line.addAll(options);
    return start(line.toArray(String[]::new));
  }

  /** The workers, in the order of their options. */
  List<Run> workers() {
    return workers;
  }

  /** Starts the master, again at the same address if there was one. */
  void startMaster() throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("master", "--listen", address));
    line.addAll(List.of("--data-dir", directory.resolve("master").toString()));
    line.addAll(List.of("--token-dir", tokens().toString()));
    line.addAll(listeningFlags);
    Run run = start(line.toArray(String[]::new));
    master = run;
    address = run.awaitOut("master ready at ").strip();
  }

  /** Ends the master as a power failure would. */
  void killMaster() throws InterruptedException {
    master.process.destroyForcibly().waitFor();
  }

  /** What the master has written to standard output. */
  String masterOut() {
    return master.out();
  }

  Path tokens() {
    return directory.resolve("tokens");
  }

  String address() {
    return address;
  }

  /** The jar with the examples. */
  String examples() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("examples"))) {
      return files.findFirst().orElseThrow().toString();
    }
  }

  /** Starts a command that speaks to this cluster. */
  Run command(String command, String... arguments) throws IOException {
    return start(home, line(command, arguments));
  }

  private List<String> line(String command, String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(command);
    if (!List.of("archive", "docker-image", "quickstart").contains(command)) {
      line.addAll(List.of("--master", address));
      line.addAll(List.of("--token-file", tokens().resolve("user-token").toString()));
    }
    line.addAll(Arrays.asList(arguments));
    return line;
  }

  /** Starts a command that speaks to this cluster, whose output the test reads, or does not. */
  Process piped(String command, String... arguments) throws IOException {
    return started(builder(home, line(command, arguments)));
  }

  /** Starts a command that speaks to this cluster from a distribution without any launcher. */
  Run withoutLaunchers(String command, String... arguments) throws IOException {
    Path other = directory.resolve("without-launchers");
    if (!Files.exists(other)) {
      Files.createDirectories(other.resolve("bin"));
      Files.copy(
          home.resolve("bin/slipway"),
          other.resolve("bin/slipway"),
          StandardCopyOption.COPY_ATTRIBUTES);
      Files.createSymbolicLink(other.resolve("lib"), home.resolve("lib"));
    }
    return start(other, line(command, arguments));
  }

  /** Starts any command with variables of its own. */
  Run startIn(Map<String, String> environment, String... arguments) throws IOException {
    return start(home, Arrays.asList(arguments), environment);
  }

  /** Starts any command. */
  Run start(String... arguments) throws IOException {
    return start(home, Arrays.asList(arguments));
  }

  private Run start(Path distribution, List<String> arguments) throws IOException {
    return start(distribution, arguments, Map.of());
  }

  private Run start(Path distribution, List<String> arguments, Map<String, String> environment)
      throws IOException {
    int number = runs.incrementAndGet();
    Path out = directory.resolve("run-" + number + ".out");
    Path err = directory.resolve("run-" + number + ".err");
    ProcessBuilder builder = builder(distribution, arguments);
    builder.environment().putAll(environment);
    Process process = started(builder.redirectOutput(out.toFile()).redirectError(err.toFile()));
    return new Run(process, out, err, String.join(" ", arguments));
  }

  private ProcessBuilder builder(Path distribution, List<String> arguments) {
    List<String> line = new ArrayList<>();
    // Tests that were started in the background may ignore SIGINT, and so would all that they
    // start.
    line.addAll(List.of("env", "--default-signal=HUP,INT,TERM"));
    line.add(distribution.resolve("bin").resolve("slipway").toString());
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    // What stands in the configuration of whoever runs the tests must not count.
    builder.environment().put("XDG_CONFIG_HOME", directory.resolve("configuration").toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
    return builder;
  }

  private Process started(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    synchronized (started) {
      started.add(process);
    }
    return process;
  }

  /**
   * Runs a command that speaks to this cluster in this JVM: another would take a second to start,
   * and it is no other command. Not for what passes on the output of applications, nor for what
   * turns on the command's being a process, as signals and pipes do.
   */
  Invocation asked(String command, String... arguments) {
    return Invocation.of(line(command, arguments).toArray(String[]::new));
  }

  /**
   * Submits and waits for the end of the command. It is a process in client mode, where it has a
   * driver of its own, and where it passes on what the driver writes.
   */
  Invocation submit(String mode, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--deploy-mode", mode));
    all.addAll(List.of(arguments));
    String[] line = all.toArray(String[]::new);
    return mode.equals("client") || all.contains("--follow")
        ? command("submit", line).told()
        : asked("submit", line);
  }

  /** Submits in cluster mode; returns the application's id. */
  String submitted(String... arguments) throws Exception {
    Invocation run = submit("cluster", arguments);
    if (run.code() != 0 || !run.out().startsWith("app-")) {
      throw new AssertionError("slipway submit " + String.join(" ", arguments) + "\n" + run);
    }
    return run.out().strip();
  }

  /** What {@code status} says of an application. */
  JsonObject status(String id) {
    return JsonParser.parseString(asked("status", "--output", "json", id).out()).getAsJsonObject();
  }

  /** All applications. */
  private JsonArray list() {
    return JsonParser.parseString(asked("list", "--output", "json").out()).getAsJsonArray();
  }

  /** The id of the one application of this name. */
  String idOf(String name) {
    return named(name).get("applicationId").getAsString();
  }

  private JsonObject named(String name) {
    List<JsonObject> found = new ArrayList<>();
    for (JsonElement application : list()) {
      if (application.getAsJsonObject().get("name").getAsString().equals(name)) {
        found.add(application.getAsJsonObject());
      }
    }
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " applications are called " + name);
    }
    return found.get(0);
  }

  /** Waits until an application of this name has come to a state. */
  String awaitState(String name, String state) {
    return Awaitility.await(name + " " + state)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> named(name), found -> found.get("state").getAsString().equals(state))
        .get("applicationId")
        .getAsString();
  }

  @Override
  public void close() throws InterruptedException {
    List<Process> all;
    synchronized (started) {
      all = new ArrayList<>(started);
    }
    // The latest first, so that masters and workers are there for what still runs.
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).destroy();
      if (!all.get(i).waitFor(20, TimeUnit.SECONDS)) {
        all.get(i).destroyForcibly().waitFor();
      }
    }
  }

  /** One command that runs, or has run. */
  static final class Run {
    private final Process process;
    private final Path out;
    private final Path err;
    private final String line;

    private Run(Process process, Path out, Path err, String line) {
      this.process = process;
      this.out = out;
      this.err = err;
      this.line = line;
    }

    /** Waits for its end. */
    Run ended() throws InterruptedException {
      if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still runs: slipway " + line + "\n" + out() + err());
      }
      return this;
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
      return ended().process.exitValue();
    }

    /** Waits for its end; returns what it has told. */
    Invocation told() throws InterruptedException {
      return new Invocation(exitCode(), out(), err());
    }

    String out() {
      return read(out);
    }

    String err() {
      return read(err);
    }

    /** Waits for a whole line of its output that begins like this; returns the rest of it. */
    String awaitOut(String beginning) {
      String[] found = new String[1];
      Awaitility.await(beginning)
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                String text = out();
                if (!process.isAlive() && !text.contains(beginning)) {
                  throw new AssertionError("ended: slipway " + line + "\n" + out() + err());
                }
                for (String each : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
                  if (each.startsWith(beginning)) {
                    found[0] = each.substring(beginning.length());
                  }
                }
                return found[0] != null;
              });
      return found[0];
    }

    /** Itself and all that it has started, as far as that is not on its own. */
    List<ProcessHandle> processes() {
      return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    }

    /** Sends a signal. */
    void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    private static String read(Path file) {
      try {
        return Files.readString(file, UTF_8);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
