package io.slipway.master.decide;

import io.slipway.master.state.Application;
import io.slipway.master.state.ApplicationExecutions;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.KillRequest;
import io.slipway.master.state.Outcome;
import io.slipway.master.state.StopOrder;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.TimeSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The rules by which applications live and end: what follows from facts without any choice. Given
 * the same tables and facts it always decides the same, and when all that it decided is applied it
 * has nothing more to decide.
 */
final class LifeCycle {
  /** So many failures of executors in a row end an application. */
  static final int FAILURES = 10;

  /** The most executors that one decision stops, so that a round stays small. */
  static final int STOPPED_AT_ONCE = 10_000;

  private final ClusterState state;
  private final Consumer<Decision> decide;

  LifeCycle(ClusterState state, Consumer<Decision> decide) {
    this.state = state;
    this.decide = decide;
  }

  /** What a fact orders by itself. */
  void follow(Fact fact) {
    if (fact instanceof Fact.ExecutorsReleased released) {
      release(released);
    }
  }

  private void release(Fact.ExecutorsReleased released) {
    Application row = state.application(released.application()).orElseThrow();
    Map<String, List<Integer>> byProfile = new TreeMap<>();
    List<Integer> reserved = new ArrayList<>();
    for (int number : released.numbers()) {
      Execution executor = state.execution(row.id().executor(number)).orElse(null);
      if (executor == null || !executor.wanted()) {
        continue;
      }
      if (executor.state() == ExecutionState.PENDING) {
        reserved.add(number);
      } else {
        byProfile.computeIfAbsent(executor.profile(), name -> new ArrayList<>()).add(number);
      }
    }
    if (!reserved.isEmpty()) {
      decide.accept(
          new Decision.ReservationsReturned(row.id(), reserved, "released by its driver"));
    }
    byProfile.forEach(
        (profile, numbers) ->
            decide.accept(
                new Decision.ExecutorsStopped(
                    row.id(),
                    numbers,
                    StopOrder.DRIVER,
                    "released by its driver",
                    released.grace().orElseGet(() -> grace(row, profile)))));
  }

  /**
   * Decides what is due for one application.
   *
   * @return whether more is due in the next round
   */
  boolean advance(ApplicationId id) {
    while (true) {
      Application row = state.application(id).orElse(null);
      if (row == null) {
        return false;
      }
      Optional<Decision.ApplicationChanged> change = change(row);
      if (change.isPresent()) {
        decide.accept(change.get());
        continue;
      }
      boolean more = settleExecutions(row);
      // What was given back may have been the last that was waited for.
      if (!state.executionsOf(id).over() || row.state() != ApplicationState.STOPPING) {
        return more;
      }
    }
  }

  /** Whether another attempt follows a driver that ended like this. */
  static boolean restarts(Application row, Ending ending) {
    return row.deployMode() == DeployMode.CLUSTER
        && row.attempt() < row.submission().spec().maxAttempts()
        && row.kill().isEmpty()
        && !ending.status().isSuccess();
  }

  private Optional<Decision.ApplicationChanged> change(Application row) {
    Optional<Execution> driver = state.driverOf(row);
    Optional<Ending> ending = driver.flatMap(Execution::end).map(end -> end.ending());
    return switch (row.state()) {
      case QUEUED, STARTING, RUNNING, RESTARTING -> whileAlive(row, driver, ending);
      case STOPPING -> whileStopping(row, ending);
      case SUCCEEDED, FAILED, KILLED, LOST -> corrected(row, driver, ending);
    };
  }

