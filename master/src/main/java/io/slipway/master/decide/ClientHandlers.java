package io.slipway.master.decide;

import io.slipway.master.decide.Request.ApplicationPage;
import io.slipway.master.decide.Request.ApplicationSummary;
import io.slipway.master.decide.Request.ApplicationView;
import io.slipway.master.decide.Request.Cursor;
import io.slipway.master.decide.Request.ExplainApplication;
import io.slipway.master.decide.Request.GetApplication;
import io.slipway.master.decide.Request.KillApplication;
import io.slipway.master.decide.Request.ListApplications;
import io.slipway.master.decide.Request.SubmitApplication;
import io.slipway.master.decide.Request.Submitted;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Explanation;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.AnsweredRequest;
import io.slipway.master.state.Application;
import io.slipway.master.state.ApplicationExecutions;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.WorkerId;
import io.slipway.rpc.Limits;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What clients ask. */
final class ClientHandlers {
  private static final int LARGEST_PAGE = 500;

  private final Deliberation round;
  private final ClusterState state;
  private final Scheduler scheduler;

  ClientHandlers(Deliberation round, ClusterState state, Scheduler scheduler) {
    this.round = round;
    this.state = state;
    this.scheduler = scheduler;
  }

  void register(Handlers handlers) {
    handlers.add(SubmitApplication.class, this::submit);
    handlers.add(GetApplication.class, this::get);
    handlers.add(ListApplications.class, this::list);
    handlers.add(KillApplication.class, this::kill);
    handlers.add(ExplainApplication.class, this::explain);
  }

  private Supplier<Submitted> submit(SubmitApplication request) {
    Checks.require(
        !request.requestId().isEmpty() && request.requestId().length() <= 128,
        "request id '" + request.requestId() + "' is not 1 to 128 characters long");
    AnsweredRequest answered =
        state
            .answer(new AnsweredRequest.Key(request.principal(), request.requestId()))
            .orElse(null);
    if (answered != null) {
      if (!answered.digest().equals(request.requestDigest())) {
        throw new RequestRefused(
            Refusal.REQUEST_ID_REUSED,
            "request id '" + request.requestId() + "' was used for another request");
      }
      ApplicationId id = new ApplicationId(answered.answer());
      return reply(id, awaitsItsDriver(id), true);
    }
    if (state.unfinishedOf(request.principal()) >= Limits.APPLICATIONS_PER_PRINCIPAL) {
      throw new RequestRefused(
          Refusal.QUOTA,
          request.principal()
              + " has "
              + state.unfinishedOf(request.principal())
              + " applications that have not ended, as many as are allowed");
    }
    if (request.noRoom().isPresent()) {
      throw new RequestRefused(Refusal.QUOTA, request.noRoom().get());
    }
    SubmissionLimits.check(request.spec());
    checkLaunchers(request.spec());
    String day =
        LocalDate.ofInstant(
                Instant.ofEpochMilli(state.meta().moment().wallMillis()), ZoneOffset.UTC)
            .format(DateTimeFormatter.BASIC_ISO_DATE);
    int number = state.meta().days().getOrDefault(day, 0) + 1;
    while (state.application(ApplicationId.of(day, number)).isPresent()) {
      number++; // A wall clock that was set back by many days: what it counted is forgotten.
    }
    ApplicationId id = ApplicationId.of(day, number);
    Fact.Submitted fact =
        new Fact.Submitted(
            id,
            day,
            number,
            request.principal(),
            request.requestId(),
            request.requestDigest(),
            request.spec(),
            request.executorsAwaitDriver());
    Checks.limit("the submission's size in bytes", RoundCodec.bytes(fact), SubmissionLimits.BYTES);
    round.accept(fact);
    return reply(id, request.spec().deployMode() == DeployMode.CLIENT, false);
  }

  /** Whether a submitter that asks again may still start the driver: nobody has begun to. */
  private boolean awaitsItsDriver(ApplicationId id) {
    return state
        .application(id)
        .filter(row -> row.submission().spec().deployMode() == DeployMode.CLIENT)
        .filter(row -> row.state() == ApplicationState.QUEUED)
        .isPresent();
  }

  /**
   * A name that no worker knows is a slip, not something to wait for; unless there are none yet.
   */
  private void checkLaunchers(ApplicationSpec spec) {
    Set<String> wanted = new TreeSet<>();
    if (spec.deployMode() == DeployMode.CLUSTER) {
      spec.driver().flatMap(LaunchTemplate::launcher).ifPresent(wanted::add);
    }
    spec.profiles().forEach(profile -> profile.template().launcher().ifPresent(wanted::add));
    if (wanted.isEmpty() || state.workerIds().isEmpty()) {
      return;
    }
    Set<String> known = new TreeSet<>();
    for (WorkerId worker : state.workerIds()) {
      state.worker(worker).ifPresent(row -> known.addAll(row.registration().launchers()));
    }
    wanted.removeAll(known);
    if (!wanted.isEmpty()) {
      throw new RequestRefused(
          Refusal.FAILED_PRECONDITION,
          "no worker has the launcher '"
              + wanted.iterator().next()
              + "' (there are: "
              + String.join(", ", known)
              + ")");
    }
  }

