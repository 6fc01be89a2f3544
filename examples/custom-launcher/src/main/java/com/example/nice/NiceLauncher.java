package com.example.nice;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs programs and Java main classes as children of this JVM, at low priority. They end with the
 * launcher: nobody would carry their output then.
 */
final class NiceLauncher implements Launcher {
  private final Path nice;
  private final int leastLevel;
  // Guards itself and closed.
  private final Map<ExecutionId, NicedProcess> running = new HashMap<>();
  private boolean closed;

  /**
   * A launcher.
   *
   * @param nice the program
   * @param leastLevel how nice every process is at the least
   */
  NiceLauncher(Path nice, int leastLevel) {
    this.nice = nice;
    this.leastLevel = leastLevel;
  }

  @Override
  public Set<Promise> notPromised() {
    return EnumSet.of(
        Promise.START_CONFIRMED,
        Promise.SIGNALS_DISTINGUISHED,
        Promise.WHOLE_TREE,
        Promise.OUTLIVES_WORKER,
        Promise.ENDS_WITH_OWNER,
        Promise.RESOURCE_LIMITS,
        Promise.OTHER_USER,
        Promise.READ_ONLY_MOUNTS);
  }

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    ProcessBuilder builder = prepare(spec);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    ExecutionRecords records = new ExecutionRecords(directory);
    try {
      if (!records.claim(ExecutionRecords.LAUNCH)) {
        throw new LaunchException(spec.executionId() + " was launched or given up before");
      }
    } catch (IOException e) {
      throw new LaunchException("nothing can be written in " + directory, e);
    }
    try {
      return start(builder, spec, records);
    } catch (IOException e) {
      records.giveUp();
      throw new LaunchException(e.getMessage(), e);
    }
  }

  /** Refuses what can't be done before anything is written or started. */
  private ProcessBuilder prepare(LaunchSpec spec) throws LaunchException {
    int level = NiceLauncherProvider.level(spec.options(), leastLevel);
    String self = System.getProperty("user.name");
    if (!spec.user().orElse(self).equals(self)) {
      throw new LaunchException(
          "launcher nice runs processes as " + self + ", not as " + spec.user().orElseThrow());
    }
    List<String> line = new ArrayList<>(List.of(nice.toString(), "-n", "" + level, "--"));
    if (spec.command() instanceof Command.Jvm jvm) {
      line.addAll(jvm.commandLine(System.getProperty("java.home") + "/bin/java"));
    } else if (spec.command() instanceof Command.Program program) {
      line.addAll(program.arguments());
    }
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.directory(spec.workDirectory().toFile());
    builder.redirectInput(new File("/dev/null"));
    builder.environment().clear();
    try {
      builder.environment().putAll(spec.environment());
    } catch (IllegalArgumentException e) {
      throw new LaunchException("the environment can't be passed on: " + e.getMessage(), e);
    }
    return builder;
  }

  private NicedProcess start(ProcessBuilder builder, LaunchSpec spec, ExecutionRecords records)
      throws IOException {
    ExecutionId id = spec.executionId();
    synchronized (running) {
      if (closed) {
        throw new IOException("the launcher is closed");
      }
      NicedProcess process = new NicedProcess(builder.start(), spec, records);
      running.put(id, process);
      process.watch(() -> forget(id));
      return process;
    }
  }

  private void forget(ExecutionId id) {
    synchronized (running) {
      running.remove(id);
    }
  }

  @Override
  public Reattached reattach(ExecutionId id, Path directory) {
    synchronized (running) {
      if (running.containsKey(id)) {
        return new Reattached.Running(running.get(id));
      }
    }
    ExecutionRecords records = new ExecutionRecords(directory);
    try {
      if (records.claim(ExecutionRecords.NOTHING) || !records.isForLaunch()) {
        return new Reattached.NeverStarted();
      }
      Optional<Ending> ending = records.ending();
      if (ending.isPresent()) {
        return new Reattached.Ended(ending.get());
      }
    } catch (IOException e) {
      return new Reattached.Unknown("the records in " + directory + " can't be used: " + e);
    }
    ProcessTree.kill(id);
    return new Reattached.Unknown("the worker died while it launched this or while it ran");
  }

  @Override
  public void close() {
    List<NicedProcess> left;
    synchronized (running) {
      closed = true;
      left = List.copyOf(running.values());
    }
    left.forEach(NicedProcess::abandon);
    left.forEach(NicedProcess::awaitRecord);
  }
}
