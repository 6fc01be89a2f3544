package io.slipway.cli;

import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.DriverLauncherSide;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherSettings;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Signals;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutionException;

/**
 * Runs the driver of a client-mode application beside this command, to its end: starts its process,
 * shows its output, renews its lease, obeys what asks it to stop, and reports how it ended.
 */
final class ClientModeRun {
  private static final int MILLIS_FOR_KILL_CALL = 10_000;

  private final SlipwayClient client;
  private final ApplicationHandle application;
  private final ResolvedSubmission resolved;
  private final SubmitOptions options;
  private final StopRequest signals;
  private final Console console;
  private final Path scratch;
  private final Duration grace;

  private volatile LaunchHandle process;
  private volatile String stopRequestedBy;
  private volatile Thread killCall;

  /** Waits for something that a further signal shall not wait for; guarded by this. */
  private Thread waiting;

  ClientModeRun(
      SlipwayClient client,
      ApplicationHandle application,
      ResolvedSubmission resolved,
      SubmitOptions options,
      StopRequest signals,
      Console console,
      Path scratch) {
    this.client = client;
    this.application = application;
    this.resolved = resolved;
    this.options = options;
    this.signals = signals;
    this.console = console;
    this.scratch = scratch;
    this.grace = driver().grace();
  }

  private LaunchTemplate driver() {
    return resolved.spec().driver().orElseThrow();
  }

  /**
   * Runs it.
   *
   * @param json whether to print the application's record at the end
   * @return the exit code of the command
   */
  int run(boolean json) throws InterruptedException {
    ApplicationId id = application.id();
    ApplicationHandle.ClientModeGrant grant =
        application.clientModeGrant().filter(given -> !given.token().isEmpty()).orElse(null);
    if (grant == null) {
      throw CommandFailedException.failed(
          "--request-id "
              + options.requestId
              + " has been used for "
              + id
              + " already, which has a driver; 'slipway status "
              + id
              + "' shows it");
    }
    if (Terminal.onStandardError()) {
      console.note("application " + id);
    }
    try {
      ClientModeLaunch launch =
          ClientModeLaunch.prepare(id, client.masters(), grant.token(), resolved, options, scratch);
      Path ownFiles = Files.createDirectory(scratch.resolve("launcher"));
      LauncherSettings settings =
          new LauncherSettings(
              id.value(), ownFiles, launch.executions(), false, Collections.emptySortedMap());
      try (Launcher launcher = ClientModeLaunch.processLauncher().create(settings)) {
        signals.listen(this::signalled);
        return launch(launcher, launch, grant, json);
      }
    } catch (IOException | LaunchException | CommandFailedException e) {
      // Nothing of it runs, and nobody else would ever tell the masters.
      try (DriverLauncherSide side = startSide(grant)) {
        String unused = tell(side, Ending.notStarted(Reasons.of(e)));
      }
      throw e instanceof CommandFailedException failure
          ? failure
          : CommandFailedException.failed("the driver can't be started: " + Reasons.of(e), e);
    }
  }

  private DriverLauncherSide startSide(ApplicationHandle.ClientModeGrant grant) {
    return DriverLauncherSide.start(
        client.masters(),
        application.id(),
        grant,
        resolved.spec().lostAfter(),
        this::stopRequested);
  }

  private int launch(
      Launcher launcher,
      ClientModeLaunch launch,
      ApplicationHandle.ClientModeGrant grant,
      boolean json)
      throws InterruptedException {
    LaunchSpec spec = launch.spec();
    LaunchHandle started = null;
    Ending notStarted = null;
    try {
      started = launcher.launch(spec, launch.directory());
    } catch (LaunchException e) {
      notStarted = Ending.notStarted(e.getMessage());
    }
    try (DriverLauncherSide side = startSide(grant)) {
      if (started == null) {
        return conclude(notStarted, tell(side, notStarted), json);
      }
      LogFollower stdout =
          LogFollower.start(
              spec.stdout(), new FileOutputStream(FileDescriptor.out), "stdout", console::note);
      LogFollower stderr =
          LogFollower.start(
              spec.stderr(), new FileOutputStream(FileDescriptor.err), "stderr", console::note);
      Ending ending = awaitEnd(started);
      // Told first: whoever reads the output may be slow, and the executors shall not wait for it.
      String problem = tell(side, ending);
      boolean unused =
          waitUnlessSignalled(
              () -> {
                stdout.finish();
                stderr.finish();
              });
      return conclude(ending, problem, json);
    }
  }