  private Optional<Decision.ApplicationChanged> whileAlive(
      Application row, Optional<Execution> driver, Optional<Ending> ending) {
    if (row.kill().isPresent()) {
      KillRequest kill = row.kill().get();
      return stopping(
          row,
          new Outcome(
              ApplicationState.KILLED,
              ending,
              "killed by " + kill.by(),
              Optional.of(kill.by()),
              false));
    }
    boolean starts =
        row.state() == ApplicationState.QUEUED || row.state() == ApplicationState.STARTING;
    if (starts && driver.flatMap(Execution::running).isPresent()) {
      // Also where its end came with the news of its start: what has run is told to have run.
      return Optional.of(
          new Decision.ApplicationChanged(row.id(), ApplicationState.RUNNING, Optional.empty()));
    }
    if (ending.isPresent() && !restarts(row, ending.get())) {
      return stopping(row, byDriver(ending.get()));
    }
    if (row.overTime()) {
      return stopping(row, overTime(row, ending));
    }
    if (ending.isPresent()) {
      return row.state() == ApplicationState.RESTARTING
          ? Optional.empty()
          : Optional.of(
              new Decision.ApplicationChanged(
                  row.id(), ApplicationState.RESTARTING, Optional.empty()));
    }
    if (row.failuresInRow() >= FAILURES) {
      return stopping(
          row,
          new Outcome(
              ApplicationState.FAILED,
              Optional.empty(),
              row.failuresInRow()
                  + " executors failed in a row; the last one: "
                  + row.lastFailureText(),
              Optional.empty(),
              false));
    }
    if (row.state() == ApplicationState.QUEUED && row.leaseHolder().isPresent()) {
      return Optional.of(
          new Decision.ApplicationChanged(row.id(), ApplicationState.STARTING, Optional.empty()));
    }
    return Optional.empty();
  }

  private Optional<Decision.ApplicationChanged> stopping(Application row, Outcome outcome) {
    return Optional.of(
        new Decision.ApplicationChanged(row.id(), ApplicationState.STOPPING, Optional.of(outcome)));
  }

  private Optional<Decision.ApplicationChanged> whileStopping(
      Application row, Optional<Ending> ending) {
    Outcome outcome = row.outcome().orElseThrow();
    Outcome complete = put(outcome, ending);
    if (state.executionsOf(row.id()).over()) {
      return Optional.of(
          new Decision.ApplicationChanged(row.id(), complete.result(), Optional.of(complete)));
    }
    return complete.equals(outcome)
        ? Optional.empty()
        : Optional.of(
            new Decision.ApplicationChanged(
                row.id(), ApplicationState.STOPPING, Optional.of(complete)));
  }

  /**
   * An outcome with what is known of its driver. One that was lost is put right when the driver
   * turns out to have ended by itself; one that we stopped because it was lost stays lost.
   */
  private static Outcome put(Outcome outcome, Optional<Ending> ending) {
    if (outcome.result() == ApplicationState.LOST
        && ending.isPresent()
        && ending.get().stop().isEmpty()) {
      return byDriver(ending.get());
    }
    return outcome.withDriver(ending);
  }

  private Optional<Decision.ApplicationChanged> corrected(
      Application row, Optional<Execution> driver, Optional<Ending> ending) {
    Outcome outcome = row.outcome().orElseThrow();
    if (ending.equals(outcome.driver())
        || driver.flatMap(Execution::end).filter(end -> end.corrected()).isEmpty()) {
      return Optional.empty();
    }
    Outcome complete = put(outcome, ending);
    return Optional.of(
        new Decision.ApplicationChanged(row.id(), complete.result(), Optional.of(complete)));
  }

  /** The exit status decides. */
  private static Outcome byDriver(Ending ending) {
    ExitStatus status = ending.status();
    ApplicationState result =
        status.isSuccess()
            ? ApplicationState.SUCCEEDED
            : status instanceof ExitStatus.Lost ? ApplicationState.LOST : ApplicationState.FAILED;
    String cause = ending.memoryExhausted() ? "its driver had used up its memory" : ending.cause();
    return new Outcome(result, Optional.of(ending), cause, Optional.empty(), false);
  }

  private static Outcome overTime(Application row, Optional<Ending> ending) {
    String limit = TimeSpan.format(row.submission().spec().timeLimit().orElseThrow());
    return new Outcome(
        ApplicationState.FAILED,
        ending,
        "its time limit of " + limit + " passed",
        Optional.empty(),
        true);
  }

  private boolean settleExecutions(Application row) {
    return switch (row.state()) {
      case STOPPING -> {
        stopDriver(row);
        yield stopExecutors(row, by(row), reason(row));
      }
      case RESTARTING ->
          stopExecutors(row, StopOrder.MASTER, "the driver attempt that it belongs to has ended");
      case RUNNING -> {
        if (row.finishing()) {
          yield stopExecutors(row, StopOrder.DRIVER, "its driver needs no more executors");
        }
        settleReserved(row);
        yield false;
      }
      case QUEUED, STARTING, SUCCEEDED, FAILED, KILLED, LOST -> false;
    };
  }

