package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A whole cluster on this machine for as long as two word counts take. */
final class Quickstart {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration RUN = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration END = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 50;
  private static final int WORKERS = 2;

  /** The launchers that can be chosen. */
  static final List<String> LAUNCHERS = List.of("process", "docker");

  private static final String MAIN_CLASS = "io.slipway.examples.WordCount";

  private final Path home;
  private final Path examples;
  private final Path text;
  private final Path scratch;
  private final Path tokens;
  private final String launcher;
  private final PrintWriter out;
  private final Console console;

  /** What runs, the latest first. */
  private final Deque<CommandProcess> running = new ArrayDeque<>();

  private HostPort master;

  Quickstart(Path home, Path examples, Path text, Path scratch, String launcher, Console console) {
    this.home = home;
    this.examples = examples;
    this.text = text;
    this.scratch = scratch;
    this.tokens = scratch.resolve("tokens");
    this.launcher = launcher;
    this.console = console;
    this.out = console.out();
  }

  /**
   * What one run of the word count printed.
   *
   * @param application its id, in cluster mode
   * @param processes where it ran
   * @param found what it counted, as {@link PlainWordCount#lines}
   */
  private record Count(Optional<String> application, List<String> processes, List<String> found) {}

  /** Runs; returns the exit code. */
  int run() throws IOException, InterruptedException {
    Thread main = Thread.currentThread();
    int[] signal = {0};
    TerminalSignals.handle(
        number -> {
          signal[0] = number;
          main.interrupt();
        });
    try {
      show();
      return ExitCodes.OK;
    } catch (InterruptedException e) {
      console.note("interrupted; stopping all that was started");
      return ExitCodes.SIGNAL_BASE + signal[0];
    } finally {
      // A second signal must not keep anything from being stopped.
      TerminalSignals.handle(number -> {});
      Thread.interrupted();
      stopAll();
    }
  }

