package io.slipway.master.decide;

import io.slipway.master.decide.Request.ApplicationView;
import io.slipway.master.decide.Request.DriverLocation;
import io.slipway.master.decide.Request.FinishApplication;
import io.slipway.master.decide.Request.LeaseRenewed;
import io.slipway.master.decide.Request.LocateDriver;
import io.slipway.master.decide.Request.RegisterApplication;
import io.slipway.master.decide.Request.ReleaseExecutors;
import io.slipway.master.decide.Request.RenewLease;
import io.slipway.master.decide.Request.SetExecutorTargets;
import io.slipway.master.decide.Request.UpdateApplication;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.DriverRegistration;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.TargetsVersion;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What drivers, and those who launched them, ask. */
final class DriverHandlers {
  private static final int RELEASED_AT_ONCE = 10_000;
  private static final int EXCLUDED = 1_000;
  private static final int HOLDER = 64;

  private final Deliberation round;
  private final ClusterState state;
  private final Liveness liveness;

  DriverHandlers(Deliberation round, ClusterState state, Liveness liveness) {
    this.round = round;
    this.state = state;
    this.liveness = liveness;
  }

  void register(Handlers handlers) {
    handlers.add(RegisterApplication.class, this::registerDriver);
    handlers.add(UpdateApplication.class, this::update);
    handlers.add(SetExecutorTargets.class, this::targets);
    handlers.add(ReleaseExecutors.class, this::release);
    handlers.add(LocateDriver.class, this::locate);
    handlers.add(RenewLease.class, this::renew);
    handlers.add(FinishApplication.class, this::finish);
  }

  private Supplier<ApplicationView> registerDriver(RegisterApplication request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    Checks.alive(row);
    texts(request.page());
    Checks.require(
        request.profiles().stream().map(ExecutorProfile::name).distinct().count()
            == request.profiles().size(),
        "two resource profiles of one name");
    List<ExecutorProfile> profiles =
        request.keepOthers() ? merged(row.profiles(), request.profiles()) : request.profiles();
    SubmissionLimits.check(profiles);
    Fact.DriverRegistered fact =
        new Fact.DriverRegistered(
            row.id(), row.attempt(), request.address(), request.page(), profiles);
    Checks.limit(
        "the size of the resource profiles in bytes",
        RoundCodec.bytes(fact),
        SubmissionLimits.PROFILES_BYTES);
    if (!says(row, fact)) {
      round.accept(fact);
    }
    return () -> ClientHandlers.view(state, row.id());
  }

  /** Those that the application has, each replaced by the one of its name; then the new ones. */
  private static List<ExecutorProfile> merged(
      List<ExecutorProfile> had, List<ExecutorProfile> told) {
    Map<String, ExecutorProfile> byName = new LinkedHashMap<>();
    had.forEach(profile -> byName.put(profile.name(), profile));
    told.forEach(profile -> byName.put(profile.name(), profile));
    return List.copyOf(byName.values());
  }

  /** Whether the row has all that a registration says: a driver has only connected again. */
  private static boolean says(Application row, Fact.DriverRegistered fact) {
    DriverRegistration known = row.registration().orElse(null);
    return known != null
        && known.attempt() == fact.attempt()
        && known.address().equals(fact.address())
        && known.page().equals(fact.page())
        && (fact.profiles().isEmpty() || sameKinds(fact.profiles(), row.profiles()));
  }

