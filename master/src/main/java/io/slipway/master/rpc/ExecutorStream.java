package io.slipway.master.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.loop.WatchEvent;
import io.slipway.master.scheduling.Explanation;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.NanoClock;
import io.slipway.model.WorkerId;
import io.slipway.proto.application.v1.ImpossibleProfile;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells one driver of its executors. Begins with a snapshot; what can't be taken in time is dropped
 * by the watch, and another snapshot follows. Why executors are waited for is asked after each
 * change, and every two seconds while they are.
 */
final class ExecutorStream extends WatchStream<WatchExecutorsResponse> {
  private static final long EXPLAIN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int BYTES_AT_ONCE = 1 << 20;

  private final ClusterLoop loop;
  private final ApplicationId id;
  private final int attempt;
  private final NanoClock clock;

  // Used while events are told alone.
  private final Map<ExecutionId, Execution> active = new TreeMap<>();
  private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
  private Application application;
  private String cursor = "";
  private WatchExecutorsResponse sentBeside = WatchExecutorsResponse.getDefaultInstance();

  // Of those that ask why executors are waited for, one is under way, and one waits for its time.
  private final AtomicBoolean explaining = new AtomicBoolean();
  private final AtomicReference<NanoClock.Timer> explainAgain = new AtomicReference<>(() -> {});
  private volatile boolean explainAtOnce;
  private volatile Optional<Explanation> explanation = Optional.empty();

  ExecutorStream(
      ClusterLoop loop,
      ApplicationId id,
      int attempt,
      ServerCallStreamObserver<WatchExecutorsResponse> call,
      NanoClock clock,
      Executor executor) {
    super(loop, id, call, executor);
    this.loop = loop;
    this.id = id;
    this.attempt = attempt;
    this.clock = clock;
  }

  @Override
  void afterEvents(boolean any) {
    if (application == null) {
      return;
    }
    if (attempt < application.attempt()) {
      throw Refusal.of(
          Status.Code.ABORTED,
          Reason.REASON_STALE_ATTEMPT,
          "attempt " + attempt + " of " + id + " is over");
    }
    WatchExecutorsResponse beside = beside().build();
    if (!beside.equals(sentBeside)) {
      deliver(WatchExecutorsResponse.newBuilder(), beside);
    }
    if (application.state().isFinal()) {
      complete();
    } else if (any) {
      explain();
    }
  }

  @Override
  void on(WatchEvent.Snapshot event) {
    application = event.application();
    cursor = cursor(event.cursor());
    active.clear();
    workers.clear();
    event.workers().forEach(worker -> workers.put(worker.id(), worker));
    WatchExecutorsResponse.Builder message = WatchExecutorsResponse.newBuilder().setSnapshot(true);
    for (Execution execution : event.executions()) {
      if (note(execution) && execution.active()) {
        message.addExecutors(info(execution));
      }
    }
    deliver(message, beside().build());
  }

  @Override
  void on(WatchEvent.Changed event) {
    event.application().ifPresent(row -> application = row);
    cursor = cursor(event.cursor());
    event.workers().forEach(worker -> workers.put(worker.id(), worker));
    WatchExecutorsResponse.Builder message = WatchExecutorsResponse.newBuilder();
    int bytes = 0;
    for (Execution execution : event.executions()) {
      if (note(execution)) {
        ExecutionInfo info = info(execution);
        bytes += info.getSerializedSize();
        message.addExecutors(info);
        if (bytes > BYTES_AT_ONCE) {
          deliver(message, beside().build());
          message = WatchExecutorsResponse.newBuilder();
          bytes = 0;
        }
      }
    }
    if (message.getExecutorsCount() > 0) {
      deliver(message, beside().build());
    }
  }

  private boolean note(Execution execution) {
    if (execution.isDriver()) {
      return false;
    }
    if (execution.active()) {
      active.put(execution.id(), execution);
    } else {
      active.remove(execution.id());
    }
    return true;
  }

  private ExecutionInfo info(Execution execution) {
    return RowMessages.execution(execution, application, workers);
  }

  /** What stands in every message beside the executors. */
  private WatchExecutorsResponse.Builder beside() {
    WatchExecutorsResponse.Builder message =
        WatchExecutorsResponse.newBuilder()
            .addAllDrainingWorkerIds(draining(active.values()))
            .setKilling(application.kill().isPresent());
    explanation.ifPresent(
        found -> {
          for (Explanation.Reason reason : found.reasons()) {
            if (reason.kind() == Explanation.Kind.IMPOSSIBLE) {
              message.addImpossible(
                  ImpossibleProfile.newBuilder()
                      .setProfile(reason.what())
                      .setReason(reason.text()));
            }
          }
          message.setWaitingReason(Explanations.line(found));
        });
    return message;
  }

  private List<String> draining(Collection<Execution> executions) {
    return executions.stream()
        .flatMap(execution -> execution.worker().stream())
        .distinct()
        .filter(worker -> workers.containsKey(worker) && workers.get(worker).draining())
        .map(WorkerId::value)
        .sorted()
        .toList();
  }

  private void deliver(WatchExecutorsResponse.Builder message, WatchExecutorsResponse beside) {
    sentBeside = beside;
    send(message.mergeFrom(beside).setCursor(cursor).build());
  }

  private void explain() {
    if (isClosed()) {
      return;
    }
    explainAtOnce = true;
    if (!explaining.compareAndSet(false, true)) {
      return;
    }
    explainAtOnce = false;
    loop.ask(new Request.ExplainApplication(id))
        .whenComplete(
            (Explanation found, Throwable failure) -> {
              if (failure == null) {
                explanation = Optional.of(found);
                wake();
              }
              if (failure != null || !found.reasons().isEmpty()) {
                NanoClock.Timer next = clock.schedule(EXPLAIN_AGAIN_NANOS, this::explain);
                explainAgain.getAndSet(next).cancel();
              }
              explaining.set(false);
              if (explainAtOnce) {
                explain();
              }
            });
  }

  private static String cursor(Request.Cursor cursor) {
    return cursor.term() + "." + cursor.number();
  }
}
