package io.slipway.master;

import io.slipway.master.artifact.ArtifactCollector;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.master.effects.Inquiries;
import io.slipway.master.effects.LogRelay;
import io.slipway.master.effects.WorkerChannels;
import io.slipway.master.effects.WorkerOrders;
import io.slipway.master.journal.Journal;
import io.slipway.master.journal.JournalException;
import io.slipway.master.journal.RatisJournal;
import io.slipway.master.journal.RatisJournalSettings;
import io.slipway.master.loop.Chance;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.loop.LoopMonitor;
import io.slipway.master.loop.LoopSettings;
import io.slipway.master.metrics.MasterMetrics;
import io.slipway.master.rpc.ApplicationCalls;
import io.slipway.master.rpc.ApplicationHolders;
import io.slipway.master.rpc.ArtifactCalls;
import io.slipway.master.rpc.ClusterCalls;
import io.slipway.master.rpc.RegistryCalls;
import io.slipway.master.rpc.SubmissionCalls;
import io.slipway.model.HostPort;
import io.slipway.model.SystemClock;
import io.slipway.monitoring.Health;
import io.slipway.monitoring.Metrics;
import io.slipway.monitoring.MonitoringPort;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Channels;
import io.slipway.rpc.Principal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One master: {@link #start}, then {@link #close}. The journal, the loop that decides, what it does
 * outside, and the services, put together by hand.
 */
public final class Master implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Master.class);
  private static final int REPLY_THREADS = 2;
  private static final Duration LAST_ROUND = Duration.ofSeconds(3);
  private static final Duration LAST_CALLS = Duration.ofMillis(500);

  private final MasterSettings settings;
  private final TokenFiles tokenFiles;
  private final SystemClock clock = new SystemClock("master-timers");
  private final ExecutorService replies =
      Executors.newFixedThreadPool(REPLY_THREADS, daemon("master-replies"));
  private final ExecutorService blocking = Executors.newCachedThreadPool(daemon("master-blocking"));
  private final Channels channels = new Channels("master-channels");
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final WorkerChannels workerChannels;
  private final WorkerOrders orders;
  private final Inquiries inquiries;
  private final LongSupplier usableBytes;
  private final ClusterLoop loop;
  private final ClusterKeys keys;

  private final Optional<MasterMetrics> metrics;
  private final Optional<Metrics> registry;

  private Optional<RpcServer> server = Optional.empty();
  private Optional<MonitoringPort> monitoring = Optional.empty();

  /**
   * Prepares; {@link #start} begins.
   *
   * @param fatal ends the process when the master can't go on
   */
  public Master(MasterSettings settings, ClusterLoop.Fatal fatal) {
    this(
        settings,
        new RatisJournal(RatisJournalSettings.of(settings.dataDirectory().resolve("journal"))),
        fatal);
  }

  /** With a journal of another kind. */
  Master(MasterSettings settings, Journal journal, ClusterLoop.Fatal fatal) {
    this.settings = settings;
    this.tokenFiles = TokenFiles.locate(settings.tokenDirectory(), System.getenv());
    this.keys = new ClusterKeys(() -> this.loop().standing());
    this.workerChannels = new WorkerChannels(channels, clusterToken(), blocking);
    this.orders =
        new WorkerOrders(
            workerChannels,
            clock,
            keys,
            reason -> fatal.end(reason, Optional.empty()),
            () -> ready.complete(null));
    this.inquiries = new Inquiries(workerChannels, clock);
    // Nothing is loaded for what nobody asks for.
    this.registry = settings.http().map(address -> new Metrics());
    this.metrics = registry.map(MasterMetrics::new);
    this.loop =
        new ClusterLoop(
            journal,
            orders,
            clock,
            Chance.system(),
            LoopSettings.DEFAULT.withCluster(settings.cluster()),
            replies,
            fatal,
            metrics.isPresent() ? metrics.get() : LoopMonitor.NONE);
    usableBytes = () -> usableBytes(journal);
    metrics.ifPresent(
        own ->
            own.observe(
                () -> loop.standing().leads(),
                () -> loop.standing().meta().term(),
                loop::waitingRequests,
                usableBytes));
    orders.reportTo(loop::ask);
    inquiries.reportTo(loop::ask);
  }

  private static long usableBytes(Journal journal) {
    try {
      return journal.usableBytes();
    } catch (IOException e) {
      return -1;
    }
  }

  private ClusterLoop loop() {
    return loop;
  }

  /** Read at the first call that needs it: the file is made by {@link #start}. */
  private TokenSource clusterToken() {
    return new TokenSource() {
      private volatile String token = "";

      @Override
      public String token() {
        if (token.isEmpty()) {
          try {
            token = tokenFiles.clusterToken();
          } catch (TokenException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        }
        return token;
      }
    };
  }

  /**
   * Reads the journal and opens the port; returns when both are done. It leads soon after: {@link
   * #ready}.
   *
   * @throws MasterException if it can't; nothing is left open then
   */
  public void start() throws MasterException {
    try {
      Files.createDirectories(settings.dataDirectory());
      tokenFiles.createMissing(userName());
      Authenticator authenticator =
          Authenticator.user(tokenFiles.userToken())
              .or(Authenticator.cluster(tokenFiles.clusterToken()))
              .or(keys);
      ArtifactStore artifacts =
          ArtifactStore.open(
              settings.dataDirectory().resolve("artifacts"),
              settings.artifacts(),
              InstantSource.system());
      ArtifactCollector collector =
          new ArtifactCollector(artifacts, new ApplicationHolders(loop::ask));
      // Both take some hundred milliseconds, and neither needs the other.
      CompletableFuture<Void> journal = CompletableFuture.runAsync(this::startLoop, blocking);
      try {
        if (registry.isPresent()) {
          monitoring = Optional.of(openMonitoring(settings.http().orElseThrow(), registry.get()));
        }
        server = Optional.of(open(authenticator, artifacts, collector));
        collectLater(collector);
      } finally {
        journal.join();
      }
    } catch (CompletionException e) {
      close();
      throw new MasterException(e.getCause().getMessage(), e.getCause());
    } catch (IOException | TokenException e) {
      close();
      throw new MasterException(e.getMessage(), e);
    }
    log.info(
        "the master listens on {}, is reached at {}, and keeps its data in {}",
        server.get().listening(),
        address(),
        settings.dataDirectory());
  }

  private MonitoringPort openMonitoring(HostPort address, Metrics served) throws IOException {
    MonitoringPort port =
        MonitoringPort.open(
            address, settings.insecure(), served, new Health(this::trouble, this::unready));
    log.info("health and metrics are at http://{}", port.address());
    return port;
  }

  private Optional<String> trouble() {
    return loop.runs() || !ready.isDone()
        ? Optional.empty()
        : Optional.of("the loop has ended; this master can't go on");
  }

  private Optional<String> unready() {
    ClusterLoop.Standing standing = loop.standing();
    if (closed.get()) {
      return Optional.of("this master is ending");
    }
    if (standing.leads() || standing.leader().isPresent()) {
      return trouble();
    }
    return Optional.of("this master does not lead, and knows no leader");
  }

  private void collectLater(ArtifactCollector collector) {
    if (!closed.get()) {
      clock.schedule(
          settings.artifacts().collectEvery().toNanos(),
          () -> blocking.execute(() -> collectAndGoOn(collector)));
    }
  }

  private void collectAndGoOn(ArtifactCollector collector) {
    try {
      collector.collect();
    } catch (IOException | RuntimeException e) {
      log.warn("unused artifacts could not be removed, which is tried again: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    collectLater(collector);
  }

  private void startLoop() {
    try {
      loop.start();
    } catch (JournalException e) {
      throw new CompletionException(e);
    }
  }

  private RpcServer open(
      Authenticator authenticator, ArtifactStore artifacts, ArtifactCollector collector)
      throws IOException {
    String version =
        Optional.ofNullable(Master.class.getPackage().getImplementationVersion())
            .orElse("development");
    Principal.Kind user = Principal.Kind.USER;
    Principal.Kind member = Principal.Kind.CLUSTER_MEMBER;
    Principal.Kind application = Principal.Kind.APPLICATION;
    return Servers.at(settings.listen(), authenticator)
        .advertise(settings.advertise())
        .insecure(settings.insecure())
        .name("master-server")
        .blockingService(
            new SubmissionCalls(
                loop, usableBytes, artifacts, keys, new LogRelay(workerChannels), replies),
            AccessRule.allow(user))
        .blockingService(new ArtifactCalls(artifacts, collector), AccessRule.allow(user, member))
        .service(
            new ApplicationCalls(loop, artifacts, clock, replies), AccessRule.allow(application))
        .service(new RegistryCalls(loop, inquiries), AccessRule.allow(member))
        .service(
            new ClusterCalls(loop, this::address, version),
            AccessRule.allow(user).forMethod("ListMasters", user, member, application))
        .open();
  }

  private static String userName() {
    String name = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._@-]", "_");
    return name.isEmpty() ? "user" : name;
  }

  /**
   * The address under which others reach it.
   *
   * @throws IllegalStateException before {@link #start} has returned
   */
  public HostPort address() {
    return server
        .map(RpcServer::advertised)
        .orElseThrow(() -> new IllegalStateException("not started"));
  }

  /** Where health and metrics are served; empty if nowhere, or before {@link #start}. */
  public Optional<HostPort> monitoringAddress() {
    return monitoring.map(MonitoringPort::address);
  }

  /** Completes when this master leads for the first time, and calls are answered. */
  public CompletionStage<Void> ready() {
    return ready.minimalCompletionStage();
  }

  /** Lets the round in flight commit, closes the port and the journal. Idempotent; blocks. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    server.ifPresent(open -> open.serving(false));
    awaitLastRound();
    server.ifPresent(open -> open.close(LAST_CALLS));
    loop.close();
    monitoring.ifPresent(MonitoringPort::close);
    orders.close();
    channels.close();
    clock.close();
    replies.shutdown();
    blocking.shutdown();
  }

  private void awaitLastRound() {
    if (!ready.isDone()) {
      return;
    }
    try {
      loop.handOver().toCompletableFuture().get(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.warn("the last round did not commit in time; its callers ask again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static java.util.concurrent.ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
