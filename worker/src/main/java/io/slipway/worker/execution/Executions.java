package io.slipway.worker.execution;

import com.google.protobuf.ByteString;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.NanoClock;
import io.slipway.model.StopKind;
import io.slipway.worker.artifact.ArtifactCache;
import io.slipway.worker.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All executions of this worker: takes orders, which are idempotent on the execution id, and knows
 * what has become of each until its end is acknowledged. The execution directories are its journal.
 * Safe for use by several threads; methods that change something write to disk and so block.
 */
public final class Executions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Executions.class);

  /** Executions that launchers are asked for at the same time, after a restart. */
  private static final int FIND_AT_ONCE = 16;

  /** A launch takes far less, unless an image is fetched or an engine hangs. */
  private static final Duration LAUNCHES_END_WITHIN = Duration.ofSeconds(3);

  private final Path root;
  private final Surroundings surroundings;
  private final RetentionQueue retained;
  private final ConcurrentMap<ExecutionId, ExecutionSupervisor> supervisors =
      new ConcurrentHashMap<>();
  private final List<Consumer<ExecutionId>> listeners = new CopyOnWriteArrayList<>();

  /** Held while it is decided whether an id is new. */
  private final Object admission = new Object();

  private boolean closed;

  /**
   * The executions of a work directory; nothing is read yet.
   *
   * @param root an existing directory, whose entries are execution directories
   * @param launchers by name; closed by their owner
   * @param artifacts files of applications
   * @param process what processes are told
   * @param cores how many JVMs may be starting at a time, at least 1
   * @param retention how long a directory is kept after the end
   * @param wallClock tells when a retention has passed
   * @param clock for timers
   * @param threads runs what blocks; as many at a time as are asked for; closed by its owner
   * @param monitor told what becomes of executions
   */
  public Executions(
      Path root,
      InstalledLaunchers launchers,
      ArtifactCache artifacts,
      ProcessSettings process,
      int cores,
      Duration retention,
      InstantSource wallClock,
      NanoClock clock,
      ExecutorService threads,
      ExecutionMonitor monitor) {
    this.root = root;
    this.surroundings =
        new Surroundings(
            launchers,
            new LaunchPreparation(artifacts, process),
            new LaunchGate(cores, clock),
            new PortAllocator(process.listen().host(), process.advertise().host()),
            threads,
            clock,
            monitor);
    this.retained = new RetentionQueue(retention, wallClock, clock, threads);
  }

  /** Tells a listener which execution has changed, on an arbitrary thread; it must not block. */
  public void onChange(Consumer<ExecutionId> listener) {
    listeners.add(listener);
  }

  private void changed(ExecutionId id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  /**
   * Reads all execution directories and finds out what became of what an earlier worker process
   * ran. Called once, before anything else. Blocks until all is known.
   */
  public void reconcile() throws IOException, InterruptedException {
    List<Callable<Object>> toFind = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        ExecutionId id;
        try {
          id = ExecutionId.parse(entry.getFileName().toString());
        } catch (IllegalArgumentException e) {
          LOG.warn("{} is no execution's directory and is left alone", entry);
          continue;
        }
        read(new ExecutionDirectory(root, id))
            .ifPresent(task -> toFind.add(Executors.callable(task)));
      }
    }
    for (int from = 0; from < toFind.size(); from += FIND_AT_ONCE) {
      surroundings
          .threads()
          .invokeAll(toFind.subList(from, Math.min(from + FIND_AT_ONCE, toFind.size())));
    }
    retained.start();
  }

  /** Tells what remains to be done to find out what became of an execution. */
  private Optional<Runnable> read(ExecutionDirectory directory) throws IOException {
    Optional<byte[]> exit = directory.exit();
    if (exit.isPresent()) {
      if (directory.isAcknowledged()) {
        retained.add(directory);
      } else {
        supervisors.put(
            directory.id(),
            ExecutionSupervisor.ended(
                directory,
                StoredLaunch.decodeEnd(directory.id(), exit.get()),
                surroundings,
                this::changed));
      }
      return Optional.empty();
    }
    Optional<byte[]> spec = directory.spec();
    Optional<Cancellation> cancelled = directory.cancelled();
    if (spec.isEmpty() && cancelled.isEmpty() && !directory.launcherWasCalled()) {
      // An order that was never answered, and so is given again.
      directory.delete();
      return Optional.empty();
    }
    Optional<StoredLaunch> stored = spec.flatMap(bytes -> decode(directory.id(), bytes));
    ExecutionSupervisor supervisor =
        stored.isPresent()
            ? ExecutionSupervisor.held(directory, stored.get(), surroundings, this::changed)
            : ExecutionSupervisor.without(directory, surroundings, this::changed);
    stored.ifPresent(launch -> surroundings.ports().claim(launch.ports().values()));
    supervisors.put(directory.id(), supervisor);
    return Optional.of(() -> supervisor.reconcile(cancelled));
  }

  private static Optional<StoredLaunch> decode(ExecutionId id, byte[] spec) {
    try {
      return Optional.of(StoredLaunch.decode(spec));
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("execution {}: its spec can't be read: {}", id, e.toString());
      return Optional.empty();
    }
  }

  /**
   * Takes orders. One whose id is known, even as ended long ago, changes nothing.
   *
   * @return what each execution is doing now, in the order of the orders; all are on disk
   * @throws IOException if an order can't be recorded; the others may have been taken
   */
  public List<ExecutionSnapshot> launch(List<OrderedLaunch> orders) throws IOException {
    List<ExecutionSnapshot> answers = new ArrayList<>();
    List<ExecutionSupervisor> begin = new ArrayList<>();
    synchronized (admission) {
      checkOpen();
      for (OrderedLaunch order : orders) {
        ExecutionSupervisor supervisor = supervisors.get(order.id());
        if (supervisor == null) {
          Optional<ExecutionSnapshot> ended = findAcknowledged(order.id());
          if (ended.isPresent()) {
            answers.add(ended.get());
            continue;
          }
          supervisor = admit(order);
          supervisors.put(order.id(), supervisor);
        }
        begin.add(supervisor);
        answers.add(supervisor.snapshot());
      }
      if (!begin.isEmpty()) {
        DurableFiles.force(root);
      }
    }
    begin.forEach(ExecutionSupervisor::launch);
    return answers;
  }

  private ExecutionSupervisor admit(OrderedLaunch order) throws IOException {
    SortedMap<String, HostPort> ports = surroundings.ports().allocate(order.template().ports());
    StoredLaunch stored =
        new StoredLaunch(
            order,
            order.template().launcher().orElse(surroundings.launchers().defaultName()),
            ports);
    ExecutionDirectory directory = new ExecutionDirectory(root, order.id());
    try {
      directory.create(stored.encode());
    } catch (IOException e) {
      surroundings.ports().release(ports.values());
      throw e;
    }
    return ExecutionSupervisor.held(directory, stored, surroundings, this::changed);
  }

  /**
   * Stops executions. One that is not known is remembered as ended, so that a launch of it that
   * comes later starts nothing.
   *
   * @return what each execution is doing now, in the order of the orders; all are on disk
   * @throws IOException if that can't be recorded; the others may have been stopped
   */
  public List<ExecutionSnapshot> stop(List<OrderedStop> orders) throws IOException {
    List<ExecutionSnapshot> answers = new ArrayList<>();
    for (OrderedStop order : orders) {
      answers.add(stop(order));
    }
    return answers;
  }

  private ExecutionSnapshot stop(OrderedStop order) throws IOException {
    ExecutionSupervisor supervisor;
    synchronized (admission) {
      checkOpen();
      supervisor = supervisors.get(order.id());
      if (supervisor == null) {
        Optional<ExecutionSnapshot> ended = findAcknowledged(order.id());
        if (ended.isPresent()) {
          return ended.get();
        }
        supervisor = tombstone(order);
        supervisors.put(order.id(), supervisor);
        LOG.info("execution {} is to stop before it was ordered, and will not start", order.id());
      }
    }
    supervisor.stop(order.grace(), order.requestedBy());
    return supervisor.snapshot();
  }

  private ExecutionSupervisor tombstone(OrderedStop order) throws IOException {
    Cancellation cancellation =
        new Cancellation(order.grace().orElse(Duration.ZERO), order.requestedBy());
    ExecutionDirectory directory = new ExecutionDirectory(root, order.id());
    directory.createTombstone(cancellation);
    ExecutionSnapshot ending =
        new ExecutionSnapshot(
            order.id(),
            ExecutionState.ENDED,
            Optional.of(
                new Ending(
                    new ExitStatus.NotStarted(cancellation.reason()),
                    false,
                    Optional.of(StopKind.ASKED),
                    "")),
            ByteString.EMPTY,
            ByteString.EMPTY,
            Collections.emptySortedMap(),
            "");
    directory.writeExit(StoredLaunch.encodeEnd(ending));
    return ExecutionSupervisor.ended(directory, ending, surroundings, this::changed);
  }

  /** A master wants it to run: it is launched, if it was held since the worker's start. */
  public void keep(ExecutionId id) {
    ExecutionSupervisor supervisor = supervisors.get(id);
    if (supervisor != null) {
      supervisor.launch();
    }
  }

  /** A master does not want it: it is stopped with the grace of its template. */
  public void stopUnwanted(ExecutionId id, String reason) {
    ExecutionSupervisor supervisor = supervisors.get(id);
    if (supervisor != null) {
      supervisor.stop(Optional.empty(), reason);
    }
  }

  /** Its end is on record, durably: it is not reported again, and removed after its retention. */
  public void acknowledge(ExecutionId id) {
    ExecutionSupervisor supervisor = supervisors.get(id);
    if (supervisor == null || !supervisor.snapshot().state().isFinal()) {
      return;
    }
    try {
      supervisor.directory().markAcknowledged();
      retained.add(supervisor.directory());
      supervisors.remove(id, supervisor);
    } catch (IOException e) {
      LOG.warn("execution {}: that its end is acknowledged is not recorded: {}", id, e.toString());
    }
  }

  /** All executions whose end has not been acknowledged, by id. */
  public List<ExecutionSnapshot> list() {
    return supervisors.values().stream()
        .map(ExecutionSupervisor::snapshot)
        .sorted(Comparator.comparing(ExecutionSnapshot::id))
        .toList();
  }

  /** One of {@link #list}. */
  public Optional<ExecutionSnapshot> find(ExecutionId id) {
    return Optional.ofNullable(supervisors.get(id)).map(ExecutionSupervisor::snapshot);
  }

  /** Whether the execution has not ended yet. */
  public boolean isActive(ExecutionId id) {
    return find(id).map(execution -> !execution.state().isFinal()).orElse(false);
  }

  /**
   * The log file that an execution writes now or wrote last; empty if the execution is not known
   * here any more. The file may not exist yet.
   *
   * @param stderr of its error stream, not its output
   */
  public Optional<Path> logFile(ExecutionId id, boolean stderr) {
    ExecutionDirectory directory = new ExecutionDirectory(root, id);
    return directory.exists()
        ? Optional.of(stderr ? directory.stderr() : directory.stdout())
        : Optional.empty();
  }

  /** To be asked of an id that has no supervisor. */
  private Optional<ExecutionSnapshot> findAcknowledged(ExecutionId id) throws IOException {
    Optional<byte[]> exit = new ExecutionDirectory(root, id).exit();
    return exit.isPresent()
        ? Optional.of(StoredLaunch.decodeEnd(id, exit.get()))
        : Optional.empty();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the worker is ending");
    }
  }

  /**
   * Lets go of all executions, without stopping any. Launches that are under way are waited for,
   * for a short time, and then interrupted.
   */
  @Override
  public void close() {
    synchronized (admission) {
      closed = true;
    }
    long until = System.nanoTime() + LAUNCHES_END_WITHIN.toNanos();
    supervisors.values().forEach(supervisor -> supervisor.letGo(until));
  }
}
