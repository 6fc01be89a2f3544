package io.slipway.driver;

import io.slipway.client.ApiBundle;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ClassPathPackager;
import io.slipway.client.DriverLauncherSide;
import io.slipway.client.LocalArtifact;
import io.slipway.client.PackagedClassPath;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.client.Submission;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.ListenException;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens sessions: in a process that Slipway launched, or hosted by any program. */
final class SessionOpening {
  private static final Duration FINISH = Duration.ofSeconds(3);
  private static final Duration FINISH_AT_EXIT = Duration.ofSeconds(5);

  private static final AtomicBoolean OPEN = new AtomicBoolean();

  private final SessionBuilder builder;
  private final ApplicationId application;
  private final int attempt;
  private final String token;
  private final BroadcastShelf broadcasts;
  private final SessionBoards boards;
  private final ExecutorDirectory directory;
  private final SessionEvents events;
  private final DriverEndpoint endpoint;
  private final MasterLink masters;
  private final AtomicReference<OpenSession> session = new AtomicReference<>();
  private final CountDownLatch opened = new CountDownLatch(1);
  private volatile SessionProfiles profiles = new SessionProfiles(List.of());

  private SessionOpening(
      SessionBuilder builder,
      List<HostPort> masters,
      ApplicationId application,
      int attempt,
      String token,
      Path scratch) {
    this.builder = builder;
    this.broadcasts = new BroadcastShelf(scratch);
    this.boards = new SessionBoards(broadcasts::open);
    broadcasts.whenClosed(boards::broadcastClosed);
    this.application = application;
    this.attempt = attempt;
    this.token = token;
    this.directory = new ExecutorDirectory(application);
    this.events = new SessionEvents(boards::progress);
    this.endpoint =
        new DriverEndpoint(
            application,
            attempt,
            boards,
            directory::hasEnded,
            stream -> events.started(directory.connected(stream)));
    this.masters =
        new MasterLink(
            masters,
            token,
            this::apply,
            refusal -> session.get().fenced(String.valueOf(refusal.getMessage())));
  }

  /** Takes in what the masters tell. */
  private void apply(WatchExecutorsResponse answer) {
    ExecutorDirectory.News news = directory.apply(answer);
    for (ExecutorView view : news.running()) {
      if (profiles.isCommand(view.profile())) {
        events.started(view);
      }
    }
    for (ExecutorDirectory.Ended ended : news.ended()) {
      boards.executorEnded(ended.executor().number());
      events.ended(ended);
    }
    boards.arrivals().changed();
  }

  /** With what the environment says. */
  static SlipwaySession launched(SessionBuilder builder) throws InterruptedException {
    claim();
    Map<String, String> environment = builder.environment();
    SessionOpening opening = null;
    boolean opened = false;
    try {
      opening =
          new SessionOpening(
              builder,
              HostPort.parseList(variable(environment, SlipwayEnvironment.MASTERS)),
              new ApplicationId(variable(environment, SlipwayEnvironment.APPLICATION_ID)),
              Integer.parseInt(variable(environment, SlipwayEnvironment.ATTEMPT)),
              variable(environment, SlipwayEnvironment.TOKEN),
              Path.of(""));
      SlipwaySession session = opening.openLaunched(environment);
      opened = true;
      return session;
    } catch (IllegalArgumentException e) {
      throw new SessionException("the environment is not that of a driver: " + e.getMessage(), e);
    } finally {
      if (!opened) {
        giveUp(opening);
      }
    }
  }

  private SlipwaySession openLaunched(Map<String, String> environment) throws InterruptedException {
    RpcServer server =
        listen(
            HostPort.parse(variable(environment, SlipwayEnvironment.LISTEN)),
            Optional.of(HostPort.parse(variable(environment, SlipwayEnvironment.ADVERTISE))),
            Boolean.parseBoolean(environment.get(SlipwayEnvironment.INSECURE)));
    boolean opened = false;
    try {
      HostPort address = server.advertised();
      registerBesideSubmitted(address, register(address, List.of(), Patience.FOREVER));
      DeployMode mode =
          environment
                  .getOrDefault(SlipwayEnvironment.DEPLOY_MODE, "")
                  .equals(DeployMode.CLIENT.word())
              ? DeployMode.CLIENT
              : DeployMode.CLUSTER;
      session.set(
          new OpenSession(
              application,
              mode,
              attempt,
              boards,
              broadcasts,
              endpoint,
              server,
              directory,
              events,
              masters,
              new SessionExecutors(profiles, boards, directory, masters),
              ending -> {
                masters.finish(FINISH); // the end of this process says the same
                return "";
              },
              () -> OPEN.set(false)));
      masters.startWatching();
      this.opened.countDown();
      opened = true;
      return session.get();
    } finally {
      if (!opened) {
        server.close(Duration.ZERO);
      }
    }
  }

