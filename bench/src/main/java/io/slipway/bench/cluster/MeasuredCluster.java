package io.slipway.bench.cluster;

import io.slipway.client.ApiBundle;
import io.slipway.client.ClassPathPackager;
import io.slipway.client.PackagedClassPath;
import io.slipway.driver.SlipwaySession;
import io.slipway.model.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Masters and workers of one distribution that are started to be measured, and the bare JVM beside
 * them. All of it ends with {@link #close}, or with this JVM.
 */
final class MeasuredCluster implements AutoCloseable {
  private final Path home;
  private final Path scratch;
  private final Path java = Path.of(System.getProperty("java.home"), "bin", "java");
  private final List<ClusterProcess> started = new ArrayList<>();
  private int directories;

  private MeasuredCluster(Path home, Path scratch) {
    this.home = home;
    this.scratch = scratch;
  }

  /**
   * From a distribution; nothing is started yet.
   *
   * @param distribution its directory
   */
  static MeasuredCluster of(String distribution) throws IOException {
    Path home = Path.of(distribution).toRealPath();
    System.setProperty(ApiBundle.PROPERTY, bundle(home).toString());
    MeasuredCluster cluster =
        new MeasuredCluster(home, Files.createTempDirectory("slipway-figures-"));
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
    return cluster;
  }

  private static Path bundle(Path home) throws IOException {
    try (var files = Files.list(home.resolve("lib"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(ApiBundle.FILE_PREFIX))
          .findFirst()
          .orElseThrow(() -> new IOException("no api bundle in " + home.resolve("lib")));
    }
  }

  /** The load of the machine in the last minute. */
  static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  static void require(boolean held, String what) {
    if (!held) {
      throw new IllegalStateException("waited in vain for " + what);
    }
  }

  /** The directory of all tokens. */
  Path tokens() {
    return scratch.resolve("tokens");
  }

  /** The user's token, once a master has been started. */
  String token() throws IOException {
    String line = Files.readString(tokens().resolve("user-token")).strip();
    return line.substring(line.indexOf(':') + 1);
  }

  ClusterProcess master() throws IOException {
    Path directory = scratch.resolve("master-" + ++directories);
    return start(
        directory, "master", "--listen", "127.0.0.1:0", "--data-dir", directory.toString());
  }

  /** With two gigabytes of memory for each core. */
  ClusterProcess worker(HostPort master, int cores) throws IOException {
    Path directory = scratch.resolve("worker-" + ++directories);
    return start(
        directory,
        "worker",
        "--master",
        master.toString(),
        "--listen",
        "127.0.0.1:0",
        "--cores",
        Integer.toString(cores),
        "--memory",
        (2 * cores) + "g",
        "--work-dir",
        directory.toString());
  }

  private ClusterProcess start(Path directory, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(command(arguments));
    command.addAll(List.of("--token-dir", tokens().toString()));
    ClusterProcess process = ClusterProcess.start(command, directory, scratch);
    synchronized (started) {
      started.add(process);
    }
    return process;
  }

  /** The line of a {@code slipway} command. */
  List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/slipway").toString()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** The line of a program that is started without {@code slipway submit}. */
  List<String> program(Class<?> main, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(java.toString(), "-cp"));
    command.add(ApiBundle.locate().orElseThrow() + ":" + ownJar());
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** What a process needs in its environment to find this cluster. */
  ProcessBuilder builder(List<String> command, HostPort master) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SLIPWAY_MASTER", master.toString());
    builder.environment().put("SLIPWAY_MASTERS", master.toString());
    builder.environment().put("SLIPWAY_TOKEN_DIR", tokens().toString());
    return builder;
  }

  /** The class path of an application: the bundle of the api, and a jar of its own. */
  PackagedClassPath classPath() throws Exception {
    return new ClassPathPackager(ApiBundle.locate(), scratch).pack(List.of(ownJar()));
  }

  SlipwaySession session(HostPort address, String token, int executors) throws Exception {
    return SlipwaySession.builder()
        .name("figures")
        .master(address.toString())
        .token(token)
        .executors(executors)
        .executorMemory("512m")
        .classPath(List.of(ApiBundle.locate().orElseThrow(), ownJar()))
        .open();
  }

  static Path ownJar() throws Exception {
    return Path.of(
        MeasuredCluster.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Milliseconds that a bare JVM takes to print one line. */
  double bareJvm() throws Exception {
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

  /** Ends all that was started. Idempotent. */
  @Override
  public void close() {
    synchronized (started) {
      started.forEach(ClusterProcess::stop);
      started.clear();
    }
  }
}
