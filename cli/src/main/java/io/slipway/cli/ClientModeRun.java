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
  private volatile Thread reporter;
  private Thread killCall;
  private Thread awaitingLease; // Guarded by this.

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
  int run(boolean json) throws IOException, InterruptedException {
    ApplicationId id = application.id();
    ApplicationHandle.ClientModeGrant grant =
        application.clientModeGrant().filter(given -> !given.token().isEmpty()).orElse(null);
    if (grant == null) {
      throw CommandFailedException.failed(hasDriver());
    }
    if (Terminal.onStandardError()) {
      console.note("application " + id);
    }
    try (DriverLauncherSide side =
        DriverLauncherSide.start(
            client.masters(), id, grant, resolved.spec().lostAfter(), this::stopRequested)) {
      Launcher launcher;
      ClientModeLaunch launch;
      try {
        launch =
            ClientModeLaunch.prepare(
                id, client.masters(), grant.token(), resolved, options, scratch);
        Path ownFiles = Files.createDirectory(scratch.resolve("launcher"));
        launcher =
            ClientModeLaunch.processLauncher()
                .create(
                    new LauncherSettings(
                        id.value(),
                        ownFiles,
                        launch.executions(),
                        false,
                        Collections.emptySortedMap()));
      } catch (LaunchException | IOException e) {
        if (mayStart(side)) {
          side.finish(Ending.notStarted(Reasons.of(e)));
        }
        throw CommandFailedException.failed(Reasons.of(e), e);
      }
      try (launcher) {
        return launch(launcher, launch, side, json);
      }
    }
  }

  private String hasDriver() {
    return "--request-id "
        + options.requestId
        + " has been used for "
        + application.id()
        + " already, which has a driver; 'slipway status "
        + application.id()
        + "' shows it";
  }

  private int launch(
      Launcher launcher, ClientModeLaunch launch, DriverLauncherSide side, boolean json)
      throws InterruptedException {
    LaunchSpec spec = launch.spec();
    if (!mayStart(side)) {
      return report(side, Ending.notStarted("stopped before its driver was started"), json);
    }
    LaunchHandle started;
    try {
      started = launcher.launch(spec, launch.directory());
    } catch (LaunchException e) {
      return report(side, Ending.notStarted(e.getMessage()), json);
    }
    side.started();
    return report(side, awaitEnd(started, spec), json);
  }

  /** Waits for the driver's lease; false if the driver is not wanted any more. */
  private boolean mayStart(DriverLauncherSide side) {
    synchronized (this) {
      awaitingLease = Thread.currentThread();
    }
    signals.listen(this::signalled);
    try {
      side.awaitLease();
      return signals.signal().isEmpty() && stopRequestedBy == null;
    } catch (InterruptedException e) {
      return false; // By a signal: nobody else interrupts.
    } catch (SlipwayException e) {
      if (e.kind() == SlipwayException.Kind.WRONG_STATE) {
        throw CommandFailedException.failed(hasDriver(), e);
      }
      throw Failures.explain(e);
    } finally {
      synchronized (this) {
        awaitingLease = null;
        Thread.interrupted();
      }
    }
  }

  private synchronized void stopAwaitingLease() {
    if (awaitingLease != null) {
      awaitingLease.interrupt();
    }
  }

  private Ending awaitEnd(LaunchHandle started, LaunchSpec spec) throws InterruptedException {
    LogFollower stdout =
        LogFollower.start(
            spec.stdout(), new FileOutputStream(FileDescriptor.out), "stdout", console::note);
    LogFollower stderr =
        LogFollower.start(
            spec.stderr(), new FileOutputStream(FileDescriptor.err), "stderr", console::note);
    process = started;
    if (signals.signal().isPresent() || stopRequestedBy != null) {
      started.stop(grace);
    }
    Ending ending;
    try {
      ending = started.exit().toCompletableFuture().get();
    } catch (ExecutionException e) {
      ending = Ending.lost(Reasons.of(e.getCause()));
    }
    stdout.finish();
    stderr.finish();
    return ending;
  }

  /** Called for each signal; the first one asks, the second one forces, the third one leaves. */
  private void signalled(int count) {
    LaunchHandle running = process;
    if (count == 1) {
      killCall = new Thread(this::recordKill, "kill");
      killCall.setDaemon(true);
      killCall.start();
      stopAwaitingLease();
      if (running != null) {
        running.stop(grace);
      }
    } else {
      if (running != null) {
        running.stop(Duration.ZERO);
      }
      Thread waiting = reporter;
      if (waiting != null) {
        waiting.interrupt();
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

  private int report(DriverLauncherSide side, Ending ending, boolean json)
      throws InterruptedException {
    String problem;
    reporter = Thread.currentThread();
    try {
      Thread kill = killCall;
      if (kill != null) {
        kill.join(MILLIS_FOR_KILL_CALL);
      }
      problem = side.finish(ending);
    } catch (InterruptedException e) {
      problem = "interrupted";
    } finally {
      reporter = null;
    }
    if (!problem.isEmpty()) {
      console.note(
          application.id()
              + ": the driver "
              + Views.ending(ending)
              + ", but this outcome could not be recorded: "
              + problem);
    }
    if (json && problem.isEmpty()) {
      console.out().println(Json.text(Json.application(application.await())));
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
