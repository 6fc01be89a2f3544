package io.slipway.bench.cluster;

import io.slipway.client.ClusterReport;
import io.slipway.client.SlipwayClient;
import io.slipway.model.HostPort;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures what a person at a terminal waits for: the command itself, and a program from its start
 * to its executors and its first result, each as a multiple of a bare JVM of the same minute.
 */
public final class ClientFigures {
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final MeasuredCluster cluster;
  private final int runs;
  private final FigureTable table = new FigureTable(System.out);

  private ClientFigures(MeasuredCluster cluster, int runs) {
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
      new ClientFigures(cluster, runs).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    String before = MeasuredCluster.load();
    ClusterProcess master = cluster.master();
    HostPort address = master.address();
    cluster.worker(address, 4);
    command("slipway --help", address, "--help");
    command("slipway list", address, "list");
    try (SlipwayClient client = SlipwayClient.connect(List.of(address), cluster.token())) {
      for (int executors : List.of(2, 4)) {
        String count = Integer.toString(executors);
        program(
            executors + " executors, client mode",
            client,
            cluster.builder(
                cluster.command(
                    "submit",
                    "--class",
                    FirstResultMain.class.getName(),
                    MeasuredCluster.ownJar().toString(),
                    count),
                address));
        program(
            executors + " executors, hosted",
            client,
            cluster.builder(cluster.program(FirstResultMain.class, count), address));
      }
    }
    System.out.printf(
        "%n%d processors, Java %s, %d runs each, load before %s, after %s%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        runs,
        before,
        MeasuredCluster.load());
    table.print(System.out);
  }

  private void command(String what, HostPort master, String... arguments) throws Exception {
    Spread bare = new Spread();
    Spread took = new Spread();
    for (int i = -1; i < runs; i++) {
      double bareMillis = cluster.bareJvm();
      ProcessBuilder builder = cluster.builder(cluster.command(arguments), master);
      long begin = System.nanoTime();
      Process process = builder.redirectOutput(Redirect.DISCARD).start();
      MeasuredCluster.require(process.waitFor() == 0, what);
      if (i >= 0) {
        bare.add(bareMillis);
        took.add((System.nanoTime() - begin) / 1e6);
      }
    }
    table.time(what, took, bare, "");
  }

  /** From the start of the process to the lines that it prints. */
  private void program(String what, SlipwayClient client, ProcessBuilder builder) throws Exception {
    Spread bare = new Spread();
    Spread registered = new Spread();
    Spread result = new Spread();
    for (int i = -2; i < runs; i++) {
      double bareMillis = cluster.bareJvm();
      long begin = System.nanoTime();
      Process process = builder.redirectError(Redirect.INHERIT).start();
      try (BufferedReader reader = process.inputReader()) {
        MeasuredCluster.require("registered".equals(reader.readLine()), what);
        double toRegistered = (System.nanoTime() - begin) / 1e6;
        MeasuredCluster.require("result 42".equals(reader.readLine()), "a result");
        double toResult = (System.nanoTime() - begin) / 1e6;
        if (i >= 0) {
          bare.add(bareMillis);
          registered.add(toRegistered);
          result.add(toResult);
        }
      }
      MeasuredCluster.require(process.waitFor() == 0, what);
      awaitIdle(client);
    }
    table.time("program start to " + what, registered, bare, "");
    table.time("  to the first result", result, bare, "");
  }

  private static void awaitIdle(SlipwayClient client) throws Exception {
    long until = System.nanoTime() + IDLE.toNanos();
    while (System.nanoTime() < until) {
      ClusterReport report = client.describeCluster();
      if (report.runningApplications() == 0 && report.allocated().cores() == 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
