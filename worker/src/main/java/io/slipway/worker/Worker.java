package io.slipway.worker;

import io.slipway.launcher.LauncherProvider;
import io.slipway.model.HostPort;
import io.slipway.model.SystemClock;
import io.slipway.model.WorkerId;
import io.slipway.monitoring.Health;
import io.slipway.monitoring.Metrics;
import io.slipway.monitoring.MonitoringPort;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import io.slipway.worker.artifact.ArtifactCache;
import io.slipway.worker.artifact.MasterArtifacts;
import io.slipway.worker.execution.ExecutionMonitor;
import io.slipway.worker.execution.Executions;
import io.slipway.worker.execution.InstalledLaunchers;
import io.slipway.worker.execution.ProcessSettings;
import io.slipway.worker.link.Fence;
import io.slipway.worker.link.MasterLink;
import io.slipway.worker.link.WorkerDescription;
import io.slipway.worker.metrics.WorkerMetrics;
import io.slipway.worker.rpc.WorkerEndpoint;
import io.slipway.worker.storage.WorkDirectory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker. Started once and closed once; what it runs outlives it, and is adopted by the next
 * worker on the same work directory. Safe for use by several threads.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration CALLS_END_WITHIN = Duration.ofMillis(500);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration THREADS_END_WITHIN = Duration.ofMillis(500);

  private final WorkerSettings settings;
  private final List<LauncherProvider> providers;

  /** What has been opened, the latest first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private WorkDirectory directory;
  private RpcServer server;
  private final AtomicReference<String> masterTrouble = new AtomicReference<>("");
  private MasterLink link;
  private MonitoringPort monitoring;

  /** A worker that finds its launchers on the class path. Nothing is opened yet. */
  public Worker(WorkerSettings settings) {
    this(settings, InstalledLaunchers.discover(Worker.class.getClassLoader()));
  }

  /** A worker with given launchers. Nothing is opened yet. */
  public Worker(WorkerSettings settings, List<LauncherProvider> providers) {
    this.settings = settings;
    this.providers = List.copyOf(providers);
  }

  /**
   * Takes its work directory, finds out what became of what an earlier worker ran there, opens its
   * port and begins to register. Returns then; {@link #registered} tells when a master has taken
   * it.
   *
   * @throws WorkerStartException with a message for people
   */
  public synchronized void start() throws WorkerStartException {
    if (directory != null) {
      throw new IllegalStateException("started before");
    }
    try {
      open();
    } catch (IOException | TokenException | IllegalArgumentException e) {
      close();
      throw new WorkerStartException(e.getMessage(), e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new WorkerStartException("interrupted while it started", e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void open() throws IOException, TokenException, InterruptedException {
    TokenFiles tokens = new TokenFiles(settings.tokenDirectory());
    String clusterToken = tokens.clusterToken();
    directory = later(WorkDirectory.open(settings.workDirectory()));
    ExecutorService threads = threads();
    SystemClock clock = later(new SystemClock("slipway-worker-clock"));
    Fence fence = new Fence(directory);
    AtomicReference<WorkerEndpoint.Served> served = new AtomicReference<>();
    RpcServer opened =
        Servers.at(settings.listen(), authenticator(tokens, clusterToken))
            .advertise(settings.advertise())
            .insecure(settings.insecure())
            .name("slipway-worker")
            .blockingService(
                new WorkerEndpoint(() -> ready(served), threads, clock), WorkerEndpoint.access())
            .open();
    later(() -> opened.close(CALLS_END_WITHIN));
    server = opened;
    InstalledLaunchers launchers =
        later(
            InstalledLaunchers.create(
                providers,
                directory.id(),
                directory.launchers(),
                directory.executions(),
                settings.launcherOptions(),
                settings.launcher()));
    Channels channels = later(new Channels("slipway-worker-masters"));
    LeaderChannel masters = later(new LeaderChannel(channels, masterSettings(clusterToken)));
    // Nothing is loaded for what nobody asks for.
    Optional<Metrics> registry = settings.http().map(address -> new Metrics());
    Optional<WorkerMetrics> metrics = registry.map(WorkerMetrics::new);
    ArtifactCache artifacts =
        new ArtifactCache(
            directory.artifacts(),
            new MasterArtifacts(masters),
            settings.kept().cacheBytes(),
            threads);
    Executions executions =
        later(
            new Executions(
                directory.executions(),
                launchers,
                artifacts,
                processSettings(),
                settings.resources().cores(),
                settings.kept().retention(),
                Clock.systemUTC(),
                clock,
                threads,
                metrics.isPresent() ? metrics.get() : ExecutionMonitor.NONE));
    executions.reconcile();
    WorkerDescription description =
        new WorkerDescription(
            directory.id(),
            server.advertised(),
            settings.resources(),
            settings.labels(),
            launchers.notPromised(),
            launchers.defaultName(),
            settings.version());
    served.set(new WorkerEndpoint.Served(description, fence, executions));
    link = later(new MasterLink(description, fence, masters, executions));
    if (registry.isPresent()) {
      metrics.get().observe(executions, link, artifacts, settings.resources());
      openMonitoring(settings.http().orElseThrow(), registry.get());
    }
    link.start();
    LOG.info(
        "worker {} listens on {} (others reach it at {}), offers {}, keeps its files in {}",
        directory.id(),
        server.listening(),
        server.advertised(),
        settings.resources(),
        directory);
  }

  private void openMonitoring(HostPort address, Metrics served) throws IOException {
    MasterLink asked = link;
    Health health =
        new Health(
            () ->
                asked.isOver() ? Optional.of("no master will take this worker") : Optional.empty(),
            () ->
                asked.isRegistered()
                    ? Optional.empty()
                    : Optional.of("no master has taken this worker" + masterTrouble.get()));
    monitoring = later(MonitoringPort.open(address, settings.insecure(), served, health));
    LOG.info("health and metrics are at http://{}", monitoring.address());
  }

  private static WorkerEndpoint.Served ready(AtomicReference<WorkerEndpoint.Served> served) {
    WorkerEndpoint.Served found = served.get();
    if (found == null) {
      throw Refusal.outcomeUnknown("this worker is starting; try again");
    }
    return found;
  }

  private LeaderChannel.Settings masterSettings(String clusterToken) {
    return new LeaderChannel.Settings(
        settings.masters(),
        TokenSource.of(clusterToken),
        Patience.FOREVER,
        ATTEMPT_TIMEOUT,
        trouble -> {
          LOG.debug("master {}", trouble);
          masterTrouble.set("; the last try: " + trouble);
        });
  }

  private ProcessSettings processSettings() {
    return new ProcessSettings(
        settings.masters(),
        settings.listen().withPort(0),
        server.advertised().withPort(0),
        settings.insecure(),
        System.getProperty("user.name"),
        settings.kept().logMaxBytes(),
        settings.kept().logMaxRolled());
  }

  /** Masters always; the user whose token lies beside the cluster token, where there is one. */
  private static Authenticator authenticator(TokenFiles tokens, String clusterToken) {
    Authenticator masters = Authenticator.cluster(clusterToken);
    try {
      return masters.or(Authenticator.user(tokens.userToken()));
    } catch (TokenException e) {
      return masters;
    }
  }

  private ExecutorService threads() {
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "slipway-worker-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    later(
        () -> {
          threads.shutdown();
          if (!threads.awaitTermination(THREADS_END_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
          }
        });
    return threads;
  }

  private <T extends AutoCloseable> T later(T opened) {
    open.push(opened);
    return opened;
  }

  /** The address under which others reach it; once started. */
  public HostPort address() {
    return server.advertised();
  }

  /** Where health and metrics are served; empty if nowhere. Once started. */
  public Optional<HostPort> monitoringAddress() {
    return Optional.ofNullable(monitoring).map(MonitoringPort::address);
  }

  /** Its id, made once for its work directory; once started. */
  public WorkerId id() {
    return directory.id();
  }

  /**
   * Completes when a master has taken it; exceptionally if none ever will, as {@link #end}. Once
   * started.
   */
  public CompletionStage<Void> registered() {
    return link.firstRegistration();
  }

  /**
   * Completes when it has been closed; exceptionally, with a message for people, if no master will
   * ever take it as it is: the masters are another cluster's, or its token or its settings are
   * refused. It stops nothing then; whoever started it closes it and ends with an error. Once
   * started.
   */
  public CompletionStage<Void> end() {
    return link.end();
  }

  /** Ends it. What it runs goes on. Idempotent. */
  @Override
  public synchronized void close() {
    boolean wasOpen = !open.isEmpty();
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("a part of the worker did not close", e);
      }
    }
    if (wasOpen && link != null) {
      LOG.info("worker {} has ended; what it ran goes on", directory.id());
    }
  }
}
