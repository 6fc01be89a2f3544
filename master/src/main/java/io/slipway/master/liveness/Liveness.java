package io.slipway.master.liveness;

import com.google.protobuf.ByteString;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Deadline;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.DeployMode;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The leases of workers and of client-mode drivers. Elapsed time and renewals stay here; only that
 * a lease lapsed, or that somebody silent was heard again, becomes a fact. How long silence may
 * last before something is lost is a deadline in the state.
 */
public final class Liveness {
  private static final long SHORTEST_LEASE_MILLIS = 10_000;

  private final Leases<WorkerId> workers = new Leases<>();
  private final Leases<ApplicationId> drivers = new Leases<>();
  private final Map<WorkerId, ByteString> reconciled = new HashMap<>();

  /** How long a lease holds: ten seconds, or a second for every thousand workers. */
  public static long leaseMillis(int workers) {
    return Math.max(SHORTEST_LEASE_MILLIS, workers);
  }

  /** How often it should be renewed: three times within a lease. */
  public static long renewMillis(int workers) {
    return leaseMillis(workers) / 3;
  }

  /** The leases of workers. */
  public Leases<WorkerId> workers() {
    return workers;
  }

  /** The leases of client-mode drivers. */
  public Leases<ApplicationId> drivers() {
    return drivers;
  }

  /** Notes that a worker's list, with this digest, has been compared with the state. */
  public void reconciled(WorkerId worker, ByteString digest) {
    reconciled.put(worker, digest);
  }

  /** Notes that the next list of a worker must be compared. */
  public void listWanted(WorkerId worker) {
    reconciled.remove(worker);
  }

  /** Whether the list with this digest has been compared. */
  public boolean isReconciled(WorkerId worker, ByteString digest) {
    return digest.equals(reconciled.get(worker));
  }

  /** A leadership begins: everybody who might be heard gets a full lease. */
  public void lead(ClusterState state, long nowNanos) {
    clear();
    for (WorkerId id : state.workerIds()) {
      if (state.worker(id).orElseThrow().liveness() != WorkerState.LOST) {
        workers.renew(id, nowNanos);
      }
    }
    for (Application row : state.applicationsBySequence().values()) {
      if (row.deployMode() == DeployMode.CLIENT
          && state.driverOf(row).filter(Execution::active).isPresent()) {
        drivers.renew(row.id(), nowNanos);
      }
    }
  }

  /** A leadership ends. */
  public void clear() {
    workers.clear();
    drivers.clear();
    reconciled.clear();
  }

  /** Tells whose leases lapsed, as facts; what does not fit into the round is told next time. */
  public void check(
      ClusterState state, long nowNanos, BooleanSupplier full, Consumer<Fact> accept) {
    long lease = leaseMillis(state.workerIds().size());
    workers.lapsed(
        nowNanos,
        lease,
        lapsed -> {
          Worker row = state.worker(lapsed.key()).orElse(null);
          if (row == null || row.liveness() == WorkerState.LOST) {
            workers.remove(lapsed.key());
          } else if (row.liveness() == WorkerState.LIVE && !full.getAsBoolean()) {
            accept.accept(
                new Fact.WorkerSuspected(row.id(), row.epoch(), lapsed.silentNanos() / 1_000_000));
          }
        });
    drivers.lapsed(
        nowNanos,
        lease,
        lapsed -> {
          Application row = state.application(lapsed.key()).orElse(null);
          if (row == null || state.driverOf(row).filter(Execution::active).isEmpty()) {
            drivers.remove(lapsed.key());
          } else if (!suspected(state, row.id()) && !full.getAsBoolean()) {
            accept.accept(
                new Fact.DriverSuspected(
                    row.id(), row.attempt(), lapsed.silentNanos() / 1_000_000));
          }
        });
  }

  /** Whether a client-mode driver's silence is being counted. */
  public static boolean suspected(ClusterState state, ApplicationId id) {
    return state.deadline(new Deadline.Key(Deadline.Kind.DRIVER_LOST, id.value())).isPresent();
  }
}
