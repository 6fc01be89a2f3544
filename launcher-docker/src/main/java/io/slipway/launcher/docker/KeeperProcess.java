package io.slipway.launcher.docker;

import com.github.dockerjava.core.DockerClientImpl;
import com.sun.jna.Native;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.RollingLog;
import io.slipway.model.Ending;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/** A {@link ContainerKeeper} that was started by this launcher. Safe for use by several threads. */
final class KeeperProcess implements AutoCloseable {
  private final Process process;
  private final OutputStream orders;
  private final Map<String, CompletableFuture<String>> pending = new ConcurrentHashMap<>();

  private KeeperProcess(Process process) {
    this.process = process;
    this.orders = process.getOutputStream();
  }

  /**
   * Starts one.
   *
   * @param engine its socket
   * @param outlivesOwner whether containers go on when this process has died
   * @param log what it has to say
   * @param ended called when it has ended, on a thread of the system's
   */
  static KeeperProcess start(Path engine, boolean outlivesOwner, Path log, Runnable ended)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xmx64m",
            "-Xshare:auto",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            ContainerKeeper.class.getName(),
            engine.toString(),
            Boolean.toString(outlivesOwner));
    builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
    builder.directory(log.getParent().toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    KeeperProcess keeper = new KeeperProcess(builder.start());
    Thread reader = new Thread(keeper::read, "docker-keeper-answers");
    reader.setDaemon(true);
    reader.start();
    keeper.process.onExit().thenRun(ended);
    return keeper;
  }

  /** What this launcher was loaded from, and what this JVM was started with. */
  private static String classPath() throws IOException {
    Set<String> entries = new LinkedHashSet<>();
    for (Class<?> type :
        List.of(
            ContainerKeeper.class,
            DockerClientImpl.class,
            RollingLog.class,
            Ending.class,
            Native.class)) {
      try {
        entries.add(
            Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      } catch (URISyntaxException | RuntimeException e) {
        throw new IOException("the code of " + type.getName() + " can't be found", e);
      }
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.isEmpty()) {
        entries.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private void read() {
    try (BufferedReader answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        String[] words = line.split(" ", 3);
        if (words.length < 3) {
          // The JVM's own warnings come here too.
          continue;
        }
        CompletableFuture<String> waiting = pending.remove(words[1]);
        if (waiting != null) {
          waiting.complete(words[0].equals("attached") ? "" : ContainerKeeper.decode(words[2]));
        }
      }
    } catch (IOException e) {
      // It has died.
    }
    pending.values().forEach(waiting -> waiting.completeExceptionally(new IOException("it died")));
  }

  /**
   * Has what a container writes from now on copied; blocks until that is so.
   *
   * @param late whether the container may have written before
   */
  void attach(Path execution, boolean late) throws LaunchException, InterruptedException {
    String name = ContainerKeeper.encode(execution.toString());
    CompletableFuture<String> answer = new CompletableFuture<>();
    pending.put(name, answer);
    try {
      order((late ? "attach-late " : "attach ") + name);
      if (!process.isAlive()) {
        throw new IOException("it died");
      }
      String problem = answer.get();
      if (!problem.isEmpty()) {
        throw new LaunchException("the container's output can't be had: " + problem);
      }
    } catch (IOException | ExecutionException e) {
      throw new LaunchException(
          "the process that keeps containers does not work: " + e.getMessage(), e);
    } finally {
      pending.remove(name);
    }
  }

  /** Has a container stopped as its record says; returns at once. */
  void stop(Path execution) throws IOException {
    order("stop " + ContainerKeeper.encode(execution.toString()));
  }

  private synchronized void order(String line) throws IOException {
    orders.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    orders.flush();
  }

  /** It goes on until it has nothing more to do. */
  @Override
  public synchronized void close() {
    try {
      orders.close();
    } catch (IOException e) {
      // It has died.
    }
  }
}
