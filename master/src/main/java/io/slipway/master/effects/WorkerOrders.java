package io.slipway.master.effects;

import io.grpc.Status;
import io.slipway.master.decide.Fencing;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.Effects;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.NanoClock;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.StatusMapping;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the orders that follow from committed rows, again and again until each worker has answered
 * or nothing is due any more. A worker is given one call at a time, with as many orders as are due;
 * so a stop never overtakes the launch before it. Everything happens on one thread of its own.
 */
public final class WorkerOrders implements Effects, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerOrders.class);
  private static final int CALLS_AT_ONCE = 64;
  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final WorkerChannels channels;
  private final NanoClock clock;
  private final Supplier<ApplicationTokens> tokens;
  private final Consumer<String> superseded;
  private final Runnable whenLeading;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "master-orders");
            made.setDaemon(true);
            return made;
          });

  // The thread's alone.
  private final Map<WorkerId, Line> lines = new HashMap<>();
  private final Map<ExecutionId, WorkerId> where = new HashMap<>();
  private final ArrayDeque<Line> waiting = new ArrayDeque<>();
  private Optional<Fencing> fencing = Optional.empty();
  private int calls;

  private volatile Asker loop;

  /** What is due for one worker. */
  private static final class Line {
    final WorkerId worker;
    final Map<ExecutionId, OrderBatch.Order> due = new LinkedHashMap<>();
    HostPort address;
    long epoch;
    boolean calling;
    boolean queued;
    int failures;
    Optional<NanoClock.Timer> retry = Optional.empty();

    Line(Worker row) {
      this.worker = row.id();
      update(row);
    }

    void update(Worker row) {
      address = row.registration().address();
      epoch = row.epoch();
    }
  }

  /**
   * Starts the thread.
   *
   * @param tokens makes application tokens; asked while this master leads
   * @param superseded told in words when a worker has heard a newer leader
   * @param whenLeading run when this master begins to lead; must not block
   */
  public WorkerOrders(
      WorkerChannels channels,
      NanoClock clock,
      Supplier<ApplicationTokens> tokens,
      Consumer<String> superseded,
      Runnable whenLeading) {
    this.channels = channels;
    this.clock = clock;
    this.tokens = tokens;
    this.superseded = superseded;
    this.whenLeading = whenLeading;
  }

  /** Whom to tell what workers answer; before the loop starts. */
  public void reportTo(Asker asker) {
    loop = asker;
  }

  @Override
  public void leading(Fencing newFencing) {
    enqueue(() -> fencing = Optional.of(newFencing));
    whenLeading.run();
  }

  @Override
  public void deposed() {
    enqueue(
        () -> {
          fencing = Optional.empty();
          lines.values().forEach(line -> line.retry.ifPresent(NanoClock.Timer::cancel));
          lines.clear();
          where.clear();
          waiting.clear();
        });
  }

  @Override
  public void launch(
      Fencing newFencing, Execution execution, Application application, Worker worker) {
    due(newFencing, new OrderBatch.Launch(execution, application), worker);
  }

  @Override
  public void stop(Fencing newFencing, Execution execution, Worker worker) {
    due(newFencing, new OrderBatch.Stop(execution), worker);
  }

  private void due(Fencing newFencing, OrderBatch.Order order, Worker worker) {
    enqueue(
        () -> {
          fencing = Optional.of(newFencing);
          Line line = lines.computeIfAbsent(worker.id(), id -> new Line(worker));
          line.update(worker);
          line.due.put(order.id(), order);
          where.put(order.id(), worker.id());
          pump(line);
        });
  }

  @Override
  public void settled(ExecutionId execution) {
    enqueue(
        () -> {
          WorkerId worker = where.remove(execution);
          Line line = worker == null ? null : lines.get(worker);
          if (line != null) {
            line.due.remove(execution);
          }
        });
  }

  @Override
  public void workerChanged(Worker worker) {
    enqueue(
        () -> {
          Line line = lines.get(worker.id());
          if (worker.liveness() == WorkerState.LOST) {
            channels.close(worker.id());
            if (line != null) {
              line.due.keySet().forEach(where::remove);
              line.due.clear();
              line.retry.ifPresent(NanoClock.Timer::cancel);
              lines.remove(worker.id());
            }
          } else if (line != null) {
            line.update(worker);
            line.failures = 0;
            line.retry.ifPresent(NanoClock.Timer::cancel);
            line.retry = Optional.empty();
            pump(line);
          }
        });
  }

  /** Forgets all orders and ends the thread. */
  @Override
  public void close() {
    deposed();
    thread.shutdown();
  }

  private void enqueue(Runnable task) {
    try {
      thread.execute(
          () -> {
            try {
              task.run();
            } catch (RejectedExecutionException closed) {
              log.debug("the clock or the connections were closed under an order");
            } catch (RuntimeException e) {
              log.error("a defect in giving orders", e);
            }
          });
    } catch (RejectedExecutionException closed) {
      log.debug("an order came after the end");
    }
  }

  private void pump(Line line) {
    if (line.calling || line.queued || line.retry.isPresent() || line.due.isEmpty()) {
      return;
    }
    if (calls >= CALLS_AT_ONCE) {
      line.queued = true;
      waiting.add(line);
      return;
    }
    fencing.ifPresent(speaker -> call(line, speaker));
  }

  private void call(Line line, Fencing speaker) {
    OrderBatch batch = OrderBatch.next(line.due.values());
    long epoch = line.epoch;
    line.calling = true;
    calls++;
    channels
        .channel(line.worker, line.address)
        .thenCompose(channel -> batch.send(channel, speaker, line.worker, epoch, tokens.get()))
        .whenComplete(
            (reports, failure) -> enqueue(() -> answered(line, batch, epoch, reports, failure)));
  }

  private void answered(
      Line line, OrderBatch batch, long epoch, List<ExecutionReport> reports, Throwable failure) {
    calls--;
    line.calling = false;
    if (failure == null) {
      line.failures = 0;
      forget(line, batch);
      report(line.worker, epoch, Reports.toRequests(reports));
    } else {
      failed(line, batch, epoch, StatusMapping.toRefusal(failure));
    }
    if (lines.get(line.worker) == line) {
      pump(line);
    }
    while (calls < CALLS_AT_ONCE && !waiting.isEmpty()) {
      Line next = waiting.poll();
      next.queued = false;
      pump(next);
    }
  }

  /** Orders that changed since they were sent stay. */
  private void forget(Line line, OrderBatch batch) {
    for (OrderBatch.Order order : batch.orders()) {
      line.due.remove(order.id(), order);
    }
  }

  private void failed(Line line, OrderBatch batch, long epoch, Refusal refusal) {
    if (refusal.reason() == Reason.REASON_STALE_TERM) {
      superseded.accept(
          "worker " + line.worker + " has heard a newer leader: " + refusal.getMessage());
    }
    if (isFinal(refusal) && batch.isLaunch()) {
      log.warn("worker {} refused to launch {}: {}", line.worker, batch, refusal.getMessage());
      forget(line, batch);
      Ending ending = Ending.notStarted("worker " + line.worker + ": " + refusal.getMessage());
      report(
          line.worker,
          epoch,
          batch.orders().stream()
              .<Request.ExecutionReport>map(
                  order ->
                      new Request.ExecutionReport.Ended(
                          order.id(),
                          ending,
                          com.google.protobuf.ByteString.EMPTY,
                          com.google.protobuf.ByteString.EMPTY))
              .toList());
      return;
    }
    if (line.failures == 0) {
      log.info(
          "worker {} at {} has not answered {} and is asked again: {}",
          line.worker,
          line.address,
          batch,
          refusal.getMessage());
    }
    long delay = Math.min(LONGEST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(line.failures, 10));
    line.failures++;
    channels.retrySoon(line.worker);
    line.retry =
        Optional.of(
            clock.schedule(
                delay,
                () ->
                    enqueue(
                        () -> {
                          line.retry = Optional.empty();
                          if (lines.get(line.worker) == line) {
                            pump(line);
                          }
                        })));
  }

  /** What repeating can't mend. */
  private static boolean isFinal(Refusal refusal) {
    if (refusal.reason() == Reason.REASON_WRONG_CLUSTER) {
      return false;
    }
    return refusal.code() == Status.Code.INVALID_ARGUMENT
        || refusal.code() == Status.Code.UNIMPLEMENTED
        || refusal.code() == Status.Code.FAILED_PRECONDITION;
  }

  /** What a worker answered, if it says anything; it reports the same again by itself. */
  private void report(WorkerId worker, long epoch, List<Request.ExecutionReport> reports) {
    if (!reports.isEmpty()) {
      loop.ask(new Request.ReportExecutions(worker, epoch, reports))
          .exceptionally(
              refused -> {
                log.debug("a worker's answer was not taken: {}", refused.getMessage());
                return null;
              });
    }
  }
}
