package io.slipway.master.decide;

import io.slipway.master.decide.Request.ClusterView;
import io.slipway.master.decide.Request.Cursor;
import io.slipway.master.decide.Request.DescribeCluster;
import io.slipway.master.decide.Request.DrainWorker;
import io.slipway.master.decide.Request.GetWorker;
import io.slipway.master.decide.Request.ListWorkers;
import io.slipway.master.decide.Request.WorkerPage;
import io.slipway.master.decide.Request.WorkerSummary;
import io.slipway.master.decide.Request.WorkerView;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.AnsweredRequest;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Meta;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What operators ask. */
final class OperatorHandlers {
  private static final int LARGEST_PAGE = 500;

  private final Deliberation round;
  private final ClusterState state;
  private final Scheduler scheduler;

  OperatorHandlers(Deliberation round, ClusterState state, Scheduler scheduler) {
    this.round = round;
    this.state = state;
    this.scheduler = scheduler;
  }

  void register(Handlers handlers) {
    handlers.add(DrainWorker.class, this::drain);
    handlers.add(ListWorkers.class, this::list);
    handlers.add(GetWorker.class, this::get);
    handlers.add(DescribeCluster.class, request -> this::describe);
    handlers.add(
        Request.ListAllApplications.class,
        request -> () -> List.copyOf(state.applicationsBySequence().values()));
  }

  private Worker worker(WorkerId id) {
    return state
        .worker(id)
        .orElseThrow(() -> new RequestRefused(Refusal.NOT_FOUND, "no worker " + id));
  }

  private Supplier<Worker> drain(DrainWorker request) {
    Worker row = worker(request.worker());
    AnsweredRequest answered =
        state
            .answer(new AnsweredRequest.Key(request.principal(), request.requestId()))
            .orElse(null);
    if (answered != null && !answered.digest().equals(request.requestDigest())) {
      throw new RequestRefused(
          Refusal.REQUEST_ID_REUSED,
          "request id '" + request.requestId() + "' was used for another request");
    }
    if (answered == null) {
      round.accept(
          new Fact.WorkerDrained(
              row.id(),
              request.drain(),
              request.principal(),
              request.requestId(),
              request.requestDigest()));
    }
    return () -> worker(row.id());
  }

  private Supplier<WorkerPage> list(ListWorkers request) {
    Checks.require(
        request.pageSize() >= 1 && request.pageSize() <= LARGEST_PAGE,
        "page size " + request.pageSize() + " is not between 1 and " + LARGEST_PAGE);
    NavigableSet<WorkerId> tail;
    try {
      tail =
          request.pageToken().isEmpty()
              ? state.workerIds()
              : state.workerIds().tailSet(new WorkerId(request.pageToken()), false);
    } catch (IllegalArgumentException e) {
      throw new RequestRefused(Refusal.INVALID, "not a page token: '" + request.pageToken() + "'");
    }
    return () -> page(tail, request.pageSize());
  }

  private WorkerPage page(NavigableSet<WorkerId> tail, int size) {
    List<WorkerSummary> found = new ArrayList<>();
    for (WorkerId id : tail) {
      if (found.size() == size) {
        return new WorkerPage(
            List.copyOf(found), found.get(found.size() - 1).worker().id().value());
      }
      found.add(new WorkerSummary(worker(id), state.activeOn(id).size()));
    }
    return new WorkerPage(List.copyOf(found), "");
  }

  private Supplier<WorkerView> get(GetWorker request) {
    WorkerId id = worker(request.worker()).id();
    return () -> new WorkerView(worker(id), List.copyOf(state.activeOn(id).values()));
  }

  private ClusterView describe() {
    Meta meta = state.meta();
    SortedMap<WorkerState, Integer> workers = new TreeMap<>();
    Resources capacity = Resources.NONE;
    Resources allocated = Resources.NONE;
    for (WorkerId id : state.workerIds()) {
      Worker row = worker(id);
      workers.merge(row.state(), 1, Integer::sum);
      if (row.liveness() != WorkerState.LOST) {
        capacity = capacity.plus(row.registration().capacity());
        allocated = allocated.plus(row.allocated());
      }
    }
    SortedMap<ApplicationState, Integer> applications = new TreeMap<>();
    for (Application row : state.applicationsBySequence().values()) {
      applications.merge(row.state(), 1, Integer::sum);
    }
    return new ClusterView(
        new Fencing(meta.clusterId(), meta.incarnation(), meta.term()),
        new Cursor(meta.term(), meta.number()),
        workers,
        capacity,
        allocated,
        applications,
        scheduler.waitingApplications());
  }
}
