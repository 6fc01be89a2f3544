package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.RecordFile;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.SlipwayEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Launches containers, and finds them again by their names. */
final class DockerLauncher implements Launcher {
  private static final Duration AGAIN = Duration.ofMillis(500);

  /** How long a reattachment waits for the engine before it goes on without an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int PORT_TRIES = 5;

  private final LauncherSettings settings;
  private final DockerSettings docker;
  private final ContainerUser user;
  private final Map<String, RunningContainer> running = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "docker-launcher");
            thread.setDaemon(true);
            return thread;
          });
  private Engine engine;
  private ContainerMaker maker;
  private KeeperProcess keeper;
  private boolean swept;
  private volatile boolean closed;

  private DockerLauncher(LauncherSettings settings, DockerSettings docker, ContainerUser user) {
    this.settings = settings;
    this.docker = docker;
    this.user = user;
  }

  /** A launcher; the engine need not be up yet. */
  static DockerLauncher open(LauncherSettings settings, DockerSettings docker)
      throws LaunchException {
    DockerLauncher launcher =
        new DockerLauncher(
            settings, docker, ContainerUser.of(settings.directory(), docker.users()));
    if (Files.exists(launcher.mark()) && Files.exists(docker.engine())) {
      try {
        launcher.sweep();
      } catch (EngineException e) {
        // It is asked again before it is used; launches until then say what is wrong.
        return launcher;
      }
    }
    return launcher;
  }

  /** A file that is there if this worker has ever had containers. */
  private Path mark() {
    return settings.directory().resolve("used");
  }

  @Override
  public Set<Promise> notPromised() {
    Set<Promise> not = EnumSet.of(Promise.SIGNALS_DISTINGUISHED);
    if (docker.users().isEmpty()) {
      not.add(Promise.OTHER_USER);
    }
    if (!settings.outlivesOwner()) {
      not.add(Promise.OUTLIVES_WORKER);
    }
    return not;
  }

  @Override
  public Set<String> ownVariables() {
    return Set.of("HOSTNAME", SlipwayEnvironment.ADVERTISE, SlipwayEnvironment.LISTEN);
  }

