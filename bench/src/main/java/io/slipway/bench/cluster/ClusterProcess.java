package io.slipway.bench.cluster;

import io.slipway.model.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A master or a worker that a benchmark started, and that has said that it is ready. */
final class ClusterProcess {
  private static final Pattern READY = Pattern.compile(".*ready at (\\S+:\\d+).*");
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final HostPort address;
  private final double readyMillis;
  private final Path directory;

  private ClusterProcess(Process process, HostPort address, double readyMillis, Path directory) {
    this.process = process;
    this.directory = directory;
    this.address = address;
    this.readyMillis = readyMillis;
  }

  /**
   * Starts a command and waits for its line with "ready at HOST:PORT".
   *
   * @param directory where it keeps what it has, as the command says
   * @param scratch for its error output
   */
  static ClusterProcess start(List<String> command, Path directory, Path scratch)
      throws IOException {
    Path errors = Files.createTempFile(scratch, "stderr-", ".log");
    long begin = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    BufferedReader reader = process.inputReader();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      Matcher matcher = READY.matcher(line);
      if (matcher.matches()) {
        double millis = (System.nanoTime() - begin) / 1e6;
        return new ClusterProcess(process, HostPort.parse(matcher.group(1)), millis, directory);
      }
    }
    throw new IOException(command + " ended before it was ready: " + Files.readString(errors));
  }

  HostPort address() {
    return address;
  }

  Path directory() {
    return directory;
  }

  double readyMillis() {
    return readyMillis;
  }

  long pid() {
    return process.pid();
  }

  /** The keepers that this worker's launcher started; they are processes of their own. */
  List<Long> keepers() {
    return ProcessHandle.allProcesses()
        .filter(handle -> handle.info().commandLine().orElse("").contains("KeeperMain"))
        .filter(
            handle -> handle.parent().map(parent -> parent.pid() == process.pid()).orElse(false))
        .map(ProcessHandle::pid)
        .toList();
  }

  /**
   * Memory of a process in megabytes.
   *
   * @param field of {@code smaps_rollup}: {@code Rss}, what is resident, files that other processes
   *     map too included; {@code Pss}, the same with each page divided among those that map it
   */
  static double memory(long pid, String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("no " + field + " of " + pid);
  }

  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      process.getInputStream().close();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
