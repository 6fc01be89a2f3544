package io.slipway.launcher.testing;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Mount;
import io.slipway.model.ApplicationId;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Directories, a launcher and executions to try it with, as a worker would make them. Closing it
 * stops what was launched, closes the launcher and removes the directories.
 */
public final class ContractBed implements AutoCloseable {
  /**
   * How long a test waits for what must happen: a minute, or the seconds of the system property
   * {@code launcher.contract.patience}.
   */
  public static final Duration PATIENCE =
      Duration.ofSeconds(Long.getLong("launcher.contract.patience", 60));

  private static final Duration PATIENCE_AT_END = Duration.ofSeconds(2);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long MEMORY = 512L << 20;

  private final LauncherProvider provider;
  private final Path root;
  private final SortedMap<String, String> settings;
  private final SortedMap<String, String> options;
  // Launchers know what is theirs by its id, and another bed may be in use on this machine.
  private final ApplicationId application =
      new ApplicationId("app-20261122-" + (10_000 + new SecureRandom().nextInt(900_000_000)));
  private final AtomicInteger numbers = new AtomicInteger();
  private final List<LaunchHandle> handles = new ArrayList<>();
  private Launcher launcher;
  private boolean closed;

  /**
   * A bed with a launcher.
   *
   * @param provider makes the launcher
   * @param settings of the launcher
   * @param options of every launch
   */
  public ContractBed(
      LauncherProvider provider,
      SortedMap<String, String> settings,
      SortedMap<String, String> options)
      throws Exception {
    this.provider = provider;
    this.settings = settings;
    this.options = options;
    this.root = Files.createTempDirectory("launcher-contract-").toRealPath();
    makePrivate(root.resolve("launcher"));
    Files.createDirectory(root.resolve("executions"));
    Files.createDirectory(root.resolve("outside"));
    this.launcher = create(true);
  }

  /** Another launcher object with the same settings. */
  public Launcher create(boolean outlivesOwner) throws Exception {
    return provider.create(settings(root, outlivesOwner, settings));
  }

  static LauncherSettings settings(
      Path root, boolean outlivesOwner, SortedMap<String, String> settings) {
    return new LauncherSettings(
        root.getFileName().toString(),
        root.resolve("launcher"),
        root.resolve("executions"),
        outlivesOwner,
        settings);
  }

  /** The owner's id that the launcher is given, which no other bed has. */
  public String owner() {
    return root.getFileName().toString();
  }

  /** The launcher. */
  public Launcher launcher() {
    return launcher;
  }

  /** A directory that nothing sees unless it is mounted. */
  public Path outside() {
    return root.resolve("outside");
  }