  /** Adds the profiles that were not submitted; those that were stay as they were submitted. */
  private void registerBesideSubmitted(HostPort address, List<ExecutorProfileSpec> submitted)
      throws InterruptedException {
    Set<String> names =
        submitted.stream().map(ExecutorProfileSpec::getName).collect(Collectors.toSet());
    List<SessionProfile> missing =
        builder.profiles().stream()
            .filter(profile -> !names.contains(profile.name()))
            .filter(profile -> submitted.isEmpty() || profile != builder.main())
            .toList();
    profiles = new SessionProfiles(submitted);
    if (!missing.isEmpty()) {
      profiles =
          new SessionProfiles(
              register(
                  address,
                  ProfileTemplates.of(missing, ProfileTemplates.common(submitted)),
                  Patience.FOREVER));
    }
    if (!submitted.isEmpty() && submitted.stream().allMatch(SessionOpening::wantsNone)) {
      masters.setTarget(profiles.main(), builder.main().target());
    }
  }

  private static boolean wantsNone(ExecutorProfileSpec profile) {
    return profile.getTarget().getTotal() == 0 && !profile.getTarget().getAsManyAsFit();
  }

  /** By a program that names its masters. */
  static SlipwaySession hosted(SessionBuilder builder) throws InterruptedException {
    claim();
    boolean opened = false;
    SlipwayClient client = null;
    Path scratch = null;
    try {
      client = client(builder);
      scratch = Files.createTempDirectory("slipway-classes-");
      PackagedClassPath classPath =
          new ClassPathPackager(ApiBundle.locate(), scratch)
              .pack(
                  builder.classPath().isEmpty() ? RunningClassPath.entries() : builder.classPath());
      List<LocalArtifact> artifacts = new ArrayList<>(classPath.artifacts());
      for (SessionProfile profile : builder.profiles()) {
        artifacts.addAll(ProfileTemplates.files(profile));
      }
      ApplicationSpec spec = spec(builder);
      ApplicationHandle handle = client.submit(Submission.of(spec, artifacts));
      SlipwaySession session = openHosted(builder, client, handle, spec, classPath);
      opened = true;
      return session;
    } catch (IOException | SlipwayException e) {
      throw new SessionException("the session can't be opened: " + e.getMessage(), e);
    } finally {
      delete(scratch);
      if (!opened) {
        OPEN.set(false);
        if (client != null) {
          client.close();
        }
      }
    }
  }

  private static SlipwayClient client(SessionBuilder builder) {
    return builder.token().isPresent()
        ? SlipwayClient.connect(builder.masters(), builder.token().get(), builder.patience())
        : SlipwayClient.connect(builder.masters(), builder.patience());
  }

  private static ApplicationSpec spec(SessionBuilder builder) {
    return new ApplicationSpec(
        builder.name().orElseGet(SessionOpening::mainClassName),
        DeployMode.CLIENT,
        Optional.empty(),
        List.of(),
        builder.maxCores(),
        1,
        0,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT,
        builder.timeLimit());
  }

  private static SlipwaySession openHosted(
      SessionBuilder builder,
      SlipwayClient client,
      ApplicationHandle handle,
      ApplicationSpec spec,
      PackagedClassPath classPath)
      throws InterruptedException {
    ApplicationHandle.ClientModeGrant grant = handle.clientModeGrant().orElseThrow();
    SessionOpening opening =
        new SessionOpening(
            builder,
            client.masters(),
            handle.id(),
            1,
            grant.token(),
            Path.of(System.getProperty("java.io.tmpdir")));
    DriverLauncherSide side =
        DriverLauncherSide.start(
            client.masters(), handle.id(), grant, spec.lostAfter(), opening::stopRequested);
    side.started();
    boolean opened = false;
    try {
      SlipwaySession session = opening.openHosted(client, side, classPath);
      opened = true;
      return session;
    } finally {
      if (!opened) {
        opening.masters.close();
        try (side) {
          side.finish(Ending.notStarted("its session could not be opened"), FINISH);
        }
      }
    }
  }

