package io.slipway.master.scheduling;

import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Placement;
import io.slipway.master.state.PlacementStrategy;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Decides what runs where, from the state alone.
 *
 * <p>What waits is served in queue order: priority, then submission. One unit after another goes to
 * the best worker with room; a driver goes only together with its minimum of executors. What finds
 * no room does not hold back what comes later, with one exception: the first that has waited for
 * {@link #STARVED_MILLIS} holds the workers on which it will fit first, so that later ones can't
 * keep it waiting for ever.
 */
public final class Scheduler {
  /** After so long, in cluster time, workers are held for the first that waits. */
  public static final long STARVED_MILLIS = 60_000;

  private final ClusterState state;
  private final WorkerIndex workers = new WorkerIndex();
  private final WaitingQueue waiting;

  /** Keeps indexes beside the state from now on. */
  public Scheduler(ClusterState state) {
    this.state = state;
    this.waiting = new WaitingQueue(state);
    state.listen(workers);
    state.listen(waiting);
  }

  WaitingQueue waiting() {
    return waiting;
  }

  /** How many applications wait for resources. */
  public int waitingApplications() {
    waiting.refresh();
    return waiting.applications();
  }

  /**
   * Places what fits.
   *
   * @param decide applies each decision at once, and tells how many bytes it takes in the record
   * @param budget how many bytes the decisions may take there; the last one may take more
   * @return whether it stopped because of the budget, so that there may be more to place
   */
  public boolean schedule(ToIntFunction<Decision> decide, int budget) {
    waiting.refresh();
    return new Run(decide, budget).run();
  }

  /** Says why an application waits; it must exist. */
  public Explanation explain(ApplicationId id) {
    waiting.refresh();
    return new WaitingReasons(state, waiting).explain(state.application(id).orElseThrow());
  }

  /** The most that a placement takes in a record. */
  private static int bytes(WorkerId worker, Resources reserved) {
    int bytes = 40 + worker.value().length();
    for (String name : reserved.custom().keySet()) {
      bytes += 20 + name.length();
    }
    return bytes;
  }

  /** One round of scheduling. */
  private final class Run {
    private final ToIntFunction<Decision> decide;
    private final PlacementStrategy drivers = state.meta().settings().drivers();
    private final PlacementStrategy executors = state.meta().settings().executors();
    private Set<WorkerId> held = Set.of();
    private boolean holding;
    private int budget;

    Run(ToIntFunction<Decision> decide, int budget) {
      this.decide = decide;
      this.budget = budget;
    }

    boolean run() {
      PriorityQueue<Demand> heads = waiting.heads();
      while (!heads.isEmpty()) {
        if (budget <= 0) {
          return true;
        }
        Demand demand = heads.poll();
        Application row = state.application(demand.application()).orElseThrow();
        boolean served = demand.profile().isPresent() ? placeExecutors(demand, row) : admit(row);
        if (served) {
          waiting.refresh();
          Demand next = waiting.next(demand);
          if (next != null) {
            heads.add(next);
          }
        }
      }
      return budget <= 0;
    }

    private boolean refuses(Application row, WorkerIndex.Slot slot) {
      return row.avoids(slot.id()) || held.contains(slot.id());
    }

    /** Places all that is missing of one profile, as far as it fits. */
    private boolean placeExecutors(Demand demand, Application row) {
      ExecutorProfile profile = row.profiles().get(demand.profile().orElseThrow());
      Shape shape = Shape.of(profile.template());
      int missing = Demand.missing(state, row, profile);
      int coresLeft =
          row.maxCores().isEmpty()
              ? Integer.MAX_VALUE
              : row.maxCores().getAsInt() - state.executionsOf(row.id()).activeCores();
      Set<WorkerId> taken = new HashSet<>();
      List<Placement> placements = new ArrayList<>();
      int number = row.nextExecutor();
      int cost = 0;
      boolean room = true;
      while (missing > 0 && cost < budget) {
        WorkerIndex.Slot slot = executorSlot(row, profile, shape, taken);
        if (slot == null) {
          room = false;
          break;
        }
        Resources reserved = reserved(profile, slot, coresLeft);
        workers.choose(slot, reserved);
        placements.add(new Placement(number++, slot.id(), reserved));
        cost += bytes(slot.id(), reserved);
        coresLeft -= reserved.cores();
        missing = Math.min(missing - 1, coresLeft / profile.template().resources().cores());
      }
      workers.decided();
      if (!placements.isEmpty()) {
        budget -=
            decide.applyAsInt(
                new Decision.Placed(row.id(), row.attempt(), profile.name(), placements));
      }
      if (room && missing > 0) {
        budget = 0;
      }
      if (!room && profile.target().total().isPresent() && starved(row)) {
        hold(row, shape, List.of());
      }
      return room;
    }

    private WorkerIndex.Slot executorSlot(
        Application row, ExecutorProfile profile, Shape shape, Set<WorkerId> taken) {
      Predicate<WorkerIndex.Slot> refused = slot -> refuses(row, slot);
      if (profile.allCores()) {
        refused =
            refused.or(
                slot -> taken.contains(slot.id()) || hasExecutor(row.id(), profile, slot.id()));
      }
      WorkerIndex.Slot slot = workers.best(shape, WorkerIndex.Room.FREE, executors, refused);
      if (slot != null && profile.allCores()) {
        taken.add(slot.id());
      }
      return slot;
    }

    private Resources reserved(ExecutorProfile profile, WorkerIndex.Slot slot, int coresLeft) {
      Resources unit = profile.template().resources();
      return profile.allCores()
          ? new Resources(Math.min(slot.freeCores(), coresLeft), unit.memoryBytes(), unit.custom())
          : unit;
    }

    private boolean hasExecutor(ApplicationId id, ExecutorProfile profile, WorkerId worker) {
      SortedMap<ExecutionId, io.slipway.master.state.Execution> there =
          state.activeOn(worker).subMap(id.executor(1), id.executor(Integer.MAX_VALUE));
      return there.values().stream()
          .anyMatch(execution -> execution.profile().equals(profile.name()));
    }

    /** Places a driver with its minimum of executors, or nothing. */
    private boolean admit(Application row) {
      LaunchTemplate template = row.submission().spec().driver().orElseThrow();
      Shape shape = Shape.of(template);
      List<WorkerId> chosen = new ArrayList<>();
      WorkerIndex.Slot slot =
          workers.best(shape, WorkerIndex.Room.FREE, drivers, each -> refuses(row, each));
      if (slot == null) {
        return refuse(row, shape, chosen);
      }
      Placement driver = new Placement(row.attempt() + 1, slot.id(), template.resources());
      workers.choose(slot, driver.reserved());
      chosen.add(slot.id());
      int number = row.nextExecutor();
      int coresLeft = row.maxCores().orElse(Integer.MAX_VALUE);
      SortedMap<String, List<Placement>> reserved = new TreeMap<>();
      for (ExecutorProfile profile : row.profiles()) {
        Shape unit = Shape.of(profile.template());
        Set<WorkerId> taken = new HashSet<>();
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < profile.minimum(); i++) {
          if (coresLeft < unit.unit().cores()) {
            break;
          }
          slot = executorSlot(row, profile, unit, taken);
          if (slot == null) {
            return refuse(row, unit, chosen);
          }
          Resources resources = reserved(profile, slot, coresLeft);
          workers.choose(slot, resources);
          chosen.add(slot.id());
          placements.add(new Placement(number++, slot.id(), resources));
          coresLeft -= resources.cores();
        }
        if (!placements.isEmpty()) {
          reserved.put(profile.name(), placements);
        }
      }
      workers.decided();
      budget -= decide.applyAsInt(new Decision.Admitted(row.id(), driver, reserved));
      return true;
    }

    private boolean refuse(Application row, Shape missing, List<WorkerId> chosen) {
      if (starved(row)) {
        hold(row, missing, chosen);
      }
      workers.giveUp();
      return false;
    }

    private boolean starved(Application row) {
      return !holding && state.nowMillis() - row.waitingSince() >= STARVED_MILLIS;
    }

    /** Keeps later ones away from where this one fits first. */
    private void hold(Application row, Shape missing, List<WorkerId> chosen) {
      WorkerIndex.Slot slot =
          workers.best(
              missing,
              WorkerIndex.Room.CAPACITY,
              PlacementStrategy.SPREAD,
              each -> row.avoids(each.id()));
      if (slot == null) {
        return;
      }
      holding = true;
      held = new HashSet<>(chosen);
      held.add(slot.id());
    }
  }
}