  private static String by(Application row) {
    return row.outcome().flatMap(Outcome::by).orElse(StopOrder.MASTER);
  }

  private static String reason(Application row) {
    Outcome outcome = row.outcome().orElseThrow();
    return switch (outcome.result()) {
      case KILLED -> outcome.cause();
      case SUCCEEDED, FAILED -> outcome.overTime() ? outcome.cause() : "the application has ended";
      case LOST -> "the application's driver is lost";
      case QUEUED, STARTING, RUNNING, RESTARTING, STOPPING -> throw new AssertionError(outcome);
    };
  }

  private void stopDriver(Application row) {
    Execution driver = state.driverOf(row).filter(Execution::wanted).orElse(null);
    if (driver == null) {
      return;
    }
    Duration grace =
        row.kill()
            .flatMap(KillRequest::grace)
            .or(() -> row.submission().spec().driver().map(LaunchTemplate::grace))
            .orElse(LaunchTemplate.DEFAULT_GRACE);
    String reason =
        row.outcome().map(Outcome::cause).filter(text -> !text.isEmpty()).orElse(reason(row));
    decide.accept(new Decision.DriverStopped(row.id(), by(row), reason, grace));
  }

  private boolean stopExecutors(Application row, String by, String reason) {
    ApplicationExecutions executions = state.executionsOf(row.id());
    if (!executions.pending().isEmpty()) {
      decide.accept(
          new Decision.ReservationsReturned(row.id(), List.copyOf(executions.pending()), reason));
    }
    if (executions.wanted() == 0) {
      return false;
    }
    Map<String, List<Integer>> byProfile = new TreeMap<>();
    int count = 0;
    for (Execution executor : executions.executors().values()) {
      if (executor.wanted() && count < STOPPED_AT_ONCE) {
        byProfile
            .computeIfAbsent(executor.profile(), name -> new ArrayList<>())
            .add(executor.id().number());
        count++;
      }
    }
    byProfile.forEach(
        (profile, numbers) ->
            decide.accept(
                new Decision.ExecutorsStopped(
                    row.id(),
                    numbers,
                    by,
                    reason,
                    row.kill().flatMap(KillRequest::grace).orElseGet(() -> grace(row, profile)))));
    return executions.wanted() > 0;
  }

  /** Launches what is reserved once the driver is there; gives back what it does not want. */
  private void settleReserved(Application row) {
    ApplicationExecutions executions = state.executionsOf(row.id());
    if (executions.pending().isEmpty()) {
      return;
    }
    if (row.reservationsOver() && !row.takesExecutors()) {
      decide.accept(
          new Decision.ReservationsReturned(
              row.id(), List.copyOf(executions.pending()), "its driver has not registered"));
      return;
    }
    if (!row.takesExecutors()) {
      return;
    }
    List<Integer> launch = new ArrayList<>();
    List<Integer> back = new ArrayList<>();
    for (int number : executions.pending()) {
      Execution reserved = executions.executors().get(number);
      (stillFits(row, reserved) ? launch : back).add(number);
    }
    if (!back.isEmpty()) {
      decide.accept(
          new Decision.ReservationsReturned(row.id(), back, "its driver wants other executors"));
    }
    if (!launch.isEmpty()) {
      decide.accept(new Decision.LaunchesOrdered(row.id(), launch));
    }
  }

  private static boolean stillFits(Application row, Execution reserved) {
    ExecutorProfile profile = row.profile(reserved.profile()).orElse(null);
    if (profile == null) {
      return false;
    }
    Resources unit = profile.template().resources();
    return profile.allCores()
        ? reserved.reserved().cores() >= unit.cores()
            && reserved.reserved().memoryBytes() == unit.memoryBytes()
            && reserved.reserved().custom().equals(unit.custom())
        : reserved.reserved().equals(unit);
  }

  private static Duration grace(Application row, String profile) {
    return row.profile(profile)
        .or(
            () ->
                row.submission().spec().profiles().stream()
                    .filter(old -> old.name().equals(profile))
                    .findFirst())
        .map(found -> found.template().grace())
        .orElse(LaunchTemplate.DEFAULT_GRACE);
  }
}
