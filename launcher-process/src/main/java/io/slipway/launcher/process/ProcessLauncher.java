package io.slipway.launcher.process;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Launches local processes through a keeper, and finds them again with their keepers. */
final class ProcessLauncher implements Launcher {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String java;
  private final Optional<ClassArchives> archives;
  private final boolean outlivesOwner;
  private final Keepers keepers;
  private final Map<String, SupervisedProcess> processes = new ConcurrentHashMap<>();

  private ProcessLauncher(
      LauncherSettings settings, String java, Optional<Path> archives, boolean withGroups)
      throws IOException {
    this.java = java;
    this.archives =
        archives.isPresent()
            ? Optional.of(new ClassArchives(archives.get(), java))
            : Optional.empty();
    this.outlivesOwner = settings.outlivesOwner();
    this.keepers =
        new Keepers(
            Files.createDirectories(settings.directory().resolve("keepers")),
            outlivesOwner,
            withGroups,
            this::ended,
            this::keeperLost);
  }

  /** A launcher whose keeper is starting. */
  static ProcessLauncher open(
      LauncherSettings settings, String java, Optional<Path> archives, boolean withGroups)
      throws LaunchException {
    try {
      ProcessLauncher launcher = new ProcessLauncher(settings, java, archives, withGroups);
      launcher.keepers.removeDead();
      launcher.keepers.startNext();
      return launcher;
    } catch (IOException | UncheckedIOException e) {
      throw new LaunchException("no supervisor can be started: " + e.getMessage(), e);
    }
  }

