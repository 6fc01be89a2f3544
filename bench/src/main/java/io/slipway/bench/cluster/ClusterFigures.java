package io.slipway.bench.cluster;

import io.slipway.client.ApiBundle;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.ClassPathPackager;
import io.slipway.client.ExecutionReport;
import io.slipway.client.LogQuery;
import io.slipway.client.PackagedClassPath;
import io.slipway.client.SlipwayClient;
import io.slipway.client.Submission;
import io.slipway.driver.SerializableCallable;
import io.slipway.driver.SlipwaySession;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionKind;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Measures a real cluster of one machine, started from a distribution: start-up, memory, launches
 * and tasks, each as a ratio to a bare JVM of the same run where that makes sense. Prints a table;
 * nothing is asserted.
 */
public final class ClusterFigures {
  private static final Duration READY = Duration.ofSeconds(60);

  private final Path home;
  private final int runs;
  private final Path scratch;
  private final Path java = Path.of(System.getProperty("java.home"), "bin", "java");
  private final List<ClusterProcess> started = new ArrayList<>();

  private ClusterFigures(Path home, int runs, Path scratch) {
    this.home = home;
    this.runs = runs;
    this.scratch = scratch;
  }

  /**
   * Runs all of it.
   *
   * @param args the directory of the distribution, and how often each thing is measured (11 if it
   *     is not given)
   */
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toRealPath();
    int runs = args.length > 1 ? Integer.parseInt(args[1]) : 11;
    System.setProperty(ApiBundle.PROPERTY, bundle(home).toString());
    ClusterFigures figures =
        new ClusterFigures(home, runs, Files.createTempDirectory("slipway-figures-"));
    Thread stop = new Thread(figures::stopAll);
    Runtime.getRuntime().addShutdownHook(stop);
    figures.run();
    figures.stopAll();
    System.exit(0);
  }

  private static Path bundle(Path home) throws IOException {
    try (var files = Files.list(home.resolve("lib"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(ApiBundle.FILE_PREFIX))
          .findFirst()
          .orElseThrow(() -> new IOException("no api bundle in " + home.resolve("lib")));
    }
  }

  private void run() throws Exception {
    System.out.printf(
        "%d processors, Java %s, %d runs each; medians (smallest–largest)%n",
        Runtime.getRuntime().availableProcessors(), System.getProperty("java.version"), runs);
    Spread bare = new Spread();
    Spread masterReady = new Spread();
    Spread workerReady = new Spread();
    for (int i = 0; i < Math.min(runs, 5); i++) {
      bare.add(bareJvm());
      ClusterProcess master = master(i);
      masterReady.add(master.readyMillis());
      bare.add(bareJvm());
      ClusterProcess worker = worker(master.address(), i);
      workerReady.add(worker.readyMillis());
      worker.stop();
      master.stop();
    }
    print("bare JVM, one line", bare, "ms", bare);
    print("master: process start to ready", masterReady, "ms", bare);
    print("worker: process start to ready", workerReady, "ms", bare);

    ClusterProcess master = master(100);
    ClusterProcess worker = worker(master.address(), 100);
    HostPort address = master.address();
    String token = Files.readString(scratch.resolve("tokens/user-token")).strip();
    token = token.substring(token.indexOf(':') + 1);
    try (SlipwayClient client = SlipwayClient.connect(List.of(address), token)) {
      launchDrivers(client);
      launchExecutors(client, address, token);
      TimeUnit.SECONDS.sleep(5);
      System.out.printf("%-44s %d MB%n", "master, idle: resident", master.residentMegabytes());
      System.out.printf("%-44s %d MB%n", "worker, idle: resident", worker.residentMegabytes());
      for (long keeper : worker.keepers()) {
        System.out.printf("%-44s %d MB%n", "its keeper: resident", ClusterProcess.resident(keeper));
      }
      tasks(address, token);
    }
    worker.stop();
    master.stop();
  }

  /** Submission accepted to the first statement of the driver's main. */
  private void launchDrivers(SlipwayClient client) throws Exception {
    PackagedClassPath classPath =
        new ClassPathPackager(ApiBundle.locate(), scratch).pack(List.of(ownJar()));
    LaunchTemplate driver =
        LaunchTemplate.of(
            new CommandTemplate.Jvm(
                StampMain.class.getName(), classPath.references(), List.of(), List.of()),
            new Resources(1, 512 * ByteSize.MIB));
    ApplicationSpec spec =
        new ApplicationSpec(
            "stamp",
            DeployMode.CLUSTER,
            Optional.of(driver),
            List.of(),
            OptionalInt.empty(),
            1,
            0,
            ApplicationSpec.DEFAULT_LOST_AFTER,
            ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
    Spread bare = new Spread();
    Spread toMain = new Spread();
    for (int i = -3; i < runs; i++) {
      double bareMillis = bareJvm();
      ApplicationHandle handle = client.submit(Submission.of(spec, classPath.artifacts()));
      Instant accepted = Instant.now();
      ApplicationReport report = handle.await();
      try (InputStream out = client.readLog(LogQuery.of(report.id().driver(1)))) {
        Instant main =
            Instant.parse(new String(out.readAllBytes(), StandardCharsets.UTF_8).strip());
        if (i >= 0) {
          bare.add(bareMillis);
          toMain.add(millis(accepted, main));
        }
      }
    }
    print("bare JVM beside it", bare, "ms", bare);
    print("cluster mode: accepted to the driver's main", toMain, "ms", bare);
  }

  /** The master's decision to the executor's registration with its driver. */
  private void launchExecutors(SlipwayClient client, HostPort address, String token)
      throws Exception {
    Spread bare = new Spread();
    Spread registered = new Spread();
    for (int i = -3; i < runs; i++) {
      double bareMillis = bareJvm();
      try (SlipwaySession session = session(address, token, 1)) {
        require(session.awaitExecutors(1, READY), "an executor");
        Instant now = Instant.now();
        ExecutionReport executor =
            client.get(session.applicationId().value()).executions().stream()
                .filter(execution -> execution.id().kind() == ExecutionKind.EXECUTOR)
                .findFirst()
                .orElseThrow();
        if (i >= 0) {
          bare.add(bareMillis);
          registered.add(millis(executor.createTime().orElseThrow(), now));
        }
      }
      awaitNothingRuns(client);
    }
    print("bare JVM beside it", bare, "ms", bare);
    print("executor: decision to registered", registered, "ms", bare);
  }

  private void awaitNothingRuns(SlipwayClient client) throws Exception {
    long until = System.nanoTime() + READY.toNanos();
    while (client.describeCluster().runningApplications() > 0 && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** No-op tasks through two executors. */
  private void tasks(HostPort address, String token) throws Exception {
    try (SlipwaySession session = session(address, token, 2)) {
      require(session.awaitExecutors(2, READY), "two executors");
      Spread rate = new Spread();
      Spread trip = new Spread();
      for (int round = 0; round < 8; round++) {
        double perSecond = noOps(session, 100_000);
        if (round >= 3) {
          rate.add(perSecond);
        }
      }
      for (int i = 0; i < 2_000; i++) {
        long begin = System.nanoTime();
        session.executor().submit(() -> null).get();
        if (i >= 1_000) {
          trip.add((System.nanoTime() - begin) / 1e3);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%-44s %,.0f/s (%,.0f–%,.0f)%n",
          "no-op tasks through two executors",
          rate.median(),
          rate.smallest(),
          rate.largest());
      System.out.printf(Locale.ROOT, "%-44s %.0f us%n", "round trip of one task", trip.median());
    }
  }

  private static double noOps(SlipwaySession session, int count) throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(count);
    SerializableCallable<Integer> task = () -> 1;
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      futures.add(session.executor().submit(task));
    }
    for (Future<Integer> future : futures) {
      future.get();
    }
    return count / ((System.nanoTime() - begin) / 1e9);
  }

  private SlipwaySession session(HostPort address, String token, int executors)
      throws InterruptedException {
    return SlipwaySession.builder()
        .name("figures")
        .master(address.toString())
        .token(token)
        .executors(executors)
        .executorMemory("512m")
        .open();
  }

  private static Path ownJar() throws Exception {
    return Path.of(
        ClusterFigures.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private double bareJvm() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            java.toString(), "-Xshare:auto", "-cp", ownJar().toString(), BareMain.class.getName());
    long begin = System.nanoTime();
    Process process = builder.start();
    try (BufferedReader reader = process.inputReader()) {
      require(reader.readLine() != null, "a line of a bare JVM");
      double millis = (System.nanoTime() - begin) / 1e6;
      process.waitFor();
      return millis;
    }
  }

  private ClusterProcess master(int number) throws IOException {
    return start(
        "master",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        scratch.resolve("master-" + number).toString());
  }

  private ClusterProcess worker(HostPort master, int number) throws IOException {
    return start(
        "worker",
        "--master",
        master.toString(),
        "--listen",
        "127.0.0.1:0",
        "--cores",
        "2",
        "--memory",
        "4g",
        "--work-dir",
        scratch.resolve("worker-" + number).toString());
  }

  private ClusterProcess start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/slipway").toString());
    command.addAll(List.of(arguments));
    command.add("--token-dir");
    command.add(scratch.resolve("tokens").toString());
    ClusterProcess process = ClusterProcess.start(command, scratch);
    started.add(process);
    return process;
  }

  private synchronized void stopAll() {
    for (ClusterProcess process : started) {
      process.stop();
    }
    started.clear();
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  private static void require(boolean held, String what) {
    if (!held) {
      throw new IllegalStateException("waited in vain for " + what);
    }
  }

  private static void print(String what, Spread values, String unit, Spread bare) {
    System.out.printf(
        Locale.ROOT,
        "%-44s %.0f %s (%.0f–%.0f), %.2f times a bare JVM%n",
        what,
        values.median(),
        unit,
        values.smallest(),
        values.largest(),
        values.median() / bare.median());
  }
}
