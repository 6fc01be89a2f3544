package io.slipway.launcher.testing;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.ResourceUsage;
import io.slipway.launcher.RollingLog;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.model.StopKind;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A launcher made of {@link ProcessBuilder} alone, which keeps what can be kept so, and whose parts
 * can be broken one by one.
 */
class PlainLauncher implements Launcher {
  private static final Reattached NEVER = new Reattached.NeverStarted();

  private final Map<ExecutionId, Reattached> known = new ConcurrentHashMap<>();

  @Override
  public Set<Promise> notPromised() {
    return EnumSet.of(
        Promise.SIGNALS_DISTINGUISHED,
        Promise.WHOLE_TREE,
        Promise.OUTLIVES_WORKER,
        Promise.ENDS_WITH_OWNER,
        Promise.RESOURCE_LIMITS,
        Promise.READ_ONLY_MOUNTS,
        Promise.OTHER_USER);
  }

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    checkOptions(spec);
    checkUser(spec);
    claim(spec.executionId());
    try {
      ProcessBuilder builder = new ProcessBuilder(commandLine(spec));
      builder.environment().clear();
      builder.environment().putAll(environment(spec));
      builder.directory(workDirectory(spec));
      if (!Files.isDirectory(spec.workDirectory())) {
        throw new LaunchException("no directory " + spec.workDirectory());
      }
      if (spec.command() instanceof Command.Program program) {
        checkProgram(Path.of(program.arguments().get(0)));
      }
      builder.redirectInput(input());
      return run(spec, builder.start());
    } catch (IOException e) {
      throw new LaunchException(spec.command() + ": " + e.getMessage(), e);
    }
  }

  /** Of these ProcessBuilder would make a shell script. */
  void checkProgram(Path program) throws IOException, LaunchException {
    if (program.isAbsolute() && Files.exists(program)) {
      byte[] begin = new byte[2];
      try (InputStream in = Files.newInputStream(program)) {
        if (in.read(begin) < 2 || !(begin[0] == '#' || begin[0] == 0x7f)) {
          throw new LaunchException("not a program: " + program);
        }
      }
    }
  }

  void checkOptions(LaunchSpec spec) throws LaunchException {
    if (!spec.options().isEmpty()) {
      throw new LaunchException("unknown option " + spec.options().firstKey());
    }
  }

  void checkUser(LaunchSpec spec) throws LaunchException {
    if (spec.user().isPresent()) {
      throw new LaunchException("not as " + spec.user().get());
    }
  }

  void claim(ExecutionId id) throws LaunchException {
    if (known.putIfAbsent(id, NEVER) != null) {
      throw new LaunchException(id + " again");
    }
  }

  List<String> commandLine(LaunchSpec spec) {
    return spec.command() instanceof Command.Jvm jvm
        ? jvm.commandLine(System.getProperty("java.home") + "/bin/java")
        : ((Command.Program) spec.command()).arguments();
  }

  Map<String, String> environment(LaunchSpec spec) {
    return spec.environment();
  }

  File workDirectory(LaunchSpec spec) {
    return spec.workDirectory().toFile();
  }

  File input() {
    return new File("/dev/null");
  }

  private LaunchHandle run(LaunchSpec spec, Process process) {
    Handle handle = new Handle(process, spec);
    Thread out = pump(process.getInputStream(), spec.stdout());
    Thread err = pump(process.getErrorStream(), stderr(spec));
    inBackground(
        () -> {
          int code = process.waitFor();
          killTree(spec.executionId());
          awaitOutput(out);
          awaitOutput(err);
          handle.exit.complete(handle.ending(code));
          return null;
        });
    return handle;
  }

  void awaitOutput(Thread pump) throws InterruptedException {
    pump.join();
  }

  LogTarget stderr(LaunchSpec spec) {
    return spec.stderr();
  }

  private Thread pump(InputStream stream, LogTarget target) {
    return inBackground(
        () -> {
          try (stream;
              RollingLog log = log(target)) {
            byte[] buffer = new byte[4096];
            int count;
            while ((count = stream.read(buffer)) >= 0) {
              write(log, buffer, count);
            }
            endOfOutput(log);
          }
          return null;
        });
  }

  RollingLog log(LogTarget target) {
    return new RollingLog(target);
  }

  void write(RollingLog log, byte[] bytes, int count) throws IOException {
    log.append(ByteBuffer.wrap(bytes, 0, count));
  }

  void endOfOutput(RollingLog log) {}

  /** Kills whoever carries the execution's id. */
  void killTree(ExecutionId id) {
    String cookie = SlipwayEnvironment.EXECUTION_ID + "=" + id + "\0";
    for (int empty = 0; empty < 2; empty++) {
      try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
        for (ProcessHandle process : (Iterable<ProcessHandle>) all::iterator) {
          if (carries(process.pid(), cookie) && process.destroyForcibly()) {
            empty = -1;
          }
        }
      }
    }
  }

  private static boolean carries(long pid, String cookie) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1)
          .contains(cookie);
    } catch (IOException | UncheckedIOException gone) {
      return false;
    }
  }

  void ask(Process process, Command command) {
    process.toHandle().destroy();
  }

  Duration grace(Duration asked) {
    return asked;
  }

  StopKind forced(Duration grace) {
    return StopKind.FORCED;
  }

  void stopAfterTheEnd(CompletableFuture<Ending> exit) {}

  ResourceUsage usage() {
    return ResourceUsage.UNKNOWN;
  }

  Ending exited(int code) {
    return new Ending(
        new ExitStatus.Exited(code),
        false,
        Optional.empty(),
        code > 128 ? "or signal " + (code - 128) : "");
  }

  @Override
  public Reattached reattach(ExecutionId id, Path directory) {
    Reattached found = known.putIfAbsent(id, NEVER);
    return found == null ? NEVER : found;
  }

  @Override
  public void close() {}

  interface Task {
    Object run() throws Exception;
  }

  static Thread inBackground(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private final class Handle implements LaunchHandle {
    private final Process process;
    private final LaunchSpec spec;
    private final CompletableFuture<Ending> exit = new CompletableFuture<>();
    private Optional<StopKind> stop = Optional.empty();

    Handle(Process process, LaunchSpec spec) {
      this.process = process;
      this.spec = spec;
    }

    synchronized Ending ending(int code) {
      Ending plain = exited(code);
      ExitStatus status = plain.status();
      return stop.isEmpty() ? plain : new Ending(status, false, stop, "stopped");
    }

    @Override
    public CompletionStage<Ending> exit() {
      return stage(exit);
    }

    @Override
    public void stop(Duration grace) {
      synchronized (this) {
        if (!process.isAlive()) {
          stopAfterTheEnd(exit);
          return;
        }
        if (stop.isEmpty() && !grace.isZero()) {
          stop = Optional.of(StopKind.ASKED);
          ask(process, spec.command());
        }
      }
      inBackground(
          () -> {
            try {
              exit.get(grace(grace).toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
              synchronized (this) {
                stop = Optional.of(forced(grace));
              }
              killTree(spec.executionId());
              process.toHandle().destroyForcibly();
            }
            return null;
          });
    }

    @Override
    public ResourceUsage usage() {
      return PlainLauncher.this.usage();
    }

    @Override
    public OptionalLong processId() {
      return OptionalLong.of(process.pid());
    }
  }

  CompletionStage<Ending> stage(CompletableFuture<Ending> exit) {
    return exit.minimalCompletionStage();
  }
}