  /** Lets any user come to the working directory of an execution, and write there. */
  void openToOthers(Execution execution) throws IOException {
    for (Path on : List.of(root, root.resolve("executions"), execution.directory())) {
      Files.setPosixFilePermissions(on, PosixFilePermissions.fromString("rwx--x--x"));
    }
    Files.setPosixFilePermissions(execution.work(), PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /**
   * Starts a process that launches executions with a launcher of its own, one after the other, as a
   * worker would; see {@link ContractWorker}. The launcher of this bed is closed before, and made
   * again with {@link #restart}.
   */
  Process startWorker(boolean outlivesOwner, String script, List<Execution> executions)
      throws Exception {
    closeLauncher();
    List<String> line = new ArrayList<>();
    line.add(System.getProperty("java.home") + "/bin/java");
    line.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp"));
    line.add(System.getProperty("java.class.path"));
    line.add(ContractWorker.class.getName());
    line.addAll(
        List.of(provider.getClass().getName(), root.toString(), String.valueOf(outlivesOwner)));
    line.add(ContractWorker.encode(settings));
    line.add(ContractWorker.encode(options));
    line.add(script);
    executions.forEach(execution -> line.add(execution.id().toString()));
    return new ProcessBuilder(line).inheritIO().start();
  }

  /** The directory of the launcher's own files. */
  public Path launcherDirectory() {
    return root.resolve("launcher");
  }

  /** Closes the launcher, as if the worker had ended. */
  void closeLauncher() {
    closed = true;
    launcher.close();
    synchronized (handles) {
      // Of a closed launcher: they tell nothing any more.
      handles.clear();
    }
  }

  /** Closes the launcher and makes another, as if the worker had been restarted. */
  public void restart() throws Exception {
    closeLauncher();
    launcher = create(true);
    closed = false;
  }

  /** Makes another launcher where a test has left none. */
  void restartIfClosed() throws Exception {
    if (closed) {
      restart();
    }
  }

  /** An execution that is ready to be launched. */
  public Execution execution() {
    ExecutionId id = application.executor(numbers.incrementAndGet());
    return prepare(id, root.resolve("executions").resolve(id.toString()));
  }

  private static Execution prepare(ExecutionId id, Path directory) {
    try {
      makePrivate(directory);
      makePrivate(directory.resolve("launcher"));
      Files.createDirectory(directory.resolve("logs"));
      Files.createDirectory(directory.resolve("work"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Execution(id, directory);
  }

  private static void makePrivate(Path directory) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * One execution directory.
   *
   * @param id whose
   * @param directory absolute
   */
  public record Execution(ExecutionId id, Path directory) {
    /** The working directory. */
    public Path work() {
      return directory.resolve("work");
    }

    /** The FIFO from which a program at its gate reads; see {@link #makeGate}. */
    public Path gate() {
      return file("gate");
    }

    /** The FIFO that a program at its gate, and all that it starts, has open; nobody reads it. */
    public Path alive() {
      return file("alive");
    }

    /** A file in the working directory. */
    public Path file(String name) {
      return work().resolve(name);
    }

    /** The log of standard output. */
    public Path stdout() {
      return directory.resolve("logs/stdout");
    }

    /** The log of standard error. */
    public Path stderr() {
      return directory.resolve("logs/stderr");
    }

    /** The environment that a worker would give, in short. */
    public SortedMap<String, String> environment() {
      SortedMap<String, String> environment = new TreeMap<>();
      environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      environment.put("HOME", work().toString());
      environment.put("LANG", "C.UTF-8");
      environment.put(SlipwayEnvironment.EXECUTION_ID, id.toString());
      return environment;
    }
  }

  /** What runs a command in an execution, everything else being as usual. */
  public LaunchSpec spec(Execution execution, Command command) {
    return spec(execution, command, options);
  }

  static LaunchSpec spec(Execution execution, Command command, SortedMap<String, String> options) {
    List<Mount> mounts =
        command instanceof Command.Jvm jvm
            ? jvm.classPath().stream().map(entry -> new Mount(entry, true)).toList()
            : List.of();
    return new LaunchSpec(
        execution.id(),
        command,
        execution.environment(),
        execution.work(),
        new Resources(1, MEMORY),
        Optional.empty(),
        new TreeMap<>(),
        mounts,
        options,
        new LogTarget(execution.stdout(), 64L << 20, 3),
        new LogTarget(execution.stderr(), 64L << 20, 3));
  }

  /** Launches; what is launched so is stopped at the end of the test. */
  public LaunchHandle launch(Execution execution, LaunchSpec spec) throws Exception {
    return stopLater(launcher.launch(spec, execution.directory()));
  }

  /** Launches with everything but the command as usual. */
  public LaunchHandle launch(Execution execution, Command command) throws Exception {
    return launch(execution, spec(execution, command));
  }

  /** Has what runs stopped at the end of the test. */
  public LaunchHandle stopLater(LaunchHandle handle) {
    synchronized (handles) {
      handles.add(handle);
    }
    return handle;
  }

  /** {@link ContractProgram} in a JVM. */
  public static Command.Jvm java(String... arguments) {
    Path code;
    try {
      code =
          Path.of(
              ContractProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return new Command.Jvm(
        ContractProgram.class.getName(),
        List.of(code),
        List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        Arrays.asList(arguments));
  }

  /** A script of the shell. */
  public static Command shell(String script) {
    return new Command.Program(List.of("/bin/sh", "-c", script));
  }

  /** Waits for the end. */
  public static Ending await(LaunchHandle handle) throws Exception {
    try {
      return handle.exit().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("exit() did not complete within " + PATIENCE);
    } catch (ExecutionException e) {
      throw new AssertionError("exit() completed exceptionally, which it never may", e);
    }
  }

  /** Makes the gate of an execution: two FIFOs, which its program opens for reading and writing. */
  public static void makeGate(Execution execution) throws Exception {
    Process maker =
        new ProcessBuilder(
                "mkfifo", "-m", "666", execution.gate().toString(), execution.alive().toString())
            .inheritIO()
            .start();
    if (maker.waitFor() != 0) {
      throw new IllegalStateException("no FIFO can be made in " + execution.work());
    }
  }

  /** Lets what waits at its gate go on; it has the gate open already. */
  public static void release(Execution execution) {
    try (FileChannel writer =
        FileChannel.open(execution.gate(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      writer.write(ByteBuffer.wrap(new byte[] {'\n'}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a file is there. */
  public static void awaitFile(Path file) {
    await(() -> Files.exists(file), file + " did not appear");
  }

  /** Waits until a file has so many lines. */
  public static void awaitLines(Path file, int lines) {
    await(
        () -> {
          try (Stream<String> all = Files.lines(file)) {
            return all.count() >= lines;
          } catch (IOException notYet) {
            return false;
          }
        },
        file + " did not get " + lines + " lines");
  }

  /** Waits until something holds. */
  public static void await(BooleanSupplier condition, String otherwise) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(otherwise + " within " + PATIENCE);
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /**
   * Checks that no process has a FIFO open for writing: whoever inherited it is gone.
   *
   * @param patience how long the last of them may take
   */
  public static boolean isAbandoned(Path fifo, Duration patience) throws Exception {
    FileChannel reader;
    try (FileChannel writer =
        FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // With a writer there, the opening for reading does not wait for one.
      reader = FileChannel.open(fifo, StandardOpenOption.READ);
    }
    try (reader) {
      CompletableFuture<Boolean> end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return reader.read(ByteBuffer.allocate(1)) < 0;
                } catch (IOException closed) {
                  return false;
                }
              });
      return end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Stops what the test has launched. */
  public void stopAll() throws Exception {
    List<LaunchHandle> left;
    synchronized (handles) {
      left = List.copyOf(handles);
      handles.clear();
    }
    for (LaunchHandle handle : left) {
      if (!handle.exit().toCompletableFuture().isDone()) {
        handle.stop(Duration.ZERO);
      }
    }
    for (LaunchHandle handle : left) {
      try {
        handle.exit().toCompletableFuture().get(PATIENCE_AT_END.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        // A test that checks this has failed, or the launcher was closed.
        return;
      }
    }
  }

  @Override
  public void close() throws Exception {
    stopAll();
    launcher.close();
    await(this::isRemoved, root + " can't be removed");
  }

  private boolean isRemoved() {
    try {
      List<Path> all;
      try (Stream<Path> entries = Files.walk(root)) {
        all = entries.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : all) {
        Files.deleteIfExists(path);
      }
      return true;
    } catch (IOException | UncheckedIOException stillInUse) {
      return !Files.exists(root);
    }
  }
}