  /** Targets apart: those that were set since the first registration stand. */
  private static boolean sameKinds(List<ExecutorProfile> some, List<ExecutorProfile> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      ExecutorProfile one = some.get(i);
      ExecutorProfile other = others.get(i);
      if (!one.name().equals(other.name())
          || !one.template().equals(other.template())
          || one.allCores() != other.allCores()) {
        return false;
      }
    }
    return true;
  }

  private Supplier<Application> update(UpdateApplication request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    Checks.alive(row);
    if (!row.registered()) {
      throw new RequestRefused(
          Refusal.FAILED_PRECONDITION, "the driver of " + row.id() + " has not registered");
    }
    texts(request.page());
    texts(request.progress());
    round.accept(
        new Fact.DriverUpdated(
            row.id(), row.attempt(), request.address(), request.page(), request.progress()));
    return () -> Checks.application(state, row.id());
  }

  private static void texts(Optional<String> text) {
    text.ifPresent(t -> Checks.limit("the length of a text", t.length(), SubmissionLimits.TEXT));
  }

  private Supplier<Application> targets(SetExecutorTargets request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    Checks.alive(row);
    if (row.finishing()) {
      throw new RequestRefused(
          Refusal.FAILED_PRECONDITION,
          "the driver of " + row.id() + " has said that it needs no more executors");
    }
    Checks.require(request.number() > 0, "table number " + request.number() + " is not positive");
    Checks.require(
        request.maxCores().isEmpty() || request.maxCores().getAsInt() > 0,
        "maximum of cores " + request.maxCores() + " is not positive");
    Checks.limit("the number of excluded workers", request.excluded().size(), EXCLUDED);
    for (Map.Entry<String, ExecutorTarget> entry : request.targets().entrySet()) {
      Checks.require(
          row.profile(entry.getKey()).isPresent(),
          "unknown resource profile '" + entry.getKey() + "'");
      Checks.limit(
          "the number of executors",
          entry.getValue().total().orElse(0),
          SubmissionLimits.EXECUTORS);
    }
    TargetsVersion version = new TargetsVersion(row.attempt(), request.number());
    if (version.compareTo(row.targetsVersion()) > 0) {
      round.accept(
          new Fact.TargetsSet(
              row.id(), version, request.targets(), request.maxCores(), request.excluded()));
    }
    return () -> Checks.application(state, row.id());
  }

  private Supplier<Application> release(ReleaseExecutors request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    request.grace().ifPresent(grace -> Checks.duration("grace", grace));
    Checks.limit("the number of executors", request.numbers().size(), RELEASED_AT_ONCE);
    for (int number : request.numbers()) {
      Checks.require(
          number > 0 && number < row.nextExecutor(),
          row.id() + " has never had an executor " + number);
    }
    List<Integer> known =
        request.numbers().stream()
            .filter(
                number ->
                    state
                        .execution(row.id().executor(number))
                        .filter(Execution::wanted)
                        .isPresent())
            .toList();
    if (!known.isEmpty()) {
      round.accept(new Fact.ExecutorsReleased(row.id(), known, request.grace()));
    }
    return () -> Checks.application(state, row.id());
  }

  private Supplier<DriverLocation> locate(LocateDriver request) {
    Application row = Checks.application(state, request.application());
    return () -> {
      Application now = Checks.application(state, row.id());
      return new DriverLocation(
          now.attempt(), now.registration().filter(registration -> now.registered()), now.state());
    };
  }

  private Supplier<LeaseRenewed> renew(RenewLease request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    if (row.deployMode() != DeployMode.CLIENT) {
      throw new RequestRefused(
          Refusal.FAILED_PRECONDITION,
          "the driver of " + row.id() + " runs on a worker, whose lease covers it");
    }
    Checks.limit("the length of holder", request.holder().length(), HOLDER);
    if (row.leaseHolder().filter(holder -> !holder.equals(request.holder())).isPresent()) {
      throw new RequestRefused(
          Refusal.FAILED_PRECONDITION,
          "the driver of "
              + row.id()
              + " is started by another submitter, which took its lease first");
    }
    Execution driver = state.driverOf(row).orElseThrow();
    if (driver.active()) {
      liveness.drivers().renew(row.id(), round.nanos());
      boolean started = !request.starting() && driver.running().isEmpty();
      if (row.leaseHolder().isEmpty() || started || Liveness.suspected(state, row.id())) {
        round.accept(
            new Fact.DriverHeard(row.id(), row.attempt(), request.holder(), request.starting(), 0));
      }
    }
    int workers = state.workerIds().size();
    return () -> {
      Application now = Checks.application(state, row.id());
      return new LeaseRenewed(
          Liveness.leaseMillis(workers),
          Liveness.renewMillis(workers),
          now.state(),
          state.driverOf(now).flatMap(Execution::stop));
    };
  }

  private Supplier<Application> finish(FinishApplication request) {
    Application row = Checks.attempt(state, request.application(), request.attempt());
    if (request.ending().isPresent()) {
      if (row.deployMode() != DeployMode.CLIENT) {
        throw new RequestRefused(
            Refusal.FAILED_PRECONDITION,
            "the driver of " + row.id() + " runs on a worker, which reports how it ends");
      }
      Execution driver = state.driverOf(row).orElseThrow();
      if (driver.active() && driver.running().isEmpty() && request.ran().isPresent()) {
        // It ended before a renewal could say that it runs.
        round.accept(
            new Fact.DriverHeard(
                row.id(),
                row.attempt(),
                row.leaseHolder().orElse(""),
                false,
                request.ran().get().toMillis()));
      }
      if (driver.active() || WorkerHandlers.correctable(driver, request.ending().get())) {
        round.accept(
            new Fact.ExecutionEnded(
                driver.id(),
                WorkerHandlers.bounded(request.ending().get()),
                WorkerHandlers.last(request.stdout()),
                WorkerHandlers.last(request.stderr())));
      }
      liveness.drivers().remove(row.id());
    } else if (!row.finishing() && row.outcome().isEmpty()) {
      round.accept(new Fact.FinishRequested(row.id(), row.attempt()));
    }
    return () -> Checks.application(state, row.id());
  }
}
