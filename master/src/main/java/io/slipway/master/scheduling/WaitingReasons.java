package io.slipway.master.scheduling;

import io.slipway.master.scheduling.Explanation.Kind;
import io.slipway.master.scheduling.Explanation.Reason;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ByteSize;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/** Says in words why something waits; looks at all workers, since nobody asks often. */
final class WaitingReasons {
  private static final String DRIVER = "driver";

  private final ClusterState state;
  private final WaitingQueue waiting;

  WaitingReasons(ClusterState state, WaitingQueue waiting) {
    this.state = state;
    this.waiting = waiting;
  }

  Explanation explain(Application row) {
    List<Reason> reasons = new ArrayList<>();
    List<Demand> demands = waiting.of(row.id());
    switch (row.state()) {
      case QUEUED, RESTARTING -> {
        if (row.deployMode() == DeployMode.CLIENT) {
          reasons.add(
              new Reason(
                  Kind.DRIVER_SILENT,
                  DRIVER,
                  1,
                  "its driver runs beside the submitter, and has not been heard of"));
        } else if (Demand.awaitsOldExecutors(state, row)) {
          stopping(row, reasons);
        } else {
          admission(row, reasons);
        }
      }
      case STARTING ->
          reasons.add(
              new Reason(
                  Kind.LAUNCHING,
                  DRIVER,
                  1,
                  state
                      .driverOf(row)
                      .flatMap(Execution::worker)
                      .map(worker -> "worker " + worker + " is launching its driver")
                      .orElse("its driver is being launched")));
      case RUNNING -> running(row, reasons);
      case STOPPING -> stopping(row, reasons);
      case SUCCEEDED, FAILED, KILLED, LOST -> {}
    }
    OptionalInt place =
        demands.isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(waiting.position(demands.get(0).place()));
    return new Explanation(row.id(), List.copyOf(reasons), place);
  }

  private void admission(Application row, List<Reason> reasons) {
    LaunchTemplate driver = row.submission().spec().driver().orElseThrow();
    Reason reason = shortage(row, DRIVER, 1, Shape.of(driver), Resources.NONE);
    if (reason.kind() != Kind.RESOURCES || !fitsNow(row, Shape.of(driver))) {
      reasons.add(reason);
    }
    for (ExecutorProfile profile : row.profiles()) {
      if (profile.minimum() > 0) {
        Shape shape = Shape.of(profile.template());
        Reason one = shortage(row, profile.name(), profile.minimum(), shape, driver.resources());
        reasons.add(
            one.kind() == Kind.RESOURCES && !profile.allCores()
                ? minimum(row, profile, Shape.of(driver), one)
                : one);
      }
    }
    if (reasons.isEmpty()) {
      reasons.add(reason);
    }
    // What can never be is said before what may come.
    reasons.sort(Comparator.comparing((Reason one) -> one.kind() != Kind.IMPOSSIBLE));
  }

  /** Where one executor alone may fit, but not as many as must. */
  private Reason minimum(Application row, ExecutorProfile profile, Shape driver, Reason one) {
    Shape shape = Shape.of(profile.template());
    String wanted =
        "its minimum of "
            + profile.minimum()
            + " executors, each of "
            + shape.unit()
            + ", beside its driver of "
            + driver.unit();
    int inAll = room(row, shape, driver, worker -> worker.registration().capacity());
    if (inAll < profile.minimum()) {
      String text = " can never fit: all workers together have room for " + inAll + " of them";
      return new Reason(Kind.IMPOSSIBLE, profile.name(), profile.minimum(), wanted + text);
    }
    int now = room(row, shape, driver, Worker::free);
    if (now < profile.minimum()) {
      String text = " does not fit now: there is room for " + now + " of them; " + one.text();
      return new Reason(Kind.RESOURCES, profile.name(), profile.minimum(), wanted + text);
    }
    return one;
  }

  /** How many units fit with the driver at the place where it takes the least of their room. */
  private int room(
      Application row, Shape shape, Shape driver, Function<Worker, Resources> resources) {
    long sum = 0;
    long leastLost = Long.MAX_VALUE;
    for (WorkerId id : state.workerIds()) {
      Worker worker = state.worker(id).orElseThrow();
      if (!worker.usable() || row.avoids(id)) {
        continue;
      }
      Resources there = resources.apply(worker);
      long units = shape.possibleOn(worker) ? units(there, shape.unit()) : 0;
      sum += units;
      if (driver.possibleOn(worker) && there.fits(driver.unit())) {
        long beside =
            shape.possibleOn(worker) ? units(there.minus(driver.unit()), shape.unit()) : 0;
        leastLost = Math.min(leastLost, units - beside);
      }
    }
    return (int) Math.min(Integer.MAX_VALUE, leastLost == Long.MAX_VALUE ? 0 : sum - leastLost);
  }

  private static long units(Resources there, Resources unit) {
    long units = Long.MAX_VALUE / 1_000_000;
    if (unit.cores() > 0) {
      units = Math.min(units, there.cores() / unit.cores());
    }
    if (unit.memoryBytes() > 0) {
      units = Math.min(units, there.memoryBytes() / unit.memoryBytes());
    }
    for (Map.Entry<String, Long> custom : unit.custom().entrySet()) {
      if (custom.getValue() > 0) {
        long available = there.custom().getOrDefault(custom.getKey(), 0L);
        units = Math.min(units, available / custom.getValue());
      }
    }
    return units;
  }

