package io.slipway.cli;

import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.DriverLauncherSide;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.client.Submission;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Signals;
import io.slipway.model.TimeSpan;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * Runs the driver of a client-mode application beside this command, to its end: starts its process,
 * shows its output, renews its lease, obeys what asks it to stop, and reports how it ended.
 */
final class ClientModeRun {
  private static final int MILLIS_FOR_KILL_CALL = 10_000;
  private static final int FIRST_SIGNAL = 1;
  private static final int FURTHER_SIGNAL = 2;

  private final SlipwayClient client;
  private final ApplicationHandle application;
  private final Submission resolved;
  private final SubmitOptions options;
  private final StopRequest signals;
  private final Console console;
  private final Path scratch;
  private final Duration grace;

  private volatile LaunchHandle process;
  private volatile String stopRequestedBy;
  private volatile Thread killCall;

  /** Waits for something that a signal shall not wait for; guarded by this. */
  private Thread waiting;

  /** Which signal ends that waiting: the first, or a further one; guarded by this. */
  private int endedBySignal;

  ClientModeRun(
      SlipwayClient client,
      ApplicationHandle application,
      Submission resolved,
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
   * @param launcher starts the driver
   * @param json whether to print the application's record at the end
   * @return the exit code of the command
   */
  int run(Launcher launcher, boolean json) throws InterruptedException {
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
      signals.listen(this::signalled);
      try {
        ClientModeLaunch launch =
            ClientModeLaunch.prepare(
                id, client.masters(), grant.token(), resolved, options, scratch);
        return launch(launcher, launch, side, json);
      } catch (NoLeaseException e) {
        throw e.toTell();
      } catch (IOException e) {
        // Nothing of it runs, and nobody else would ever tell the masters.
        try {
          if (mayStart(side)) {
            String unused = tell(side, Ending.notStarted(Reasons.of(e)));
          }
        } catch (NoLeaseException other) {
          throw other.toTell();
        }
        throw ClientModeLaunch.failed(e);
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

  /** Somebody else has the driver's lease, or nobody can have it: there is nothing to tell. */
  private static final class NoLeaseException extends Exception {
    private static final long serialVersionUID = 1;

    NoLeaseException(CommandFailedException toTell) {
      super(toTell);
    }

    CommandFailedException toTell() {
      return (CommandFailedException) getCause();
    }
  }

  private int launch(
      Launcher launcher, ClientModeLaunch launch, DriverLauncherSide side, boolean json)
      throws InterruptedException, NoLeaseException {
    if (!mayStart(side)) {
      return conclude(side, Ending.notStarted("stopped before its driver was started"), json);
    }
    LaunchSpec spec = launch.spec();
    LaunchHandle started;
    try {
      started = launcher.launch(spec, launch.directory());
    } catch (LaunchException e) {
      return conclude(side, Ending.notStarted(e.getMessage()), json);
    }
    side.started();
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
            FURTHER_SIGNAL,
            () -> {
              stdout.finish();
              stderr.finish();
            });
    return conclude(ending, problem, json);
  }

  /** Waits for the driver's lease; false if the driver is not wanted any more. */
  private boolean mayStart(DriverLauncherSide side) throws NoLeaseException {
    try {
      return waitUnlessSignalled(FIRST_SIGNAL, side::awaitLease)
          && signals.signal().isEmpty()
          && stopRequestedBy == null;
    } catch (SlipwayException e) {
      throw new NoLeaseException(
          e.kind() == SlipwayException.Kind.WRONG_STATE
              ? CommandFailedException.failed(hasDriver(), e)
              : Failures.explain(e));
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
    if (count == FIRST_SIGNAL) {
      killCall = new Thread(this::recordKill, "kill");
      killCall.setDaemon(true);
      killCall.start();
    }
    if (running != null) {
      running.stop(count == FIRST_SIGNAL ? grace : Duration.ZERO);
    }
    synchronized (this) {
      if (waiting != null && count >= endedBySignal) {
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

  private interface Wait {
    void run() throws InterruptedException;
  }

  /** Returns whether it came to its end. */
  private boolean waitUnlessSignalled(int signal, Wait wait) {
    synchronized (this) {
      waiting = Thread.currentThread();
      endedBySignal = signal;
    }
    try {
      wait.run();
      return true;
    } catch (InterruptedException signalled) {
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
            FURTHER_SIGNAL,
            () -> {
              Thread kill = killCall;
              if (kill != null) {
                kill.join(MILLIS_FOR_KILL_CALL);
              }
              problem[0] = side.finish(ending);
            });
    return problem[0];
  }

  private int conclude(DriverLauncherSide side, Ending ending, boolean json)
      throws InterruptedException {
    return conclude(ending, tell(side, ending), json);
  }

  private int conclude(Ending ending, String problem, boolean json) throws InterruptedException {
    if (!problem.isEmpty()) {
      console.note(
          application.id()
              + ": "
              + Views.driver(ending)
              + ", but this outcome could not be recorded: "
              + problem);
    }
    if (json && problem.isEmpty()) {
      boolean unused =
          waitUnlessSignalled(
              FURTHER_SIGNAL,
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
    if (recorded && timeLimitPassed()) {
      console.note(
          application.id()
              + ": FAILED: its time limit of "
              + TimeSpan.format(resolved.spec().timeLimit().orElseThrow())
              + " passed");
      return ExitCodes.TIME_LIMIT;
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
      console.note(application.id() + ": " + Views.driver(ending));
    }
    return Outcome.exitCode(ending);
  }

  /** Also if the driver ended by itself before this side heard of that. */
  private boolean timeLimitPassed() throws InterruptedException {
    try {
      return resolved.spec().timeLimit().isPresent() && application.report().timeLimitPassed();
    } catch (SlipwayException e) {
      return false;
    }
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
