package io.slipway.master.scheduling;

import io.slipway.master.state.Application;
import io.slipway.master.state.ApplicationExecutions;
import io.slipway.master.state.ClusterState;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that waits for resources: a driver with the executors that are admitted together with
 * it, or executors of one profile.
 *
 * @param place in the queue
 * @param application whose
 * @param profile the index of the executors' profile; empty for a driver
 * @param signature what it needs; where one of a signature finds no room, no other one does
 */
record Demand(
    Place place, ApplicationId application, Optional<Integer> profile, Signature signature) {

  /** Queue order: priority, then submission; the parts of one application in their order. */
  record Place(int priority, long sequence, int part) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      if (priority != other.priority) {
        return Integer.compare(other.priority, priority);
      }
      int bySequence = Long.compare(sequence, other.sequence);
      return bySequence != 0 ? bySequence : Integer.compare(part, other.part);
    }
  }

  /**
   * What is needed.
   *
   * @param driver its shape; empty for executors alone
   * @param units the executors' shapes; with a driver, how many of each must fit beside it
   * @param alone set where the application has rules of its own about workers, so that it stands
   *     for itself
   */
  record Signature(Optional<Shape> driver, List<Units> units, Optional<ApplicationId> alone) {}

  /** So many of a shape. */
  record Units(Shape shape, int count, boolean allCores) {}

  /** What an application waits for now, in order. */
  static List<Demand> of(ClusterState state, Application row) {
    if (wantsDriver(row)) {
      return awaitsOldExecutors(state, row) ? List.of() : List.of(driver(row));
    }
    if (!row.takesExecutors()) {
      return List.of();
    }
    List<Demand> demands = new ArrayList<>();
    for (int i = 0; i < row.profiles().size(); i++) {
      ExecutorProfile profile = row.profiles().get(i);
      if (missing(state, row, profile) > 0) {
        Units units = new Units(Shape.of(profile.template()), 1, profile.allCores());
        boolean alone = profile.allCores() || row.avoidsAny();
        demands.add(
            new Demand(
                new Place(row.priority(), row.submission().sequence(), 1 + i),
                row.id(),
                Optional.of(i),
                new Signature(
                    Optional.empty(),
                    List.of(units),
                    alone ? Optional.of(row.id()) : Optional.empty())));
      }
    }
    return demands;
  }

  private static boolean wantsDriver(Application row) {
    return row.deployMode() == DeployMode.CLUSTER
        && row.kill().isEmpty()
        && (row.state() == ApplicationState.QUEUED || row.state() == ApplicationState.RESTARTING);
  }

  /**
   * Whether the executors of the attempt before must go first: they count towards the cap on cores,
   * and the new driver would be admitted with fewer than its minimum.
   */
  static boolean awaitsOldExecutors(ClusterState state, Application row) {
    return row.state() == ApplicationState.RESTARTING
        && row.maxCores().isPresent()
        && state.executionsOf(row.id()).activeCores() > 0;
  }

  private static Demand driver(Application row) {
    List<Units> units = new ArrayList<>();
    boolean alone = row.avoidsAny();
    long coresLeft = row.maxCores().orElse(Integer.MAX_VALUE);
    for (ExecutorProfile profile : row.profiles()) {
      int cores = profile.template().resources().cores();
      int count = (int) Math.min(profile.minimum(), coresLeft / cores);
      if (count > 0) {
        units.add(new Units(Shape.of(profile.template()), count, profile.allCores()));
        coresLeft -= (long) count * cores;
        alone |= profile.allCores();
      }
    }
    return new Demand(
        new Place(row.priority(), row.submission().sequence(), 0),
        row.id(),
        Optional.empty(),
        new Signature(
            Optional.of(Shape.of(row.submission().spec().driver().orElseThrow())),
            units,
            alone ? Optional.of(row.id()) : Optional.empty()));
  }

  /** How many executors of a profile are missing, within the application's cap on cores. */
  static int missing(ClusterState state, Application row, ExecutorProfile profile) {
    ApplicationExecutions executions = state.executionsOf(row.id());
    int target = profile.target().total().orElse(Integer.MAX_VALUE);
    int missing = target - executions.wanted(profile.name());
    if (missing <= 0 || row.maxCores().isEmpty()) {
      return Math.max(0, missing);
    }
    int coresLeft = row.maxCores().getAsInt() - executions.activeCores();
    return Math.max(0, Math.min(missing, coresLeft / profile.template().resources().cores()));
  }
}