  private void show() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    CompletableFuture<PlainWordCount> plain =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return PlainWordCount.of(text);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    say("A master and two workers on this machine, and the words of real text, counted twice.");
    say("");
    if (launcher.equals("docker")) {
      buildImage();
    }
    startCluster();
    say("");
    say("Client mode: the driver runs here, beside the command.");
    Count client = count("client", List.of());
    say("");
    say("Cluster mode: the driver runs on a worker.");
    Count cluster = count("cluster", List.of("--deploy-mode", "cluster", "--follow"));
    say("");
    List<String> expected;
    try {
      expected = plain.get().lines();
    } catch (ExecutionException e) {
      throw CommandFailedException.failed("the plain count failed: " + Reasons.of(e.getCause()), e);
    }
    compare("client mode", client, expected);
    compare("cluster mode", cluster, expected);
    say("Client mode, cluster mode and a plain count in one process agree:");
    for (int i = 0; i < expected.size(); i++) {
      String[] entry = expected.get(i).split(" ");
      if (i == 3) {
        say("the commonest words:");
      }
      say(String.format("  %-12s %,12d", entry[0], Long.parseLong(entry[1])));
    }
    say("");
    say(
        String.format(
            "Done in %.1f s. 'slipway master', 'slipway worker' and 'slipway submit' do the same by"
                + " hand; each has a --help.",
            (System.nanoTime() - begin) / 1e9));
  }

  /** Makes sure that the engine has the image that workers use; the image is kept. */
  private void buildImage() throws IOException, InterruptedException {
    say("  image     from what is on this machine");
    CommandProcess build = start("docker-image", List.of("docker-image", "--if-missing"));
    Optional<String> name = build.nextLine(START);
    int code = build.exitCode();
    running.remove(build);
    if (code != 0) {
      throw CommandFailedException.failed(build.lastError());
    }
    say("            is " + name.orElse(""));
  }

  private void startCluster() throws IOException, InterruptedException {
    CommandProcess masterProcess =
        start(
            "master",
            List.of(
                "master",
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                scratch.resolve("master").toString(),
                "--token-dir",
                tokens.toString()));
    master = HostPort.parse(ready(masterProcess, "master"));
    say("  master    at " + master + ", process " + masterProcess.processId());
    List<CommandProcess> workers = new ArrayList<>();
    for (int i = 1; i <= WORKERS; i++) {
      workers.add(
          start(
              "worker-" + i,
              List.of(
                  "worker",
                  "--master",
                  master.toString(),
                  "--cores",
                  "2",
                  "--memory",
                  "2g",
                  "--work-dir",
                  scratch.resolve("worker-" + i).toString(),
                  "--token-dir",
                  tokens.toString(),
                  // Making one takes longer than it would save in so short a life.
                  "--launcher-setting",
                  "process.class-archives=off",
                  // The text that executors read.
                  "--launcher-setting",
                  "docker.mounts=" + text)));
    }
    for (int i = 1; i <= WORKERS; i++) {
      CommandProcess worker = workers.get(i - 1);
      String address = ready(worker, "worker");
      say("  worker " + i + "  at " + address + ", process " + worker.processId());
    }
  }

  private CommandProcess start(String name, List<String> arguments) throws IOException {
    CommandProcess process =
        CommandProcess.startBound(home, scratch.resolve(name + ".err"), arguments);
    running.push(process);
    return process;
  }

  private static String ready(CommandProcess process, String what) throws InterruptedException {
    String prefix = what + " ready at ";
    Optional<String> line = process.nextLine(START);
    if (line.isEmpty() || !line.get().startsWith(prefix)) {
      throw CommandFailedException.failed(
          "the "
              + what
              + " did not start; it said: "
              + line.orElse("")
              + " "
              + process.lastError());
    }
    return line.get().substring(prefix.length()).split(" ")[0];
  }

  private Count count(String mode, List<String> flags) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("submit", "--master", master.toString()));
    arguments.addAll(List.of("--token-file", tokens.resolve("user-token").toString()));
    arguments.addAll(flags);
    if (launcher.equals("docker")) {
      arguments.addAll(List.of("--launcher", "docker", "--launcher-option", "mounts=" + text));
    }
    arguments.addAll(
        List.of(
            "--executors",
            "2",
            "--min-executors",
            "2",
            "--driver-memory",
            "512m",
            "--executor-memory",
            "512m",
            // Seconds of work: thorough compilation takes longer than it would save.
            "--java-option",
            "-XX:TieredStopAtLevel=1",
            "--class",
            MAIN_CLASS,
            examples.toString(),
            text.toString()));
    long begin = System.nanoTime();
    CommandProcess submit = start("submit-" + mode, arguments);
    List<String> lines = new ArrayList<>();
    for (Optional<String> line = submit.nextLine(RUN);
        line.isPresent();
        line = submit.nextLine(RUN)) {
      lines.add(line.get());
    }
    int code = submit.exitCode();
    running.remove(submit);
    if (code != 0) {
      throw CommandFailedException.failed(
          "the word count in "
              + mode
              + " mode ended with exit code "
              + code
              + ": "
              + submit.lastError());
    }
    Count count = read(lines);
    for (String process : count.processes()) {
      say("  " + process + driverWorker(process, count));
    }
    say(String.format("  took %.1f s", (System.nanoTime() - begin) / 1e9));
    return count;
  }

  private static Count read(List<String> lines) {
    Optional<String> application = Optional.empty();
    List<String> processes = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("app-")) {
        application = Optional.of(line.strip());
      } else if (line.startsWith("driver ") || line.startsWith("executor ")) {
        processes.add(line);
      } else {
        found.add(line.strip().replaceAll("\\s+", " "));
      }
    }
    return new Count(application, processes, found);
  }

  /** The driver itself can't tell which worker runs it; the master can. */
  private String driverWorker(String process, Count count) throws InterruptedException {
    if (!process.startsWith("driver ") || count.application().isEmpty()) {
      return "";
    }
    try (SlipwayClient client = client()) {
      ApplicationDetails details = client.get(count.application().get());
      return details.executions().stream()
          .findFirst()
          .flatMap(driver -> driver.worker().map(WorkerId::value))
          .map(worker -> ", worker " + worker)
          .orElse("");
    }
  }

  private SlipwayClient client() {
    try {
      String token = new TokenFiles(tokens).userToken().token();
      return SlipwayClient.connect(List.of(master), token, PATIENCE);
    } catch (TokenException e) {
      throw CommandFailedException.failed(e.getMessage(), e);
    }
  }

  private static void compare(String mode, Count count, List<String> expected) {
    if (!count.found().equals(expected)) {
      throw CommandFailedException.failed(
          mode
              + " and a plain count do not agree: "
              + count.found()
              + " and "
              + expected
              + " (did files change meanwhile?)");
    }
  }

  private void stopAll() {
    // What is submitted ends first, then applications that are still there, then the cluster.
    for (CommandProcess process : List.copyOf(running)) {
      if (process.name().equals("submit")) {
        process.close();
        running.remove(process);
      }
    }
    if (master != null) {
      try {
        killApplications();
      } catch (SlipwayException | CommandFailedException e) {
        console.note("applications could not be ended: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    running.forEach(CommandProcess::close);
    running.clear();
  }

  private void killApplications() throws InterruptedException {
    long deadline = System.nanoTime() + END.toNanos();
    try (SlipwayClient client = client()) {
      for (ApplicationReport application : client.list(Set.of(), 100)) {
        ApplicationReport now = application;
        if (!now.state().isFinal()) {
          now = client.kill(application.id().value());
        }
        while (!now.state().isFinal() && System.nanoTime() < deadline) {
          TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
          now = client.get(application.id().value()).application();
        }
      }
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
