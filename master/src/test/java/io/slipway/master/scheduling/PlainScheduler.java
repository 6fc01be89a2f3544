package io.slipway.master.scheduling;

import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Placement;
import io.slipway.master.state.PlacementStrategy;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The scheduler as one would write it without a thought for speed: looks at every application and
 * every worker each time. What {@link Scheduler} must agree with.
 */
public final class PlainScheduler {
  private final ClusterState state;
  private final List<Decision> decisions = new ArrayList<>();
  private final Map<WorkerId, Resources> chosen = new HashMap<>();
  private Set<WorkerId> held = Set.of();
  private boolean holding;

  public PlainScheduler(ClusterState state) {
    this.state = state;
  }

  /** Decides, and applies. */
  public List<Decision> schedule() {
    List<Application> order = new ArrayList<>(state.applicationsBySequence().values());
    order.sort(
        Comparator.comparingInt((Application row) -> -row.priority())
            .thenComparingLong(row -> row.submission().sequence()));
    for (Application row : order) {
      boolean waits =
          row.state() == ApplicationState.QUEUED || row.state() == ApplicationState.RESTARTING;
      if (waits && row.deployMode() == DeployMode.CLUSTER && row.kill().isEmpty()) {
        admit(row);
      } else if (row.takesExecutors()) {
        for (ExecutorProfile profile : row.profiles()) {
          place(state.application(row.id()).orElseThrow(), profile);
        }
      }
    }
    return decisions;
  }

  private void decide(Decision decision) {
    decisions.add(decision);
    state.apply(decision);
    chosen.clear();
  }

  private Resources free(Worker worker) {
    Resources free = worker.free();
    Resources taken = chosen.getOrDefault(worker.id(), Resources.NONE);
    return free.fits(taken) ? free.minus(taken) : Resources.NONE;
  }

  private Optional<WorkerId> best(
      Application row,
      Resources unit,
      Optional<String> launcher,
      PlacementStrategy strategy,
      Set<WorkerId> refused) {
    Comparator<Worker> byCores = Comparator.comparingInt(worker -> free(worker).cores());
    return state.workerIds().stream()
        .map(id -> state.worker(id).orElseThrow())
        .filter(worker -> worker.usable() && !row.avoids(worker.id()))
        .filter(worker -> !held.contains(worker.id()) && !refused.contains(worker.id()))
        .filter(
            worker ->
                launcher.isEmpty() || worker.registration().launchers().contains(launcher.get()))
        .filter(worker -> free(worker).fits(unit))
        .min(
            (strategy == PlacementStrategy.SPREAD ? byCores.reversed() : byCores)
                .thenComparing(Worker::id))
        .map(Worker::id);
  }

  private Set<WorkerId> occupied(Application row, ExecutorProfile profile) {
    Set<WorkerId> occupied = new HashSet<>();
    if (profile.allCores()) {
      for (Execution executor : state.executionsOf(row.id()).executors().values()) {
        if (executor.active() && executor.profile().equals(profile.name())) {
          occupied.add(executor.worker().orElseThrow());
        }
      }
    }
    return occupied;
  }

  /** Places up to so many; the placements that found room. */
  private List<Placement> units(
      Application row, ExecutorProfile profile, long count, int coresLeft, int firstNumber) {
    Resources unit = profile.template().resources();
    Set<WorkerId> occupied = occupied(row, profile);
    List<Placement> placements = new ArrayList<>();
    while (placements.size() < count && coresLeft >= unit.cores()) {
      WorkerId id =
          best(row, unit, profile.launcher(), state.meta().settings().executors(), occupied)
              .orElse(null);
      if (id == null) {
        break;
      }
      int cores =
          profile.allCores()
              ? Math.min(coresLeft, free(state.worker(id).orElseThrow()).cores())
              : unit.cores();
      Resources reserved = new Resources(cores, unit.memoryBytes(), unit.custom());
      chosen.merge(id, reserved, Resources::plus);
      placements.add(new Placement(firstNumber + placements.size(), id, reserved));
      coresLeft -= cores;
      if (profile.allCores()) {
        occupied.add(id);
      }
    }
    return placements;
  }

