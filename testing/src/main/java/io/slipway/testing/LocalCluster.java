package io.slipway.testing;

import io.slipway.client.SlipwayClient;
import io.slipway.driver.SessionBuilder;
import io.slipway.driver.SlipwaySession;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.process.ProcessLauncherProvider;
import io.slipway.master.Master;
import io.slipway.master.MasterException;
import io.slipway.master.MasterSettings;
import io.slipway.model.ByteSize;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import io.slipway.worker.Worker;
import io.slipway.worker.WorkerSettings;
import io.slipway.worker.WorkerStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real master and real workers in this JVM, on free ports of 127.0.0.1, with all that they keep
 * in a temporary directory. Drivers of cluster mode and executors are real processes, and end with
 * the cluster; should this JVM die before it is closed, they end within some ten seconds.
 *
 * <p>What the workers offer is a number: nothing is reserved on the machine. Safe for use by
 * several threads; several clusters may live at a time.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final TemporaryDirectory directory;
  private final Resources resources;
  private final TokenFiles tokens;
  private final SharedLauncher launcher;

  // Guarded by this.
  private final List<Member> workers = new ArrayList<>();
  private Master master;
  private HostPort address;
  private int workersStarted;
  private boolean closed;

  /** A worker, and what it launches with. */
  private record Member(Worker worker, SharedLauncher.Share share) {}

  private LocalCluster(TemporaryDirectory directory, Resources resources) {
    this.directory = directory;
    this.resources = resources;
    this.tokens = new TokenFiles(directory.path().resolve("tokens"));
    this.launcher = new SharedLauncher(directory.path());
  }

  /** Starts one with two workers; the same as {@code builder().start()}. */
  public static LocalCluster start() throws InterruptedException {
    return builder().start();
  }

  /** Describes one before it starts. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes a cluster. Not safe for use by several threads. */
  public static final class Builder {
    private int workers = 2;
    private int cores = 4;
    private long memory = 8 * ByteSize.GIB;

    private Builder() {}

    /** How many workers, at least none; 2 unless said. */
    public Builder workers(int count) {
      if (count < 0) {
        throw new IllegalArgumentException("negative number of workers: " + count);
      }
      workers = count;
      return this;
    }

    /** The cores that each worker offers, at least 1; 4 unless said. */
    public Builder workerCores(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a worker offers at least one core, not " + count);
      }
      cores = count;
      return this;
    }

    /** The memory that each worker offers, with a unit, such as {@code 2g}; 8g unless said. */
    public Builder workerMemory(String size) {
      memory = ByteSize.parse(size);
      return this;
    }

    /**
     * Starts the cluster. Blocks until the master leads and has taken all workers.
     *
     * @throws LocalClusterException if that can't be; nothing is left then
     */
    public LocalCluster start() throws InterruptedException {
      NettyStart.prepare();
      LocalCluster cluster =
          new LocalCluster(TemporaryDirectory.create(), new Resources(cores, memory));
      boolean started = false;
      try {
        cluster.startAll(workers);
        started = true;
        return cluster;
      } finally {
        if (!started) {
          cluster.close();
        }
      }
    }
  }

  private synchronized void startAll(int count) throws InterruptedException {
    startMaster(ANY_PORT);
    startWorkers(count);
    // Neither needs the other to begin.
    await(master.ready(), "the master does not lead");
    for (Member member : workers) {
      awaitTaken(member.worker());
    }
  }

  private static void awaitTaken(Worker worker) throws InterruptedException {
    await(worker.registered(), "the master does not take worker " + worker.id());
  }

  private void startMaster(HostPort listen) {
    Master started =
        new Master(
            new MasterSettings(
                listen,
                Optional.empty(),
                directory.path().resolve("master"),
                false,
                Optional.of(tokens.directory())),
            // It has logged why, and answers no more; what the test asks for fails.
            (message, cause) -> {});
    try {
      started.start();
    } catch (MasterException e) {
      throw new LocalClusterException("the master can't start: " + e.getMessage(), e);
    }
    master = started;
    address = started.address();
  }

  private void startWorkers(int count) throws InterruptedException {
    List<CompletableFuture<Worker>> starting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      workersStarted++;
      SharedLauncher.Share share = launcher.new Share();
      Worker worker = newWorker(workersStarted, share);
      workers.add(new Member(worker, share));
      CompletableFuture<Worker> started = new CompletableFuture<>();
      starting.add(started);
      Thread thread = new Thread(() -> start(worker, started), "slipway-worker-start");
      thread.setDaemon(true);
      thread.start();
    }
    for (CompletableFuture<Worker> each : starting) {
      await(each, "a worker can't start");
    }
  }

  private Worker newWorker(int number, LauncherProvider provider) {
    return new Worker(
        new WorkerSettings(
            List.of(address),
            ANY_PORT,
            Optional.empty(),
            resources,
            Collections.emptySortedMap(),
            directory.path().resolve("worker-" + number),
            ProcessLauncherProvider.NAME,
            Collections.emptySortedMap(),
            false,
            tokens.directory(),
            "local"),
        List.of(provider));
  }

  private static void start(Worker worker, CompletableFuture<Worker> started) {
    try {
      worker.start();
      started.complete(worker);
    } catch (WorkerStartException | RuntimeException | Error e) {
      started.completeExceptionally(e);
    }
  }

  private static void await(CompletionStage<?> stage, String otherwise)
      throws InterruptedException {
    try {
      stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new LocalClusterException(otherwise + ": " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new LocalClusterException(
          otherwise + " within " + PATIENCE.toSeconds() + " seconds", e);
    }
  }

  /** The master's address, {@code HOST:PORT}; the same over {@link #restartMaster}. */
  public synchronized String master() {
    return address.toString();
  }

  /** The user token that this cluster lets in. */
  public String token() {
    try {
      return tokens.userToken().token();
    } catch (TokenException e) {
      throw new LocalClusterException(e.getMessage(), e);
    }
  }

  /**
   * The directory of the token files {@code user-token} and {@code cluster-token}, for programs
   * that are started with {@code SLIPWAY_TOKEN_DIR}.
   */
  public Path tokenDirectory() {
    return tokens.directory();
  }

  /**
   * Describes a session of this JVM with this cluster: a driver of client mode. Master and token
   * are set; the caller opens it, and closes it before the cluster. A JVM has one session at a
   * time.
   */
  public SessionBuilder session() {
    return SlipwaySession.builder().master(master()).token(token());
  }

  /** A client of this cluster, which submits applications; the caller closes it. */
  public SlipwayClient client() {
    return SlipwayClient.connect(List.of(HostPort.parse(master())), token());
  }

  /** Ids of the workers that run, in the order in which they were started. */
  public synchronized List<String> workers() {
    return workers.stream().map(member -> member.worker().id().value()).toList();
  }

  /** Starts one more worker. Blocks until the master has taken it; returns its id. */
  public synchronized String addWorker() throws InterruptedException {
    checkOpen();
    startWorkers(1);
    Worker added = workers.get(workers.size() - 1).worker();
    awaitTaken(added);
    return added.id().value();
  }

  /**
   * Kills all processes that a worker runs now, as {@code kill -9} does: its executors, and drivers
   * of cluster mode. The worker lives, tells the master, and may get their replacements. Returns at
   * once.
   *
   * @throws IllegalArgumentException if no worker has this id
   */
  public synchronized void killProcesses(String workerId) {
    workers.stream()
        .filter(member -> member.worker().id().value().equals(workerId))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no worker " + workerId + " runs here"))
        .share()
        .killAll();
  }

  /**
   * Closes the master and starts it again at the same address, with what it has on disk. What runs
   * goes on meanwhile. Blocks until it leads.
   */
  public synchronized void restartMaster() throws InterruptedException {
    checkOpen();
    master.close();
    startMaster(address);
    await(master.ready(), "the master does not lead");
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("this cluster is closed");
    }
  }

  /**
   * Ends all: first the processes that run on its workers, at once, then the workers and the
   * master; removes the directory. Blocks until all of that is done. Idempotent.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    workers.parallelStream().forEach(member -> member.worker().close());
    workers.clear();
    launcher.close();
    if (master != null) {
      master.close();
    }
    directory.close();
  }
}
