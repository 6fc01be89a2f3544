package io.slipway.bench.cluster;

import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures a real cluster of one machine, started from a distribution: start-up, memory, launches
 * and tasks, each as a ratio to a bare JVM of the same run where that makes sense. Prints a table
 * with the goals beside it; nothing is asserted.
 */
public final class ClusterFigures {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration ARCHIVE = Duration.ofMinutes(2);
  private static final int TASKS = 100_000;

  private final MeasuredCluster cluster;
  private final int runs;
  private final FigureTable table = new FigureTable(System.out);

  private ClusterFigures(MeasuredCluster cluster, int runs) {
    this.cluster = cluster;
    this.runs = runs;
  }

  /**
   * Runs all of it.
   *
   * @param args the directory of the distribution, and how often each thing is measured (11 if it
   *     is not given)
   */
  public static void main(String[] args) throws Exception {
    int runs = args.length > 1 ? Integer.parseInt(args[1]) : 11;
    try (MeasuredCluster cluster = MeasuredCluster.of(args[0])) {
      new ClusterFigures(cluster, runs).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    String loadBefore = MeasuredCluster.load();
    startUps();
    ClusterProcess master = cluster.master();
    ClusterProcess worker = cluster.worker(master.address(), 2);
    HostPort address = master.address();
    String token = cluster.token();
    try (SlipwayClient client = SlipwayClient.connect(List.of(address), token)) {
      TimeUnit.SECONDS.sleep(5);
      memory("master, idle", master.pid(), "< 150 MB");
      memory("worker, idle", worker.pid(), "< 100 MB");
      for (long keeper : worker.keepers()) {
        memory("its keeper, idle", keeper, "40 MB");
      }
      launchDrivers(client);
      launchExecutors(client, address, token, worker);
      memory("master, after these launches", master.pid(), "");
      memory("worker, after these launches", worker.pid(), "");
      tasks(address, token, worker);
    }
    worker.stop();
    master.stop();
    System.out.printf(
        "%n%d processors, Java %s, %d runs each, load before %s, after %s%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        runs,
        loadBefore,
        MeasuredCluster.load());
    table.print(System.out);
  }

  private void startUps() throws Exception {
    Spread bare = new Spread();
    Spread masterReady = new Spread();
    Spread workerReady = new Spread();
    for (int i = 0; i < Math.min(runs, 5); i++) {
      bare.add(cluster.bareJvm());
      ClusterProcess master = cluster.master();
      masterReady.add(master.readyMillis());
      bare.add(cluster.bareJvm());
      ClusterProcess worker = cluster.worker(master.address(), 2);
      workerReady.add(worker.readyMillis());
      worker.stop();
      master.stop();
    }
    table.time("bare JVM, one line", bare, bare, "");
    table.time("master: process start to ready", masterReady, bare, "1,500 ms when quiet");
    table.time("worker: process start to ready", workerReady, bare, "1,500 ms when quiet");
  }

  private void memory(String what, long pid, String goal) throws IOException {
    Spread resident = new Spread();
    resident.add(ClusterProcess.memory(pid, "Rss"));
    table.value(what + ": resident", resident, "MB", goal);
    Spread proportional = new Spread();
    proportional.add(ClusterProcess.memory(pid, "Pss"));
    table.value(what + ": proportional share", proportional, "MB", "");
  }

  /** Submission accepted to the first statement of the driver's main. */
  private void launchDrivers(SlipwayClient client) throws Exception {
    PackagedClassPath classPath = cluster.classPath();
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
      double bareMillis = cluster.bareJvm();
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
    table.time("cluster mode: accepted to the driver's main", toMain, bare, "4x");
  }

  /** The master's decision to the executor's registration with its driver. */
  private void launchExecutors(
      SlipwayClient client, HostPort address, String token, ClusterProcess worker)
      throws Exception {
    Spread bare = new Spread();
    Spread registered = new Spread();
    launchExecutor(client, address, token);
    boolean archive = awaitArchive(worker);
    for (int i = -2; i < runs; i++) {
      double bareMillis = cluster.bareJvm();
      double millis = launchExecutor(client, address, token);
      if (i >= 0) {
        bare.add(bareMillis);
        registered.add(millis);
      }
    }
    String how = archive ? "" : " (no class archive)";
    table.time("executor: decision to registered" + how, registered, bare, "8x");
  }

  private double launchExecutor(SlipwayClient client, HostPort address, String token)
      throws Exception {
    double millis;
    try (SlipwaySession session = cluster.session(address, token, 1)) {
      MeasuredCluster.require(session.awaitExecutors(1, READY), "an executor");
      Instant now = Instant.now();
      ExecutionReport executor =
          client.get(session.applicationId().value()).executions().stream()
              .filter(execution -> execution.id().kind() == ExecutionKind.EXECUTOR)
              .findFirst()
              .orElseThrow();
      millis = millis(executor.createTime().orElseThrow(), now);
    }
    awaitNothingRuns(client);
    return millis;
  }

  /** The worker makes one after its first launch, in the background. */
  private boolean awaitArchive(ClusterProcess worker) throws Exception {
    Path archives = worker.directory().resolve("launchers/process/class-archives");
    long until = System.nanoTime() + ARCHIVE.toNanos();
    while (System.nanoTime() < until) {
      try (var files = Files.list(archives)) {
        if (files.anyMatch(file -> file.toString().endsWith(".jsa"))) {
          return true;
        }
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return false;
  }

  private void awaitNothingRuns(SlipwayClient client) throws Exception {
    long until = System.nanoTime() + READY.toNanos();
    while (client.describeCluster().runningApplications() > 0 && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** No-op tasks through two executors. */
  private void tasks(HostPort address, String token, ClusterProcess worker) throws Exception {
    try (SlipwaySession session = cluster.session(address, token, 2)) {
      MeasuredCluster.require(session.awaitExecutors(2, READY), "two executors");
      Spread rate = new Spread();
      Spread cpu = new Spread();
      Spread trip = new Spread();
      for (int round = 0; round < 8; round++) {
        double before = cpuMicros(worker);
        double perSecond = noOps(session, TASKS);
        if (round >= 3) {
          cpu.add((cpuMicros(worker) - before) / TASKS);
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
      table.value("no-op tasks through two executors", rate, "/s", "100,000/s when quiet");
      table.value("their CPU time, each, in all processes", cpu, "us", "");
      table.value("round trip of one task", trip, "us", "");
    }
  }

  /** CPU time in microseconds that this process and all executors have used. */
  private static double cpuMicros(ClusterProcess worker) {
    Stream<ProcessHandle> executors =
        worker.keepers().stream()
            .flatMap(keeper -> ProcessHandle.of(keeper).stream())
            .flatMap(ProcessHandle::children);
    return Stream.concat(Stream.of(ProcessHandle.current()), executors)
        .mapToLong(
            process -> process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1_000)
        .sum();
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

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }
}
