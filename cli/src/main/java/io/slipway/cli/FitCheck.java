package io.slipway.cli;

import io.slipway.client.WorkerReport;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Whether a cluster has room for the driver of a submission together with its minimum of executors,
 * as the master would admit them. A guess about a moment: nothing is reserved.
 *
 * @param fits when it has room
 * @param executorsNow how many executors would fit now, at most as many as are wanted
 * @param reason in a sentence
 */
record FitCheck(Fits fits, int executorsNow, String reason) {
  /** When there is room. */
  enum Fits {
    /** With what is free. */
    NOW,
    /** Once what runs has ended. */
    LATER,
    /** With the workers that there are, never. */
    NEVER
  }

  private record Machine(WorkerReport worker, Resources room) {
    boolean has(LaunchTemplate template) {
      return template.launcher().map(worker.launchers()::contains).orElse(true);
    }
  }

  /** Looks at these workers. */
  static FitCheck of(ApplicationSpec spec, List<WorkerReport> workers) {
    List<WorkerReport> live =
        workers.stream().filter(worker -> worker.state() == WorkerState.LIVE).toList();
    OptionalInt now = executors(spec, live, w -> w.resources().minus(w.allocated()));
    int wanted = spec.profiles().stream().mapToInt(FitCheck::wanted).sum();
    int minimum = spec.profiles().stream().mapToInt(ExecutorProfile::minimum).sum();
    String what =
        (spec.deployMode() == DeployMode.CLUSTER ? "the driver with " : "")
            + minimum
            + (minimum == 1 ? " executor" : " executors");
    if (now.isPresent() && now.getAsInt() >= minimum) {
      int first = Math.min(wanted, now.getAsInt());
      return new FitCheck(
          Fits.NOW, first, first + " of " + wanted + " executors could start at once");
    }
    OptionalInt ever = executors(spec, live, WorkerReport::resources);
    if (ever.isPresent() && ever.getAsInt() >= minimum) {
      return new FitCheck(Fits.LATER, 0, what + " would fit once enough of what runs has ended");
    }
    String most =
        ever.isEmpty()
            ? "no worker has room for the driver"
            : "there is room for " + ever.getAsInt();
    return new FitCheck(
        Fits.NEVER,
        0,
        live.isEmpty()
            ? "no worker is live; start one with 'slipway worker'"
            : what
                + " would not fit on the "
                + live.size()
                + (live.size() == 1 ? " live worker" : " live workers")
                + " even if nothing else ran: "
                + most
                + "; ask for less, or add workers");
  }

  private static int wanted(ExecutorProfile profile) {
    return profile.target().total().orElse(Integer.MAX_VALUE / 2);
  }

  /** How many executors fit beside the driver; empty if not even that does. */
  private static OptionalInt executors(
      ApplicationSpec spec, List<WorkerReport> workers, Function<WorkerReport, Resources> room) {
    List<Machine> machines =
        workers.stream().map(worker -> new Machine(worker, room.apply(worker))).toList();
    Optional<ExecutorProfile> profile = spec.profiles().stream().findFirst();
    long all = machines.stream().mapToLong(machine -> capacity(profile, machine)).sum();
    if (spec.deployMode() == DeployMode.CLUSTER) {
      LaunchTemplate driver = spec.driver().orElseThrow();
      // Where the driver stands least in the way.
      long cost = Long.MAX_VALUE;
      for (Machine machine : machines) {
        if (machine.has(driver) && machine.room().fits(driver.resources())) {
          Machine beside = new Machine(machine.worker(), machine.room().minus(driver.resources()));
          cost = Math.min(cost, capacity(profile, machine) - capacity(profile, beside));
        }
      }
      if (cost == Long.MAX_VALUE) {
        return OptionalInt.empty();
      }
      all -= cost;
    }
    if (profile.isPresent() && spec.maxCores().isPresent()) {
      all =
          Math.min(all, spec.maxCores().getAsInt() / profile.get().template().resources().cores());
    }
    return OptionalInt.of((int) Math.min(all, Integer.MAX_VALUE));
  }

  private static long capacity(Optional<ExecutorProfile> profile, Machine machine) {
    if (profile.isEmpty() || !machine.has(profile.get().template())) {
      return 0;
    }
    Resources unit = profile.get().template().resources();
    if (!machine.room().fits(unit)) {
      return 0;
    }
    if (profile.get().allCores()) {
      return 1;
    }
    long most = machine.room().cores() / unit.cores();
    if (unit.memoryBytes() > 0) {
      most = Math.min(most, machine.room().memoryBytes() / unit.memoryBytes());
    }
    for (var entry : unit.custom().entrySet()) {
      most = Math.min(most, machine.room().custom().get(entry.getKey()) / entry.getValue());
    }
    return most;
  }
}