  @Override
  public Set<Promise> notPromised() {
    Set<Promise> not =
        EnumSet.of(Promise.RESOURCE_LIMITS, Promise.OTHER_USER, Promise.READ_ONLY_MOUNTS);
    if (!keepers.haveGroups()) {
      not.add(Promise.WHOLE_TREE);
    }
    if (!outlivesOwner) {
      not.add(Promise.OUTLIVES_WORKER);
    }
    return not;
  }

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    check(spec, directory);
    List<String> arguments = arguments(spec.command());
    String program = ProgramSearch.find(arguments.get(0), spec.environment(), spec.workDirectory());
    KeeperLink keeper = keepers.current();
    SupervisedProcess process = new SupervisedProcess(spec.executionId(), directory);
    if (processes.putIfAbsent(spec.executionId().toString(), process) != null) {
      throw new LaunchException(spec.executionId() + " runs already");
    }
    boolean running = false;
    try {
      launch(keeper, spec, program, arguments, process);
      running = true;
      return process;
    } finally {
      if (!running) {
        processes.remove(spec.executionId().toString(), process);
      }
    }
  }

  private void launch(
      KeeperLink keeper,
      LaunchSpec spec,
      String program,
      List<String> arguments,
      SupervisedProcess process)
      throws LaunchException, InterruptedException {
    KeeperLink.Request request =
        keeper.request(
            number ->
                new Message.Launch(
                    number,
                    spec.executionId().toString(),
                    process.directory(),
                    program,
                    arguments,
                    spec.environment(),
                    spec.workDirectory(),
                    spec.stdout(),
                    spec.stderr()));
    boolean interrupted = false;
    Message reply = null;
    while (reply == null) {
      try {
        reply = request.reply().get();
      } catch (InterruptedException e) {
        // Either the keeper can still keep it from starting, or it runs and there is a handle.
        interrupted = true;
        keeper.tell(new Message.Cancel(request.number()));
      } catch (ExecutionException keeperGone) {
        resolve(process, interrupted);
        return;
      }
    }
    if (reply instanceof Message.Running running) {
      process.runs(keeper, running.pid());
      if (keeper.isLost()) {
        // Who looks after its processes may have gone by before this was known to be one of them.
        resolve(process, interrupted);
      } else if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    if (interrupted) {
      throw new InterruptedException("the launch of " + spec.executionId());
    }
    throw new LaunchException(
        reply instanceof Message.Refused refused ? refused.reason() : "answered with " + reply);
  }

  /** The keeper died while it launched: the next one knows, or finds out, whether it had. */
  private void resolve(SupervisedProcess process, boolean interrupted)
      throws LaunchException, InterruptedException {
    Reattached found = reattach(process);
    if (found instanceof Reattached.NeverStarted) {
      if (interrupted) {
        throw new InterruptedException("the launch of " + process.id());
      }
      throw new LaunchException("the supervisor died before it had launched " + process.id());
    }
    if (found instanceof Reattached.Ended ended) {
      processes.remove(process.id().toString(), process);
      process.ended(ended.ending());
    } else if (found instanceof Reattached.Unknown unknown) {
      processes.remove(process.id().toString(), process);
      process.ended(Ending.lost(unknown.reason()));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void check(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the launch of " + spec.executionId());
    }
    if (!spec.options().isEmpty()) {
      throw new LaunchException(
          "launcher '"
              + ProcessLauncherProvider.NAME
              + "' has no option '"
              + spec.options().firstKey()
              + "'");
    }
    String self = System.getProperty("user.name");
    if (spec.user().isPresent() && !spec.user().get().equals(self)) {
      throw new LaunchException(
          "launcher '"
              + ProcessLauncherProvider.NAME
              + "' can't run a process as '"
              + spec.user().get()
              + "', only as '"
              + self
              + "'");
    }
    if (!Files.isDirectory(spec.workDirectory())) {
      throw new LaunchException(
          "the working directory " + spec.workDirectory() + " does not exist");
    }
    if (!directory.isAbsolute() || !Files.isDirectory(directory.resolve("launcher"))) {
      throw new LaunchException("not an execution directory: " + directory);
    }
    for (Map.Entry<String, String> variable : spec.environment().entrySet()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new LaunchException("not a name of an environment variable: '" + name + "'");
      }
      if (variable.getValue().indexOf('\0') >= 0) {
        throw new LaunchException("the environment variable " + name + " holds a zero byte");
      }
    }
  }

  private List<String> arguments(Command command) throws LaunchException {
    List<String> arguments =
        command instanceof Command.Jvm jvm
            ? withArchive(jvm).commandLine(java)
            : ((Command.Program) command).arguments();
    if (arguments.isEmpty()) {
      throw new LaunchException("the command is empty");
    }
    for (String argument : arguments) {
      if (argument.indexOf('\0') >= 0) {
        throw new LaunchException("an argument holds a zero byte");
      }
    }
    return arguments;
  }

  private Command.Jvm withArchive(Command.Jvm jvm) {
    List<String> options = new ArrayList<>();
    archives.ifPresent(known -> options.addAll(known.options(jvm.classPath(), jvm.options())));
    options.addAll(jvm.options());
    return new Command.Jvm(jvm.mainClass(), jvm.classPath(), options, jvm.arguments());
  }

  @Override
  public Reattached reattach(ExecutionId id, Path directory) {
    SupervisedProcess process = new SupervisedProcess(id, directory);
    if (processes.putIfAbsent(id.toString(), process) != null) {
      throw new IllegalStateException(id + " is attached already");
    }
    Reattached found = null;
    try {
      found = reattach(process);
      return found;
    } finally {
      if (!(found instanceof Reattached.Running)) {
        processes.remove(id.toString(), process);
        process.letGo();
      }
    }
  }

  private Reattached reattach(SupervisedProcess process) {
    try {
      return settle(process);
    } catch (LaunchException e) {
      return unknown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Reattached.Unknown("interrupted while it was being looked for");
    }
  }

  private static Reattached unknown(Exception cause) {
    return new Reattached.Unknown("what became of it can't be found out: " + cause.getMessage());
  }

  /**
   * Finds out what became of a launch.
   *
   * @throws LaunchException if that takes a keeper, and none can be started
   */
  private Reattached settle(SupervisedProcess process)
      throws LaunchException, InterruptedException {
    ExecutionFiles files = new ExecutionFiles(process.directory());
    try {
      // Most are answered from disk; what isn't settled there a keeper must say.
      if (files.ruleOut()) {
        return new Reattached.NeverStarted();
      }
      Optional<Ending> outcome = files.outcome();
      if (outcome.isPresent()) {
        return ended(outcome.get());
      }
      ExecutionFiles.Launch launch = files.launch().orElseThrow();
      if (launch.keeper().isEmpty()) {
        return new Reattached.NeverStarted();
      }
      if (!launch.bootId().equals(BootClock.bootId())) {
        return new Reattached.Unknown("the machine was restarted");
      }
      return attach(process, launch.keeper());
    } catch (IOException e) {
      return unknown(e);
    }
  }

  private Reattached attach(SupervisedProcess process, String keeperId)
      throws IOException, LaunchException, InterruptedException {
    String owner = keeperId;
    while (true) {
      Optional<KeeperLink> living = keepers.find(owner);
      KeeperLink keeper = living.isPresent() ? living.get() : keepers.current();
      Message reply;
      try {
        reply =
            keeper
                .request(
                    number ->
                        new Message.Attach(number, process.id().toString(), process.directory()))
                .reply()
                .get();
      } catch (ExecutionException keeperGone) {
        keepers.awaitGone(keeper);
        continue;
      }
      if (reply instanceof Message.Running running) {
        process.runs(keeper, running.pid());
        if (keeper.isLost()) {
          // As in a launch.
          keepers.awaitGone(keeper);
          continue;
        }
        return new Reattached.Running(process);
      }
      keepers.releaseIfUnused(keeper, processes.values());
      if (reply instanceof Message.Ended ended) {
        return ended(ended.ending());
      } else if (reply instanceof Message.Refused) {
        return new Reattached.NeverStarted();
      } else if (reply instanceof Message.Elsewhere elsewhere) {
        owner = elsewhere.keeper();
      } else {
        throw new IOException("the supervisor answered with " + reply);
      }
    }
  }

  private static Reattached ended(Ending ending) {
    if (ending.status() instanceof ExitStatus.NotStarted) {
      return new Reattached.NeverStarted();
    }
    if (ending.status() instanceof ExitStatus.Lost lost) {
      return new Reattached.Unknown(lost.reason());
    }
    return new Reattached.Ended(ending);
  }

  private void ended(Message.Ended ended) {
    SupervisedProcess process = processes.remove(ended.id());
    if (process != null) {
      process.ended(ended.ending());
      process.link().ifPresent(link -> keepers.releaseIfUnused(link, processes.values()));
    }
  }

  /** A keeper has died: the next one looks after what it kept. */
  private void keeperLost(KeeperLink lost) {
    for (SupervisedProcess process : processes.values()) {
      if (process.link().filter(link -> link == lost).isEmpty()) {
        continue;
      }
      Reattached found = settlePatiently(process);
      Optional<Ending> ending = Optional.empty();
      if (found instanceof Reattached.Ended ended) {
        ending = Optional.of(ended.ending());
      } else if (found instanceof Reattached.Unknown unknown) {
        ending = Optional.of(Ending.lost(unknown.reason()));
      } else if (found instanceof Reattached.NeverStarted) {
        ending = Optional.of(Ending.lost("its records are gone"));
      }
      if (ending.isPresent() && !keepers.isClosed()) {
        processes.remove(process.id().toString(), process);
        process.ended(ending.get());
      }
    }
  }

  /** As long as no keeper can be started, programs that run are not given up. */
  private Reattached settlePatiently(SupervisedProcess process) {
    while (true) {
      try {
        return settle(process);
      } catch (LaunchException | IllegalStateException e) {
        if (keepers.isClosed()) {
          return unknown(e);
        }
        LockSupport.parkNanos(RETRY_NANOS);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }
  }

  @Override
  public void close() {
    boolean idle = processes.isEmpty();
    archives.ifPresent(ClassArchives::close);
    keepers.close(idle);
    processes.values().forEach(SupervisedProcess::letGo);
    processes.clear();
  }
}
