package io.slipway.launcher.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A Docker engine of a test's own, which can be killed. It has a network of its own too, in which
 * there is nothing but loopback, so that it does not meet the machine's engine there.
 */
final class PrivateEngine implements AutoCloseable {
  private final Path directory;
  private final List<String> options;
  private Process process;

  /** Starts one; aborts the test where that can't be. */
  PrivateEngine(Path directory, String... options) throws Exception {
    this.directory = directory;
    this.options = List.of(options);
    boolean up = false;
    try {
      start();
      up = true;
    } finally {
      if (!up) {
        close();
      }
    }
  }

  Path socket() {
    return directory.resolve("sock");
  }

  void start() throws Exception {
    // Both may be those of a killed one, and the numbers others' by now.
    Files.deleteIfExists(directory.resolve("pid"));
    Files.deleteIfExists(directory.resolve("exec/containerd/containerd.pid"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--net",
                "dockerd",
                "--data-root",
                directory.resolve("data").toString(),
                "--exec-root",
                directory.resolve("exec").toString(),
                "--host",
                "unix://" + socket(),
                "--pidfile",
                directory.resolve("pid").toString(),
                "--bridge=none",
                "--iptables=false",
                "--ip-forward=false"));
    command.addAll(options);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      Assumptions.abort("no engine of its own can be started: " + e.getMessage());
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (Engine engine = new Engine(socket())) {
      while (true) {
        try {
          engine.ping();
          return;
        } catch (EngineException e) {
          if (!process.isAlive() || System.nanoTime() > end) {
            Assumptions.abort(
                "no engine of its own runs here: "
                    + Files.readAllLines(directory.resolve("log")).stream()
                        .reduce("", (one, next) -> next));
          }
          process.waitFor(50, TimeUnit.MILLISECONDS);
        }
      }
    }
  }

  /** Ends it as a crash would. */
  void kill() throws Exception {
    process.destroyForcibly().waitFor();
  }

  /** Ends it as a service manager would. */
  void stop() throws Exception {
    process.destroy();
    process.waitFor();
  }

  @Override
  public void close() throws Exception {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