  private Supplier<Submitted> reply(ApplicationId id, boolean withToken, boolean repeated) {
    int attempt = withToken ? 1 : 0;
    long lease = Liveness.leaseMillis(state.workerIds().size());
    return () -> new Submitted(id, attempt, repeated, lease);
  }

  private Supplier<ApplicationView> get(GetApplication request) {
    Optional<ApplicationId> exact = exact(request.prefix());
    ApplicationId id;
    if (exact.isPresent()) {
      id = exact.get();
    } else {
      List<ApplicationId> found = state.applicationsWithPrefix(request.prefix(), 4);
      if (request.prefix().isEmpty() || found.isEmpty()) {
        throw new RequestRefused(Refusal.NOT_FOUND, "no application '" + request.prefix() + "'");
      }
      Checks.require(found.size() == 1, "'" + request.prefix() + "' is ambiguous: " + found + " …");
      id = found.get(0);
    }
    return () -> view(state, id);
  }

  private Optional<ApplicationId> exact(String text) {
    try {
      ApplicationId id = new ApplicationId(text);
      return state.application(id).map(Application::id);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static ApplicationView view(ClusterState state, ApplicationId id) {
    ApplicationExecutions index = state.executionsOf(id);
    List<Execution> executions = new ArrayList<>(index.drivers().values());
    executions.addAll(index.executors().values());
    Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    for (Execution execution : executions) {
      execution
          .worker()
          .flatMap(state::worker)
          .ifPresent(worker -> workers.putIfAbsent(worker.id(), worker));
    }
    return new ApplicationView(
        Checks.application(state, id),
        List.copyOf(executions),
        List.copyOf(workers.values()),
        new Cursor(state.meta().term(), state.meta().number()));
  }

  private Supplier<ApplicationPage> list(ListApplications request) {
    Checks.require(
        request.pageSize() >= 1 && request.pageSize() <= LARGEST_PAGE,
        "page size " + request.pageSize() + " is not between 1 and " + LARGEST_PAGE);
    long before = Long.MAX_VALUE;
    if (!request.pageToken().isEmpty()) {
      try {
        before = Long.parseLong(request.pageToken());
      } catch (NumberFormatException e) {
        throw new RequestRefused(
            Refusal.INVALID, "not a page token: '" + request.pageToken() + "'");
      }
    }
    long first = before;
    return () -> page(request, first);
  }

  private ApplicationPage page(ListApplications request, long before) {
    List<ApplicationSummary> found = new ArrayList<>();
    for (Application row :
        state.applicationsBySequence().headMap(before, false).descendingMap().values()) {
      if ((!request.states().isEmpty() && !request.states().contains(row.state()))
          || request.owner().filter(owner -> !owner.equals(row.submission().owner())).isPresent()) {
        continue;
      }
      if (found.size() == request.pageSize()) {
        Application last = found.get(found.size() - 1).application();
        return new ApplicationPage(List.copyOf(found), Long.toString(last.submission().sequence()));
      }
      ApplicationExecutions executions = state.executionsOf(row.id());
      int driverCores =
          state
              .driverOf(row)
              .filter(driver -> driver.active() && driver.worker().isPresent())
              .map(driver -> driver.reserved().cores())
              .orElse(0);
      found.add(
          new ApplicationSummary(
              row,
              executions.running(),
              executions.activeExecutors(),
              executions.activeCores() + driverCores));
    }
    return new ApplicationPage(List.copyOf(found), "");
  }

  private Supplier<Application> kill(KillApplication request) {
    request.grace().ifPresent(grace -> Checks.duration("grace", grace));
    Application row = Checks.application(state, request.application());
    if (mayBeKilled(row)) {
      round.accept(new Fact.KillRequested(row.id(), request.principal(), request.grace()));
    }
    return () -> Checks.application(state, row.id());
  }

  /** Not if its end is decided: how the driver ended by itself stands. */
  private boolean mayBeKilled(Application row) {
    if (row.state().isFinal() || row.kill().isPresent() || row.outcome().isPresent()) {
      return false;
    }
    Optional<Ending> ended = state.driverOf(row).flatMap(Execution::end).map(end -> end.ending());
    return ended.isEmpty() || LifeCycle.restarts(row, ended.get());
  }

  private Supplier<Explanation> explain(ExplainApplication request) {
    Application row = Checks.application(state, request.application());
    return () -> scheduler.explain(row.id());
  }
}