  private Ending awaitEnd(LaunchHandle started) throws InterruptedException {
    process = started;
    if (signals.signal().isPresent() || stopRequestedBy != null) {
      started.stop(grace);
    }
    try {
      return started.exit().toCompletableFuture().get();
    } catch (ExecutionException e) {
      return Ending.lost(Reasons.of(e.getCause()));
    }
  }

  /** Called for each signal; the first one asks, further ones force, and end what is waited for. */
  private void signalled(int count) {
    LaunchHandle running = process;
    if (count == 1) {
      killCall = new Thread(this::recordKill, "kill");
      killCall.setDaemon(true);
      killCall.start();
      if (running != null) {
        running.stop(grace);
      }
    } else {
      if (running != null) {
        running.stop(Duration.ZERO);
      }
      synchronized (this) {
        if (waiting != null) {
          waiting.interrupt();
        }
      }
    }
  }

  /** So that the application's record says that it was killed, and by whom. */
  private void recordKill() {
    try {
      application.kill();
    } catch (SlipwayException e) {
      // The end of the process is reported all the same.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopRequested(String by) {
    stopRequestedBy = by;
    LaunchHandle running = process;
    if (running != null) {
      running.stop(grace);
    }
  }

  private interface Wait {
    void run() throws InterruptedException;
  }

  /** Returns whether it came to its end. */
  private boolean waitUnlessSignalled(Wait wait) {
    synchronized (this) {
      waiting = Thread.currentThread();
    }
    try {
      wait.run();
      return true;
    } catch (InterruptedException signal) {
      return false;
    } finally {
      synchronized (this) {
        waiting = null;
        Thread.interrupted(); // one that came too late
      }
    }
  }

  /** Tells the masters how it ended; returns why that could not be done, or empty text. */
  private String tell(DriverLauncherSide side, Ending ending) {
    String[] problem = {"interrupted"};
    boolean unused =
        waitUnlessSignalled(
            () -> {
              Thread kill = killCall;
              if (kill != null) {
                kill.join(MILLIS_FOR_KILL_CALL);
              }
              problem[0] = side.finish(ending);
            });
    return problem[0];
  }

  private int conclude(Ending ending, String problem, boolean json) throws InterruptedException {
    if (!problem.isEmpty()) {
      console.note(
          application.id()
              + ": the driver "
              + Views.ending(ending)
              + ", but this outcome could not be recorded: "
              + problem);
    }
    if (json && problem.isEmpty()) {
      boolean unused =
          waitUnlessSignalled(
              () -> console.out().println(Json.text(Json.application(application.await()))));
    }
    return exitCode(ending, problem.isEmpty());
  }

  private int exitCode(Ending ending, boolean recorded) throws InterruptedException {
    if (signals.signal().isPresent()) {
      int number = signals.signal().getAsInt();
      console.note(application.id() + ": ended by " + Signals.name(number));
      return ExitCodes.SIGNAL_BASE + number;
    }
    if (stopRequestedBy != null) {
      ApplicationState state = recorded ? stateAfterStop() : ApplicationState.LOST;
      console.note(
          application.id()
              + ": "
              + state
              + (state == ApplicationState.KILLED ? " by " : ": ")
              + stopRequestedBy);
      return Outcome.exitCodeOfStopped(state);
    }
    if (!(ending.status() instanceof ExitStatus.Exited)) {
      console.note(application.id() + ": the driver " + Views.ending(ending));
    }
    return Outcome.exitCode(ending);
  }

  /** What it is, or will be when its executors are gone. */
  private ApplicationState stateAfterStop() throws InterruptedException {
    try {
      ApplicationReport report = application.report();
      if (report.state() == ApplicationState.LOST) {
        return ApplicationState.LOST;
      }
      return report.killedBy().isEmpty() ? ApplicationState.FAILED : ApplicationState.KILLED;
    } catch (SlipwayException e) {
      return ApplicationState.KILLED;
    }
  }
}
