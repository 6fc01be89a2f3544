package io.slipway.master;

import io.slipway.model.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A master in a process of its own; this class is also that process's main class. */
final class MasterProcess implements AutoCloseable {
  private static final String READY = "ready at ";

  private final Process process;
  private final HostPort address;

  private MasterProcess(Process process, HostPort address) {
    this.process = process;
    this.address = address;
  }

  /**
   * The process's main.
   *
   * @param arguments data directory, token directory, address to listen on
   */
  public static void main(String[] arguments) throws MasterException {
    MasterMain.run(
        new MasterSettings(
            HostPort.parse(arguments[2]),
            Optional.empty(),
            Path.of(arguments[0]),
            false,
            Optional.of(Path.of(arguments[1]))),
        master -> System.out.println(READY + master.address()));
  }

  /** Starts a master and waits until it answers calls. */
  static MasterProcess start(Path data, Path tokens, HostPort listen, String... jvmOptions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            MasterProcess.class.getName(),
            data.toString(),
            tokens.toString(),
            listen.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder before = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(READY)) {
        drain(output);
        return new MasterProcess(process, HostPort.parse(line.substring(READY.length())));
      }
      before.append(line).append('\n');
    }
    process.destroyForcibly();
    throw new IOException("the master did not start:\n" + before);
  }

  private static void drain(BufferedReader output) {
    Thread thread = new Thread(() -> output.lines().forEach(line -> {}), "drain");
    thread.setDaemon(true);
    thread.start();
  }

  HostPort address() {
    return address;
  }

  /** The TCP ports that it listens on, as {@code proc(5)} tells. */
  Set<Integer> listening() throws IOException {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        sockets.add(Files.readSymbolicLink(file).toString());
      }
    }
    Set<Integer> ports = new TreeSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : Files.readAllLines(proc.resolve(table))) {
        String[] columns = line.strip().split("\\s+");
        if (columns[3].equals("0A") && sockets.contains("socket:[" + columns[9] + "]")) {
          ports.add(Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16));
        }
      }
    }
    return ports;
  }

  /** Ends it as a crash would, and waits until it has gone. */
  void crash() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end; its exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the master did not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    crash();
  }
}