  private boolean fitsNow(Application row, Shape shape) {
    return state.workerIds().stream()
        .map(id -> state.worker(id).orElseThrow())
        .anyMatch(
            worker ->
                worker.usable()
                    && shape.possibleOn(worker)
                    && !row.avoids(worker.id())
                    && worker.free().fits(shape.unit()));
  }

  private void running(Application row, List<Reason> reasons) {
    if (!row.takesExecutors()) {
      boolean wants =
          row.profiles().stream().anyMatch(profile -> profile.target().total().orElse(1) > 0);
      if (!row.finishing() && wants) {
        reasons.add(
            new Reason(
                Kind.DRIVER_NOT_REGISTERED,
                DRIVER,
                0,
                "executors are launched when its driver has registered"));
      }
      return;
    }
    for (ExecutorProfile profile : row.profiles()) {
      int present = state.executionsOf(row.id()).wanted(profile.name());
      OptionalInt total = profile.target().total();
      int missing = total.isPresent() ? total.getAsInt() - present : 0;
      if (missing > 0) {
        int cores = profile.template().resources().cores();
        if (Demand.missing(state, row, profile) == 0) {
          reasons.add(capped(row, profile, missing, cores));
        } else {
          reasons.add(
              shortage(row, profile.name(), missing, Shape.of(profile.template()), Resources.NONE));
        }
      }
    }
    long launching =
        state.executionsOf(row.id()).executors().values().stream()
            .filter(executor -> executor.state() == ExecutionState.LAUNCHING)
            .count();
    if (launching > 0) {
      reasons.add(
          new Reason(
              Kind.LAUNCHING,
              "executors",
              (int) launching,
              launching + " executors are being launched"));
    }
  }

  private Reason capped(Application row, ExecutorProfile profile, int missing, int cores) {
    int cap = row.maxCores().orElseThrow();
    int used = state.executionsOf(row.id()).activeCores();
    String text =
        cap < cores
            ? "its cap of " + cap + " cores is below the " + cores + " of one executor"
            : "its cap of "
                + cap
                + " cores is reached: "
                + used
                + " are in use, and one executor"
                + " takes "
                + cores;
    return new Reason(Kind.CORES_CAP, profile.name(), missing, text);
  }

  private void stopping(Application row, List<Reason> reasons) {
    long active =
        state.executionsOf(row.id()).activeExecutors()
            + state.driverOf(row).filter(Execution::active).stream().count();
    reasons.add(
        new Reason(
            Kind.STOPPING, "executions", (int) active, "the exits of its processes are awaited"));
  }

  private Reason shortage(
      Application row, String what, int missing, Shape shape, Resources beside) {
    int usable = 0;
    int possible = 0;
    int avoided = 0;
    int launcherMissing = 0;
    int shortOfCores = 0;
    int shortOfMemory = 0;
    Worker best = null;
    for (WorkerId id : state.workerIds()) {
      Worker worker = state.worker(id).orElseThrow();
      if (!worker.usable()) {
        continue;
      }
      usable++;
      if (shape.launcher().isPresent()
          && !worker.registration().launchers().contains(shape.launcher().get())) {
        launcherMissing++;
      }
      if (!shape.possibleOn(worker)) {
        continue;
      }
      possible++;
      if (row.avoids(id)) {
        avoided++;
        continue;
      }
      Resources free = worker.free();
      shortOfCores += free.cores() < shape.unit().cores() ? 1 : 0;
      shortOfMemory += free.memoryBytes() < shape.unit().memoryBytes() ? 1 : 0;
      if (best == null || free.cores() > best.free().cores()) {
        best = worker;
      }
    }
    if (usable == 0) {
      return new Reason(
          Kind.NO_WORKERS,
          what,
          missing,
          state.workerIds().isEmpty()
              ? "no worker has registered"
              : "no worker takes anything: all are silent, lost or draining");
    }
    if (possible == 0) {
      return new Reason(
          Kind.IMPOSSIBLE,
          what,
          missing,
          launcherMissing == usable
              ? "no worker has launcher " + shape.launcher().orElseThrow()
              : "no worker has " + shape.unit() + " in all");
    }
    if (avoided == possible) {
      return new Reason(
          Kind.AVOIDED,
          what,
          missing,
          "it can't go to any worker that is large enough: each failed to launch for it lately, or"
              + " its driver excluded it");
    }
    return new Reason(
        Kind.RESOURCES,
        what,
        missing,
        text(what, shape, beside, possible, shortOfCores, shortOfMemory, best));
  }

  private String text(
      String what,
      Shape shape,
      Resources beside,
      int possible,
      int shortOfCores,
      int shortOfMemory,
      Worker best) {
    StringBuilder text = new StringBuilder();
    text.append(what).append(" needs ").append(shape.unit());
    if (!beside.equals(Resources.NONE)) {
      text.append(" beside its driver's ").append(beside);
    }
    text.append("; of ").append(possible).append(" workers that are large enough ");
    text.append(shortOfCores).append(" are short of cores and ");
    text.append(shortOfMemory).append(" of memory; ");
    text.append("most is free on ").append(best.id()).append(": ");
    text.append(best.free().cores()).append(" cores, ");
    text.append(ByteSize.format(best.free().memoryBytes()));
    Map<ApplicationId, Integer> holders = new TreeMap<>();
    for (Execution execution : state.activeOn(best.id()).values()) {
      holders.merge(execution.id().application(), execution.reserved().cores(), Integer::sum);
    }
    if (!holders.isEmpty()) {
      text.append("; cores there are held by ").append(holders);
    }
    return text.toString();
  }
}
