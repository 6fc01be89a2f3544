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
import io.slipway.executor.ExecutorMain;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
  private final TaskBoard board;
  private final ExecutorDirectory directory;
  private final SessionEvents events;
  private final DriverEndpoint endpoint;
  private final MasterLink masters;
  private final AtomicReference<OpenSession> session = new AtomicReference<>();
  private final CountDownLatch opened = new CountDownLatch(1);

  private SessionOpening(
      SessionBuilder builder,
      List<HostPort> masters,
      ApplicationId application,
      int attempt,
      String token,
      Path scratch) {
    this.builder = builder;
    this.broadcasts = new BroadcastShelf(scratch);
    this.board = new TaskBoard(broadcasts::open);
    broadcasts.whenClosed(board::broadcastClosed);
    this.application = application;
    this.attempt = attempt;
    this.token = token;
    this.directory = new ExecutorDirectory(application);
    this.events = new SessionEvents(board);
    this.endpoint =
        new DriverEndpoint(
            application,
            attempt,
            board,
            directory::hasEnded,
            stream ->
                events.started(
                    directory.connected(stream.number(), stream.host(), stream.cores())));
    this.masters =
        new MasterLink(
            masters,
            token,
            answer ->
                directory
                    .apply(answer)
                    .forEach(
                        ended -> {
                          board.executorEnded(ended.executor().number());
                          events.ended(ended);
                        }),
            refusal -> session.get().fenced(String.valueOf(refusal.getMessage())));
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
      List<ExecutorProfileSpec> profiles = register(address, List.of(), Patience.FOREVER);
      if (profiles.isEmpty()) {
        register(address, List.of(profile(classPathHere())), Patience.FOREVER);
      } else if (profiles.stream().allMatch(SessionOpening::wantsNone)) {
        masters.setTarget(ExecutorTarget.of(builder.executors().orElse(1)));
      }
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
              board,
              broadcasts,
              endpoint,
              server,
              directory,
              events,
              masters,
              new SessionScaling(board, masters, builder.executorCores()),
              ending -> masters.finish(FINISH),
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
      ApplicationSpec spec = spec(builder);
      ApplicationHandle handle = client.submit(Submission.of(spec, classPath.artifacts()));
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
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
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
      register(
          server.advertised(),
          List.of(profile(classPath.references())),
          Patience.of(builder.patience()));
      Thread atExit = new Thread(() -> session.get().endUnclosed(), "slipway-exit");
      session.set(
          new OpenSession(
              application,
              DeployMode.CLIENT,
              attempt,
              board,
              broadcasts,
              endpoint,
              server,
              directory,
              events,
              masters,
              new SessionScaling(board, masters, builder.executorCores()),
              ending ->
                  side.finish(
                      ending,
                      Thread.currentThread() == atExit
                          ? FINISH_AT_EXIT
                          : ApplicationSpec.DEFAULT_LOST_AFTER),
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
      throw new SessionException(
          application + " can't be registered: " + refusal.getMessage(), refusal);
    }
  }

  /** What the builder says of executors, with a class path. */
  private ExecutorProfile profile(List<ArtifactRef> classPath) {
    CommandTemplate command =
        new CommandTemplate.Jvm(
            ExecutorMain.class.getName(), classPath, builder.executorJvmOptions(), List.of());
    LaunchTemplate template =
        new LaunchTemplate(
            command,
            builder.executorEnvironment(),
            Collections.emptySortedMap(),
            List.of(),
            new Resources(builder.executorCores(), builder.executorMemory()),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Collections.emptySortedMap(),
            LaunchTemplate.DEFAULT_GRACE);
    OptionalInt count = builder.executors();
    return new ExecutorProfile(
        ExecutorProfile.DEFAULT_NAME, template, false, ExecutorTarget.of(count.orElse(1)), 0);
  }

  /** The class path of this process, which its cluster has already. */
  private static List<ArtifactRef> classPathHere() {
    List<ArtifactRef> references = new ArrayList<>();
    try {
      for (Path entry : RunningClassPath.entries()) {
        if (Files.isRegularFile(entry)) {
          references.add(LocalArtifact.of(entry).reference());
        }
      }
    } catch (IOException e) {
      throw new SessionException("the class path can't be read: " + e.getMessage(), e);
    }
    return references;
  }

  private static String mainClassName() {
    String command = System.getProperty("sun.java.command", "").strip().split("\\s+", -1)[0];
    String name = Path.of(command).getFileName() == null ? "" : command;
    return name.isBlank() ? "driver" : name.substring(Math.max(0, name.length() - 128));
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