  private static int coresCap(Application row) {
    return row.maxCores().orElse(Integer.MAX_VALUE);
  }

  private void place(Application row, ExecutorProfile profile) {
    int missing =
        profile.target().total().orElse(Integer.MAX_VALUE)
            - state.executionsOf(row.id()).wanted(profile.name());
    int coresLeft = coresCap(row) - state.executionsOf(row.id()).activeCores();
    if (missing <= 0 || coresLeft < profile.template().resources().cores()) {
      return;
    }
    List<Placement> placements = units(row, profile, missing, coresLeft, row.nextExecutor());
    int used = placements.stream().mapToInt(placement -> placement.reserved().cores()).sum();
    boolean room =
        placements.size() == missing || coresLeft - used < profile.template().resources().cores();
    chosen.clear();
    if (!placements.isEmpty()) {
      decide(new Decision.Placed(row.id(), row.attempt(), profile.name(), placements));
    }
    if (!room && profile.target().total().isPresent() && starved(row)) {
      hold(row, profile.template().resources(), profile.launcher(), List.of());
    }
  }

  /** Waiting is counted from before this round. */
  private boolean starved(Application before) {
    return !holding && state.nowMillis() - before.waitingSince() >= Scheduler.STARVED_MILLIS;
  }

  private void admit(Application row) {
    boolean oldOnesCount = row.state() == ApplicationState.RESTARTING && row.maxCores().isPresent();
    if (oldOnesCount && state.executionsOf(row.id()).activeCores() > 0) {
      return;
    }
    var template = row.submission().spec().driver().orElseThrow();
    Resources unit = template.resources();
    WorkerId driver =
        best(row, unit, template.launcher(), state.meta().settings().drivers(), Set.of())
            .orElse(null);
    if (driver == null) {
      refuse(row, unit, template.launcher(), List.of());
      return;
    }
    chosen.merge(driver, unit, Resources::plus);
    List<WorkerId> used = new ArrayList<>(List.of(driver));
    SortedMap<String, List<Placement>> reserved = new TreeMap<>();
    int number = row.nextExecutor();
    int coresLeft = coresCap(row);
    for (ExecutorProfile profile : row.profiles()) {
      List<Placement> placements = units(row, profile, profile.minimum(), coresLeft, number);
      for (Placement placement : placements) {
        used.add(placement.worker());
        coresLeft -= placement.reserved().cores();
      }
      number += placements.size();
      if (placements.size() < profile.minimum()
          && coresLeft >= profile.template().resources().cores()) {
        refuse(row, profile.template().resources(), profile.launcher(), used);
        return;
      }
      if (!placements.isEmpty()) {
        reserved.put(profile.name(), placements);
      }
    }
    decide(
        new Decision.Admitted(row.id(), new Placement(row.attempt() + 1, driver, unit), reserved));
  }

  private void refuse(
      Application row, Resources unit, Optional<String> launcher, List<WorkerId> used) {
    if (starved(row)) {
      hold(row, unit, launcher, used);
    }
    chosen.clear();
  }

  private void hold(
      Application row, Resources unit, Optional<String> launcher, List<WorkerId> used) {
    state.workerIds().stream()
        .map(id -> state.worker(id).orElseThrow())
        .filter(worker -> worker.usable() && !row.avoids(worker.id()))
        .filter(
            worker ->
                launcher.isEmpty() || worker.registration().launchers().contains(launcher.get()))
        .filter(worker -> worker.registration().capacity().fits(unit))
        .min(
            Comparator.comparingInt((Worker worker) -> -free(worker).cores())
                .thenComparing(Worker::id))
        .ifPresent(
            worker -> {
              holding = true;
              held = new HashSet<>(used);
              held.add(worker.id());
            });
  }
}