  // ---- launching

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the launch of " + spec.executionId());
    }
    // On a thread of its own: an interrupt in the middle of a request would leave its result
    // unknown.
    AtomicBoolean interrupted = new AtomicBoolean();
    Future<LaunchHandle> launch;
    try {
      launch = threads.submit(() -> launch(spec, directory, interrupted));
    } catch (RejectedExecutionException e) {
      throw new LaunchException("the launcher is closed", e);
    }
    while (true) {
      try {
        LaunchHandle handle = launch.get();
        if (interrupted.get()) {
          Thread.currentThread().interrupt();
        }
        return handle;
      } catch (InterruptedException e) {
        interrupted.set(true);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof InterruptedException) {
          throw new InterruptedException("the launch of " + spec.executionId());
        }
        if (interrupted.get()) {
          Thread.currentThread().interrupt();
        }
        throw new LaunchException(
            e.getCause() instanceof LaunchException
                ? e.getCause().getMessage()
                : "launcher 'docker' failed: " + e.getCause(),
            e.getCause());
      }
    }
  }

  private LaunchHandle launch(LaunchSpec spec, Path directory, AtomicBoolean interrupted)
      throws LaunchException, InterruptedException {
    ContainerOptions options = ContainerOptions.parse(spec.options(), docker);
    if (!Files.isDirectory(spec.workDirectory())) {
      throw new LaunchException(
          "the working directory " + spec.workDirectory() + " does not exist");
    }
    if (!directory.isAbsolute() || !Files.isDirectory(directory.resolve("launcher"))) {
      throw new LaunchException("not an execution directory: " + directory);
    }
    if (options.network() == DockerSettings.Network.BRIDGE) {
      Addresses.checkBridged(spec);
    }
    String account = user.find(spec.user(), spec.workDirectory());
    ContainerFiles files = new ContainerFiles(directory);
    ContainerFiles.Launch launch =
        new ContainerFiles.Launch(
            "slipway-" + settings.owner() + "-" + spec.executionId(), spec.stdout(), spec.stderr());
    try {
      sweep();
      Engine.Image image = maker().image(options, interrupted);
      checkInterrupt(interrupted);
      if (!Files.exists(mark())) {
        RecordFile.write(mark(), Map.of(), true);
      }
      if (!files.createLaunch(launch)) {
        throw new LaunchException(spec.executionId() + " was launched before");
      }
      return launch(spec, directory, options, account, image, files, launch, interrupted);
    } catch (EngineException e) {
      throw new LaunchException(e.getMessage(), e);
    } catch (IOException e) {
      throw new LaunchException("the launch can't be recorded: " + e.getMessage(), e);
    }
  }

  private LaunchHandle launch(
      LaunchSpec spec,
      Path directory,
      ContainerOptions options,
      String account,
      Engine.Image image,
      ContainerFiles files,
      ContainerFiles.Launch launch,
      AtomicBoolean interrupted)
      throws LaunchException, InterruptedException, EngineException, IOException {
    for (int attempt = 1; ; attempt++) {
      Addresses addresses =
          options.network() == DockerSettings.Network.BRIDGE ? Addresses.bridged(spec) : null;
      LaunchSpec own = addresses == null ? spec : spec.withVariables(addresses.variables());
      maker().make(own, options, account, image, launch.container(), addresses);
      boolean started = false;
      boolean answered = true;
      try {
        maker().checkProgram(own, options, image, launch.container());
        keeper().attach(directory, false);
        checkInterrupt(interrupted);
        try {
          engine().start(launch.container());
        } catch (EngineException e) {
          if (!e.isUnanswered()) {
            if (attempt < PORT_TRIES && addresses != null && isTakenPort(e)) {
              continue;
            }
            throw e;
          }
          // It may have been started; whoever watches it finds out.
          answered = false;
        }
        started = true;
        files.writeStarted();
        RunningContainer container =
            new RunningContainer(spec.executionId(), directory, files, launch, this);
        if (!answered) {
          container.startWasNotAnswered();
        }
        running.put(spec.executionId().toString(), container);
        container.watch();
        return container;
      } finally {
        if (!started) {
          removeLater(launch.container());
        }
      }
    }
  }

  private static boolean isTakenPort(EngineException failure) {
    return failure.getMessage().contains("port is already allocated")
        || failure.getMessage().contains("address already in use");
  }

  private static void checkInterrupt(AtomicBoolean interrupted) throws InterruptedException {
    if (interrupted.get()) {
      throw new InterruptedException();
    }
  }

  // ---- finding again

  @Override
  public Reattached reattach(ExecutionId id, Path directory) {
    ContainerFiles files = new ContainerFiles(directory);
    try {
      Optional<Ending> outcome = files.outcome();
      Optional<ContainerFiles.Launch> launch =
          files.ruleOutLaunch() ? Optional.empty() : files.launch();
      if (outcome.isPresent()) {
        launch.ifPresent(known -> removeLater(known.container()));
        return new Reattached.Ended(outcome.get());
      }
      if (launch.isEmpty()) {
        return new Reattached.NeverStarted();
      }
      return reattach(id, directory, files, launch.get());
    } catch (IOException e) {
      return new Reattached.Unknown("its record can't be read: " + e.getMessage());
    }
  }

  private Reattached reattach(
      ExecutionId id, Path directory, ContainerFiles files, ContainerFiles.Launch launch)
      throws IOException {
    RunningContainer container = new RunningContainer(id, directory, files, launch, this);
    Optional<Engine.State> found;
    boolean neverStarted;
    try {
      found = patiently(launch.container());
      neverStarted =
          isOwn(found, id)
              && found.orElseThrow().isCreated()
              && !files.wasStarted()
              && engine().removeUnlessRunning(launch.container());
      if (!neverStarted && found.isPresent() && found.get().isCreated()) {
        // The dead worker had asked for its start.
        found = patiently(launch.container());
      }
    } catch (EngineException e) {
      // It runs, or has ended, or never began: that is told when the engine is back.
      running.put(id.toString(), container);
      resumeStop(container);
      container.watch();
      return new Reattached.Running(container);
    }
    if (neverStarted) {
      return new Reattached.NeverStarted();
    }
    if (!isOwn(found, id)) {
      found = Optional.empty();
    }
    if (found.isEmpty()) {
      return files.wasStarted()
          ? new Reattached.Unknown(
              "its container " + launch.container() + " was removed, though not by its worker")
          : new Reattached.NeverStarted();
    }
    if (found.get().isCreated()) {
      removeLater(launch.container());
      return new Reattached.Unknown(RunningContainer.MAY_HAVE_RUN);
    }
    files.writeStarted();
    if (found.get().hasEnded()) {
      return new Reattached.Ended(container.finish(found));
    }
    running.put(id.toString(), container);
    inBackground(() -> haveCopied(container));
    resumeStop(container);
    container.watch();
    return new Reattached.Running(container);
  }

  private boolean isOwn(Optional<Engine.State> container, ExecutionId id) {
    return container.isPresent()
        && container.get().owner().equals(settings.owner())
        && container.get().execution().equals(id.toString());
  }

  private Optional<Engine.State> patiently(String container) throws EngineException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        sweep();
        return engine().state(container);
      } catch (EngineException e) {
        if (!e.isUnanswered() || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
  }

  private void resumeStop(RunningContainer container) throws IOException {
    if (container.files().stop().isPresent()) {
      carryOutStop(container);
    }
  }

  /** Removes, once, what this worker's containers have no execution directory for any more. */
  private synchronized void sweep() throws EngineException {
    if (swept) {
      return;
    }
    for (Map.Entry<String, String> container : engine().containersOf(settings.owner()).entrySet()) {
      if (!isWanted(container.getValue())) {
        engine().remove(container.getKey());
      }
    }
    swept = true;
  }

  private boolean isWanted(String execution) {
    try {
      Path directory = settings.executions().resolve(ExecutionId.parse(execution).toString());
      return Files.isDirectory(directory) && new ContainerFiles(directory).outcome().isEmpty();
    } catch (IOException e) {
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  // ---- what containers need

  /** Made when it is first needed: its library takes 30 MB, which other workers do without. */
  synchronized Engine engine() {
    if (engine == null) {
      if (closed) {
        throw new IllegalStateException("the launcher is closed");
      }
      engine = new Engine(docker.engine());
      maker = new ContainerMaker(engine, settings.owner(), this::removeLater);
    }
    return engine;
  }

  private synchronized ContainerMaker maker() {
    engine();
    return maker;
  }

  private synchronized KeeperProcess keeper() throws LaunchException {
    if (closed) {
      throw new LaunchException("the launcher is closed");
    }
    if (keeper == null || !keeper.isAlive()) {
      try {
        keeper =
            KeeperProcess.start(
                docker.engine(),
                settings.outlivesOwner(),
                settings.directory().resolve("keeper.log"),
                this::keeperEnded);
      } catch (IOException e) {
        throw new LaunchException("no process that keeps containers can be started: " + e, e);
      }
    }
    return keeper;
  }

  /** Another one goes on with what it did. */
  private void keeperEnded() {
    if (closed) {
      return;
    }
    for (RunningContainer container : running.values()) {
      inBackground(
          () -> {
            haveCopied(container);
            try {
              resumeStop(container);
            } catch (IOException e) {
              // What can't be read was not recorded.
              return;
            }
          });
    }
  }

  /** Sees to it that somebody copies a container's output. */
  private void haveCopied(RunningContainer container) {
    try {
      if (!container.files().isOutputComplete() && !container.files().hasCopier()) {
        keeper().attach(container.directory(), true);
      }
    } catch (IOException | LaunchException e) {
      // Its outcome says that output may be missing.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has a stop carried out that is on record. */
  void carryOutStop(RunningContainer container) throws IOException {
    try {
      keeper().stop(container.directory());
    } catch (IOException | LaunchException e) {
      if (!closed) {
        inBackground(
            () -> {
              LockSupport.parkNanos(AGAIN.toNanos());
              try {
                keeper().stop(container.directory());
              } catch (IOException | LaunchException again) {
                // Then the stop is carried out by the next keeper, which looks for it.
                return;
              }
            });
      }
    }
  }

  /** Removes a container, as soon as the engine answers. */
  void removeLater(String container) {
    try {
      engine().remove(container);
    } catch (EngineException e) {
      inBackground(
          () -> {
            while (!closed) {
              LockSupport.parkNanos(AGAIN.toNanos());
              try {
                engine().remove(container);
                return;
              } catch (EngineException again) {
                // Until it answers.
                continue;
              }
            }
          });
    }
  }

  void forget(RunningContainer container) {
    running.remove(container.id().toString(), container);
  }

  void inBackground(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      // The launcher was closed.
      return;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (keeper != null) {
        keeper.close();
      }
    }
    running.values().forEach(RunningContainer::letGo);
    threads.shutdown();
    synchronized (this) {
      if (engine != null) {
        engine.close();
      }
    }
  }
}