  private SlipwaySession openHosted(
      SlipwayClient client, DriverLauncherSide side, PackagedClassPath classPath)
      throws InterruptedException {
    RpcServer server = listen(builder.listen(), builder.advertise(), builder.insecure());
    boolean opened = false;
    try {
      profiles =
          new SessionProfiles(
              register(
                  server.advertised(),
                  ProfileTemplates.of(
                      builder.profiles(),
                      new SessionProfile.Common(
                          classPath.references(), new TreeMap<>(), List.of())),
                  Patience.of(builder.patience())));
      Thread atExit = new Thread(() -> session.get().endUnclosed(), "slipway-exit");
      session.set(
          new OpenSession(
              application,
              DeployMode.CLIENT,
              attempt,
              boards,
              broadcasts,
              endpoint,
              server,
              directory,
              events,
              masters,
              new SessionExecutors(profiles, boards, directory, masters),
              ending ->
                  side.finish(
                      ending,
                      Thread.currentThread() == atExit ? FINISH_AT_EXIT : builder.recording()),
              () -> {
                side.close();
                client.close();
                if (Thread.currentThread() != atExit) {
                  removeHook(atExit);
                }
                OPEN.set(false);
              }));
      Runtime.getRuntime().addShutdownHook(atExit);
      masters.startWatching();
      this.opened.countDown();
      opened = true;
      return session.get();
    } finally {
      if (!opened) {
        server.close(Duration.ZERO);
      }
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the JVM is ending: the hook finds the session closed
    }
  }

  private void stopRequested(String byWhom) {
    Thread ender =
        new Thread(
            () -> {
              try {
                opened.await();
                session.get().endByRequest(byWhom);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody does that
              }
            },
            "slipway-stop");
    ender.setDaemon(true);
    ender.start();
  }

  private RpcServer listen(HostPort listen, Optional<HostPort> advertise, boolean insecure) {
    NettyStart.prepare();
    try {
      return Servers.at(listen, DriverEndpoint.onlyOf(application, attempt, token))
          .advertise(advertise)
          .insecure(insecure)
          .name("slipway-driver")
          .service(endpoint, AccessRule.allow(Principal.Kind.APPLICATION))
          .blockingService(broadcasts, AccessRule.allow(Principal.Kind.APPLICATION))
          .open();
    } catch (ListenException e) {
      throw new SessionException(e.getMessage(), e);
    }
  }

  private List<ExecutorProfileSpec> register(
      HostPort address, List<ExecutorProfile> profiles, Patience patience)
      throws InterruptedException {
    try {
      return masters.register(address, profiles, patience);
    } catch (Refusal refusal) {
      String advice =
          refusal.reason() == Reason.REASON_MISSING_ARTIFACTS
              ? "; what a profile of a submitted program names must have been submitted, too: see"
                  + " --file and --jar of slipway submit"
              : "";
      throw new SessionException(
          application + " can't be registered: " + refusal.getMessage() + advice, refusal);
    }
  }

  /**
   * That of the program, which is not that of the JVM where a build tool runs it inside its own.
   */
  private static String mainClassName() {
    Optional<String> main =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(frame -> frame.getMethodName().equals("main"))
                        .map(StackWalker.StackFrame::getClassName)
                        .findFirst());
    String name = main.orElse("driver");
    return name.substring(Math.max(0, name.length() - 128));
  }

  private static String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("no variable " + name);
    }
    return value;
  }

  private static void claim() {
    if (!OPEN.compareAndSet(false, true)) {
      throw new SessionException(
          "this JVM has an open session already: pass that one to whoever needs it, or close it"
              + " first; one session can run many tasks at a time");
    }
  }

  private static void giveUp(SessionOpening opening) {
    OPEN.set(false);
    if (opening != null) {
      opening.masters.close();
    }
  }

  private static void delete(Path scratch) {
    if (scratch == null) {
      return;
    }
    try (Stream<Path> files = Files.list(scratch)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
      Files.delete(scratch);
    } catch (IOException | UncheckedIOException e) {
      return; // it lies where the system cleans up; no reason to fail a session
    }
  }
}
