package io.slipway.launcher.process;

import io.slipway.launcher.LogTarget;
import io.slipway.launcher.RollingLog;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The parent of all executions of one launcher: starts programs, waits for them, carries their
 * output, carries out stops, and writes down how they ended, whether the launcher lives or not.
 */
final class Keeper {
  /** How long a program may take to end after the owner of a client's keeper has died. */
  static final Duration ORPHAN_GRACE = Duration.ofSeconds(10);

  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(60);

  private final KeeperHome home;
  private final boolean outlivesOwner;
  private final Optional<Path> groups;
  private final Spawner spawner;
  private final String bootId = BootClock.bootId();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Keeper::daemon);

  // Guards what follows; held over a spawn, so that whoever reaps a child knows it.
  private final Object lock = new Object();
  private final Map<String, Execution> executions = new HashMap<>();
  private final Map<Integer, Execution> children = new HashMap<>();
  private final Set<String> arriving = new HashSet<>();
  private final Set<Connection> connections = new HashSet<>();
  private final Set<Cancellation> cancelled = new HashSet<>();
  private boolean wasConnected;

  private record Cancellation(Connection connection, long request) {}

  Keeper(KeeperHome home, boolean outlivesOwner, Optional<Path> groups) {
    this.home = home;
    this.outlivesOwner = outlivesOwner;
    this.groups = groups;
    this.spawner = new Spawner(groups.flatMap(base -> ControlGroup.own()));
  }

  /** Serves for ever; {@link #endIfIdle} ends the process. */
  void serve(ServerSocketChannel server) throws IOException {
    start("reaper", orDie(this::reapChildren));
    timer.schedule(this::endIfNeverConnected, FIRST_CONNECTION.toSeconds(), TimeUnit.SECONDS);
    while (true) {
      Connection connection = new Connection(server.accept());
      synchronized (lock) {
        wasConnected = true;
        connections.add(connection);
      }
      start("connection", orDie(() -> receive(connection)));
    }
  }

  private void receive(Connection connection) {
    try {
      connection.greet();
      while (true) {
        Message message = connection.receive();
        if (message instanceof Message.Launch launch) {
          inBackground("launch " + launch.id(), () -> launch(connection, launch));
        } else if (message instanceof Message.Cancel cancel) {
          synchronized (lock) {
            cancelled.add(new Cancellation(connection, cancel.request()));
          }
        } else if (message instanceof Message.Attach attach) {
          inBackground("attach " + attach.id(), () -> attach(connection, attach));
        } else if (message instanceof Message.Stop stop) {
          find(stop.id()).ifPresent(execution -> obeyStop(execution, stop.deadlineMillis()));
        } else if (message instanceof Message.Usage usage) {
          inBackground("usage " + usage.id(), () -> connection.send(usage(usage)));
        }
      }
    } catch (IOException gone) {
      connection.close();
      disconnected(connection);
    }
  }

  private void disconnected(Connection connection) {
    List<Execution> running;
    boolean ownerGone;
    synchronized (lock) {
      connections.remove(connection);
      cancelled.removeIf(cancellation -> cancellation.connection() == connection);
      running = List.copyOf(executions.values());
      ownerGone = connections.isEmpty() && !outlivesOwner;
    }
    for (Execution execution : running) {
      try {
        if (ownerGone) {
          execution.files().writeStop(BootClock.millisAfter(ORPHAN_GRACE));
        }
      } catch (IOException e) {
        log(execution.id() + ": the stop can't be written: " + e);
        execution.stop(BootClock.millisAfter(ORPHAN_GRACE));
      }
      // The launcher may have died between writing a stop and telling it.
      obeyStop(execution);
    }
    endIfIdle();
  }

  private void obeyStop(Execution execution) {
    try {
      OptionalLong deadline = execution.files().stop();
      if (deadline.isPresent()) {
        execution.stop(deadline.getAsLong());
      }
    } catch (IOException e) {
      log(execution.id() + ": the stop can't be read: " + e);
    }
  }

  private void obeyStop(Execution execution, OptionalLong told) {
    obeyStop(execution);
    told.ifPresent(execution::stop);
  }

  private Optional<Execution> find(String id) {
    synchronized (lock) {
      return Optional.ofNullable(executions.get(id));
    }
  }

  // ---- launch

  private void launch(Connection connection, Message.Launch launch) {
    synchronized (lock) {
      if (!arriving.add(launch.id())) {
        connection.send(
            new Message.Refused(launch.request(), launch.id() + " is being launched already"));
        return;
      }
    }
    Message reply;
    try {
      reply = start(connection, launch);
    } catch (IOException | RuntimeException e) {
      log("launch " + launch.id() + ": " + e);
      reply = new Message.Refused(launch.request(), "it could not be launched: " + e);
    } finally {
      synchronized (lock) {
        arriving.remove(launch.id());
        cancelled.remove(new Cancellation(connection, launch.request()));
        lock.notifyAll();
      }
    }
    connection.send(reply);
    // The owner of a client's keeper may have died meanwhile.
    if (!isServed()) {
      disconnected(connection);
    }
  }

  private boolean isServed() {
    synchronized (lock) {
      return !connections.isEmpty();
    }
  }

  private Message start(Connection connection, Message.Launch launch) throws IOException {
    ExecutionFiles files = new ExecutionFiles(launch.directory());
    Optional<Path> groupPath = groups.map(base -> base.resolve(launch.id()));
    if (!files.createLaunch(
        new ExecutionFiles.Launch(
            home.id(), bootId, groupPath, launch.stdout(), launch.stderr()))) {
      return new Message.Refused(
          launch.request(), launch.id() + " has been launched, or ruled out, before");
    }
    List<OutputPump> pumps = new ArrayList<>();
    Optional<ControlGroup> group = groupPath.map(ControlGroup::new);
    String refusal;
    try {
      if (group.isPresent()) {
        group.get().make();
      }
      for (String stream : List.of("stdout", "stderr")) {
        makeFifo(files.fifo(stream));
      }
      openPumps(launch.id(), files, launch.stdout(), launch.stderr(), pumps);
      Spawner.Program program =
          new Spawner.Program(
              launch.program(),
              launch.arguments(),
              launch.environment(),
              launch.workDirectory(),
              files.fifo("stdout"),
              files.fifo("stderr"));
      synchronized (lock) {
        if (!cancelled.contains(new Cancellation(connection, launch.request()))) {
          int pid = spawner.spawn(program, group);
          Execution execution = started(launch.id(), files, pid, group, pumps);
          children.put(pid, execution);
          executions.put(launch.id(), execution);
          lock.notifyAll();
          return new Message.Running(launch.request(), pid);
        }
      }
      refusal = "it was interrupted";
    } catch (Spawner.SpawnException e) {
      refusal = e.getMessage();
    } catch (IOException e) {
      refusal = "it could not be launched: " + e;
    }
    pumps.forEach(OutputPump::abandon);
    files.deleteFifos();
    group.ifPresent(ControlGroup::remove);
    files.writeOutcome(Ending.notStarted(refusal));
    return new Message.Refused(launch.request(), refusal);
  }

  private Execution started(
      String id,
      ExecutionFiles files,
      int pid,
      Optional<ControlGroup> group,
      List<OutputPump> pumps)
      throws IOException {
    long startTicks = ProcessStat.of(pid).map(ProcessStat::startTicks).orElse(0L);
    ExecutionFiles.Started process = new ExecutionFiles.Started(pid, startTicks);
    try {
      files.writeStarted(process);
    } catch (IOException e) {
      // It runs; a keeper that comes after this one will have to say that it is lost.
      log(id + ": the start can't be written: " + e);
    }
    pumps.forEach(OutputPump::start);
    return new Execution(id, files, process, tree(id, files, pid, group), pumps, timer);
  }

  private ProcessTree tree(String id, ExecutionFiles files, int pid, Optional<ControlGroup> group) {
    if (group.isPresent()) {
      return group.get();
    }
    return new ScannedTree(
        id, pid, List.of(files.fifo("stdout"), files.fifo("stderr")), this::runsOneAtMost);
  }

  private boolean runsOneAtMost() {
    synchronized (lock) {
      return executions.size() <= 1 && arriving.isEmpty();
    }
  }

  private static void makeFifo(Path fifo) throws IOException {
    if (Libc.mkfifo(fifo.toString(), 0600) != 0) {
      throw new IOException("the FIFO " + fifo + " can't be made");
    }
  }

  private static void openPumps(
      String id, ExecutionFiles files, LogTarget stdout, LogTarget stderr, List<OutputPump> pumps)
      throws IOException {
    pumps.add(new OutputPump(id + " stdout", files.fifo("stdout"), new RollingLog(stdout)));
    pumps.add(new OutputPump(id + " stderr", files.fifo("stderr"), new RollingLog(stderr)));
  }

  // ---- attach

  private void attach(Connection connection, Message.Attach attach) {
    Message reply;
    try {
      reply = find(attach);
    } catch (IOException | RuntimeException e) {
      log("attach " + attach.id() + ": " + e);
      reply =
          new Message.Ended(
              attach.request(), attach.id(), Ending.lost("its records can't be read: " + e));
    }
    connection.send(reply);
    endIfIdle();
  }

  private Message find(Message.Attach attach) throws IOException {
    String id = attach.id();
    ExecutionFiles files = new ExecutionFiles(attach.directory());
    synchronized (lock) {
      awaitArrival(id);
      Execution known = executions.get(id);
      if (known != null) {
        return new Message.Running(attach.request(), known.process().pid());
      }
      arriving.add(id);
    }
    try {
      files.ruleOut();
      Optional<Ending> outcome = files.outcome();
      if (outcome.isPresent()) {
        return ended(attach, outcome.get());
      }
      ExecutionFiles.Launch launch = files.launch().orElseThrow();
      if (launch.keeper().isEmpty()) {
        return new Message.Refused(attach.request(), "it was ruled out");
      }
      if (!launch.bootId().equals(bootId)) {
        return ended(attach, Ending.lost("the machine was restarted"));
      }
      if (!launch.keeper().equals(home.id()) && home.sibling(launch.keeper()).isAlive()) {
        return new Message.Elsewhere(attach.request(), launch.keeper());
      }
      return adopt(attach, files, launch);
    } finally {
      synchronized (lock) {
        arriving.remove(id);
        lock.notifyAll();
      }
    }
  }

  private void awaitArrival(String id) {
    boolean interrupted = false;
    while (arriving.contains(id)) {
      try {
        lock.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Message ended(Message.Attach attach, Ending ending) {
    return ending.status() instanceof ExitStatus.NotStarted notStarted
        ? new Message.Refused(attach.request(), notStarted.reason())
        : new Message.Ended(attach.request(), attach.id(), ending);
  }

  /** Takes over from a keeper that is dead. */
  private Message adopt(Message.Attach attach, ExecutionFiles files, ExecutionFiles.Launch launch)
      throws IOException {
    String id = attach.id();
    files.replaceLaunch(
        new ExecutionFiles.Launch(
            home.id(), bootId, launch.group(), launch.stdout(), launch.stderr()));
    List<OutputPump> pumps = new ArrayList<>();
    if (Files.exists(files.fifo("stdout")) && Files.exists(files.fifo("stderr"))) {
      openPumps(id, files, launch.stdout(), launch.stderr(), pumps);
      pumps.forEach(OutputPump::start);
    }
    ExecutionFiles.Started process = files.started().orElse(new ExecutionFiles.Started(0, 0));
    Execution execution =
        new Execution(
            id,
            files,
            process,
            tree(id, files, process.pid(), launch.group().map(ControlGroup::new)),
            pumps,
            timer);
    if (process.pid() == 0) {
      return ended(attach, lost(execution, LOST_AT_LAUNCH));
    }
    int pidfd = Libc.openPidfd(process.pid());
    Optional<ProcessStat> stat =
        ProcessStat.of(process.pid())
            .filter(found -> pidfd >= 0 && found.startTicks() == process.startTicks());
    if (stat.isEmpty()) {
      if (pidfd >= 0) {
        Libc.closeFd(pidfd);
      }
      return ended(attach, lost(execution, LOST_UNSEEN));
    }
    synchronized (lock) {
      executions.put(id, execution);
    }
    log(id + ": process " + process.pid() + " adopted");
    obeyStop(execution);
    start("watch " + id, () -> watchAdopted(execution, pidfd));
    return new Message.Running(attach.request(), process.pid());
  }

  private Ending lost(Execution execution, String reason) {
    Ending ending = execution.finish(new ExitStatus.Lost(reason), "");
    removeForeignBase(execution);
    return ending;
  }

  private static final String LOST_AT_LAUNCH =
      "outcome unknown: the supervisor was killed while it started the program";
  private static final String LOST_UNSEEN = "ended, outcome unknown: the supervisor was killed";

  private void watchAdopted(Execution execution, int pidfd) {
    Libc.awaitEnd(pidfd);
    Optional<ProcessStat> stat =
        ProcessStat.of(execution.process().pid())
            .filter(found -> found.startTicks() == execution.process().startTicks());
    ExitStatus status = new ExitStatus.Lost(LOST_UNSEEN);
    if (stat.isPresent() && stat.get().state() == 'Z' && stat.get().rawStatus().isPresent()) {
      status = status(stat.get().rawStatus().getAsInt());
    } else {
      // Linux 6.15 and newer tell it to whoever held a descriptor.
      Integer raw = Libc.statusAfterReaping(pidfd);
      if (raw != null) {
        status = status(raw);
      }
    }
    execution.mainHasEnded();
    Libc.closeFd(pidfd);
    finish(execution, status, "");
  }

  private static ExitStatus status(int raw) {
    int signal = raw & 0x7f;
    return signal == 0
        ? new ExitStatus.Exited((raw >> 8) & 0xff)
        : new ExitStatus.Signalled(signal);
  }

  // ---- ends

  private void reapChildren() {
    while (true) {
      Libc.ChildEnd end = Libc.awaitChild();
      Execution execution;
      synchronized (lock) {
        if (end == null) {
          awaitSpawn();
          continue;
        }
        execution = children.remove(end.pid());
      }
      if (execution != null) {
        execution.mainHasEnded();
      }
      Libc.reap(end.pid());
      if (execution != null) {
        ExitStatus status =
            end.code() == 1
                ? new ExitStatus.Exited(end.status())
                : new ExitStatus.Signalled(end.status());
        String note = end.code() == 3 ? "it dumped core" : "";
        inBackground("end of " + execution.id(), () -> finish(execution, status, note));
      }
    }
  }

  private void awaitSpawn() {
    try {
      if (children.isEmpty()) {
        lock.wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the reaper", e);
    }
  }

  private void finish(Execution execution, ExitStatus status, String note) {
    Ending ending = execution.finish(status, note);
    removeForeignBase(execution);
    Collection<Connection> listeners;
    synchronized (lock) {
      executions.remove(execution.id());
      listeners = List.copyOf(connections);
    }
    for (Connection listener : listeners) {
      listener.send(new Message.Ended(0, execution.id(), ending));
    }
    endIfIdle();
  }

  /** The groups of a dead keeper go with the last of its executions. */
  private void removeForeignBase(Execution execution) {
    if (execution.tree() instanceof ControlGroup group) {
      Path base = group.path().getParent();
      if (!groups.equals(Optional.of(base))) {
        new ControlGroup(base).removeAbandoned();
      }
    }
  }

  private Message usage(Message.Usage usage) {
    Optional<Execution> execution = find(usage.id());
    return new Message.Used(
        usage.request(),
        execution
            .flatMap(found -> found.tree().cpuTime())
            .map(time -> OptionalLong.of(time.toNanos()))
            .orElse(OptionalLong.empty()),
        execution.map(found -> found.tree().memoryBytes()).orElse(OptionalLong.empty()));
  }

  // ---- this process

  private void endIfNeverConnected() {
    synchronized (lock) {
      if (!wasConnected) {
        end();
      }
    }
  }

  private void endIfIdle() {
    synchronized (lock) {
      if (connections.isEmpty() && executions.isEmpty() && arriving.isEmpty()) {
        end();
      }
    }
  }

  private void end() {
    groups.ifPresent(base -> new ControlGroup(base).remove());
    home.ended();
    Libc._exit(0);
  }

  /** Without these threads a keeper is worse than none: the next one takes over. */
  private static Runnable orDie(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        try {
          log("the end of this keeper: " + e);
        } finally {
          Runtime.getRuntime().halt(1);
        }
      }
    };
  }

  static void inBackground(String name, Runnable task) {
    start(name, task);
  }

  private static void start(String name, Runnable task) {
    Thread thread =
        daemon(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                log(name + " failed: " + e);
                throw e;
              }
            });
    thread.setName(name);
    thread.start();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** One line in the keeper's own log. */
  static void log(String line) {
    System.err.println(Instant.now() + " " + line);
  }
}
