package io.slipway.worker.link;

import com.google.protobuf.Duration;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.slipway.model.ExecutionId;
import io.slipway.proto.common.v1.Fencing;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionVerdict;
import io.slipway.proto.registry.v1.HeartbeatRequest;
import io.slipway.proto.registry.v1.HeartbeatResponse;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.registry.v1.RegisterWorkerResponse;
import io.slipway.proto.registry.v1.ReportExecutionsRequest;
import io.slipway.proto.registry.v1.ReportExecutionsResponse;
import io.slipway.proto.registry.v1.WorkerRegistryServiceGrpc;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.worker.execution.ExecutionSnapshot;
import io.slipway.worker.execution.Executions;
import io.slipway.worker.execution.ReportMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this worker registered with whichever master leads, renews its lease, and reports what has
 * become of executions until each end is acknowledged. While no master is heard everything goes on,
 * and it tries again for ever. Has one thread; safe for use by several.
 */
public final class MasterLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MasterLink.class);
  private static final Patience ONE_TRY_OR_FEW = Patience.of(java.time.Duration.ofMillis(300));
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long FIRST_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final int MOST_REPORTS = 100;

  private final WorkerDescription worker;
  private final Fence fence;
  private final LeaderChannel masters;
  private final Executions executions;
  private final String startId = UUID.randomUUID().toString();
  private final CompletableFuture<Void> firstRegistration = new CompletableFuture<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final Thread thread;

  /** What has changed since it was last reported. Guarded by this. */
  private final Set<ExecutionId> toReport = new HashSet<>();

  /** Guarded by this. */
  private boolean closed;

  private final LongAdder heartbeats = new LongAdder();
  private final LongAdder failedCalls = new LongAdder();
  private volatile long heardNanos;
  private volatile boolean heard;

  // The thread's own.
  private long intervalNanos = FIRST_INTERVAL_NANOS;
  private long heartbeatDue;
  private boolean listWanted;
  private boolean wasRegistered;
  private boolean draining;
  private int failures;

  /** Begins nothing yet; listens to what changes. */
  public MasterLink(
      WorkerDescription worker, Fence fence, LeaderChannel masters, Executions executions) {
    this.worker = worker;
    this.fence = fence;
    this.masters = masters;
    this.executions = executions;
    this.thread = new Thread(this::run, "slipway-master-link");
    executions.onChange(this::changed);
  }

  /** Begins to register. */
  public void start() {
    thread.start();
  }

  /** Completes with the first registration since the start. */
  public CompletionStage<Void> firstRegistration() {
    return firstRegistration.copy();
  }

  /**
   * Ends when the link does: normally when it was closed, with a {@link WrongClusterException} or
   * {@link Refusal} if no master will ever take this worker as it is. What runs goes on all the
   * same.
   */
  public CompletionStage<Void> end() {
    return end.copy();
  }

  /** Whether a master has taken this worker, and has not said otherwise since. */
  public boolean isRegistered() {
    return fence.isRegistered();
  }

  /**
   * Whether the link has ended: no master will ever take this worker as it is, or it was closed.
   */
  public boolean isOver() {
    return end.isDone();
  }

  /** Seconds since a master answered last; not a number before the first answer. */
  public double silenceSeconds() {
    return heard ? (System.nanoTime() - heardNanos) / 1e9 : Double.NaN;
  }

  /** Heartbeats that were answered. */
  public long heartbeats() {
    return heartbeats.sum();
  }

  /** Calls that were refused or not answered. */
  public long failedCalls() {
    return failedCalls.sum();
  }

  private synchronized void changed(ExecutionId id) {
    toReport.add(id);
    notifyAll();
  }

  private void run() {
    try {
      while (!isClosed()) {
        try {
          step();
          recovered();
        } catch (Refusal refusal) {
          failedCalls.increment();
          judge(refusal);
        } catch (IOException | RuntimeException e) {
          if (e instanceof WrongClusterException) {
            throw e;
          }
          LOG.error("the link to the masters stumbled, and goes on", e);
          pause();
        }
      }
      end.complete(null);
    } catch (InterruptedException e) {
      end.complete(null);
    } catch (IOException | RuntimeException e) {
      LOG.error("this worker ends, and stops nothing: {}", e.getMessage());
      firstRegistration.completeExceptionally(e);
      end.completeExceptionally(e);
    }
  }

  /** Makes the most urgent call, or waits until there is something to say. */
  private void step() throws IOException, InterruptedException {
    if (!fence.isRegistered()) {
      register();
    } else if (listWanted || System.nanoTime() - heartbeatDue >= 0) {
      heartbeat(listWanted);
    } else {
      Set<ExecutionId> due = takeDue();
      if (!due.isEmpty()) {
        report(due);
      }
    }
  }

  private void register() throws IOException, InterruptedException {
    List<ExecutionSnapshot> listed = executions.list();
    RegisterWorkerRequest request =
        worker
            .registration()
            .setClusterId(fence.clusterId().orElse(""))
            .addAllExecutions(ReportMessages.toProto(listed))
            .setStartId(startId)
            .build();
    RegisterWorkerResponse answer =
        call(WorkerRegistryServiceGrpc.getRegisterWorkerMethod(), request);
    fence.registered(FencingToken.of(answer.getFencing()), answer.getEpoch());
    LOG.info(
        "worker {} is registered with the master at {}, epoch {}, {} executions",
        worker.id(),
        masters.leader(),
        answer.getEpoch(),
        listed.size());
    told(answer.getHeartbeatInterval());
    listWanted = false;
    wasRegistered = true;
    obey(answer.getVerdictsList(), listed);
    firstRegistration.complete(null);
  }

  private void heartbeat(boolean complete) throws InterruptedException {
    List<ExecutionSnapshot> listed = executions.list();
    HeartbeatRequest.Builder request =
        HeartbeatRequest.newBuilder()
            .setWorkerId(worker.id().value())
            .setEpoch(fence.epoch())
            .setFencing(fencing())
            .setExecutionCount(listed.size())
            .setExecutionsDigest(ExecutionsDigest.of(listed).hex());
    if (complete) {
      request.setComplete(true).addAllExecutions(ReportMessages.toProto(listed));
    }
    HeartbeatResponse answer =
        call(WorkerRegistryServiceGrpc.getHeartbeatMethod(), request.build());
    fence.answered(FencingToken.of(answer.getFencing()));
    heartbeats.increment();
    told(answer.getHeartbeatInterval());
    // Once in an interval: lists that go on to differ must not keep both sides busy.
    listWanted = answer.getSendExecutions() && !complete;
    if (answer.getDraining() != draining) {
      draining = answer.getDraining();
      LOG.info("worker {} is {}", worker.id(), draining ? "being drained" : "no longer drained");
    }
    obey(answer.getVerdictsList(), complete ? listed : List.of());
    reportEndsAgain(listed);
  }

  /** An end counts as told when it is acknowledged, and not before. */
  private synchronized void reportEndsAgain(List<ExecutionSnapshot> listed) {
    for (ExecutionSnapshot execution : listed) {
      if (execution.state().isFinal()) {
        toReport.add(execution.id());
      }
    }
  }

  private void report(Set<ExecutionId> due) throws InterruptedException {
    List<ExecutionSnapshot> listed = new ArrayList<>();
    for (ExecutionId id : due) {
      executions.find(id).ifPresent(listed::add);
    }
    if (listed.isEmpty()) {
      return;
    }
    boolean told = false;
    try {
      ReportExecutionsResponse answer =
          call(
              WorkerRegistryServiceGrpc.getReportExecutionsMethod(),
              ReportExecutionsRequest.newBuilder()
                  .setWorkerId(worker.id().value())
                  .setEpoch(fence.epoch())
                  .setFencing(fencing())
                  .addAllExecutions(ReportMessages.toProto(listed))
                  .build());
      fence.answered(FencingToken.of(answer.getFencing()));
      told = true;
      obey(answer.getVerdictsList(), listed);
    } finally {
      if (!told) {
        synchronized (this) {
          toReport.addAll(due);
        }
      }
    }
  }

  private <Q, R> R call(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
    R answer = masters.call(method, request, ONE_TRY_OR_FEW);
    heardNanos = System.nanoTime();
    heard = true;
    return answer;
  }

  private Fencing fencing() {
    return fence.highest().map(FencingToken::toProto).orElse(Fencing.getDefaultInstance());
  }

  /** Does what a master says of executions that were listed; of others it has said nothing. */
  private void obey(List<ExecutionVerdict> verdicts, List<ExecutionSnapshot> listed) {
    Set<ExecutionId> known = new HashSet<>();
    Set<ExecutionId> ended = new HashSet<>();
    for (ExecutionSnapshot execution : listed) {
      known.add(execution.id());
      if (execution.state().isFinal()) {
        ended.add(execution.id());
      }
    }
    for (ExecutionVerdict verdict : verdicts) {
      ExecutionId id;
      try {
        id = ExecutionId.parse(verdict.getExecutionId());
      } catch (IllegalArgumentException e) {
        LOG.warn("a master speaks of '{}', which is no execution", verdict.getExecutionId());
        continue;
      }
      if (!known.contains(id)) {
        continue;
      }
      switch (verdict.getAction()) {
        case ACTION_KEEP -> executions.keep(id);
        case ACTION_STOP -> executions.stopUnwanted(id, "the master: " + verdict.getReason());
        case ACTION_ACKNOWLEDGE -> {
          if (ended.contains(id)) {
            executions.acknowledge(id);
          }
        }
        case ACTION_UNSPECIFIED, UNRECOGNIZED ->
            LOG.debug("nothing that is known here is said of execution {}", id);
      }
    }
  }

  private void told(Duration interval) {
    long nanos =
        TimeUnit.SECONDS.toNanos(Math.min(3_600, interval.getSeconds())) + interval.getNanos();
    if (nanos > 0) {
      intervalNanos = nanos;
    }
    heartbeatDue = System.nanoTime() + intervalNanos;
  }

  private void recovered() {
    if (failures > 0) {
      LOG.info("the master at {} is heard again", masters.leader());
    }
    failures = 0;
  }

  /** Decides what a refused call means; what no repetition can mend ends the link. */
  private void judge(Refusal refusal) throws InterruptedException {
    if (refusal.reason() == Reason.REASON_WRONG_CLUSTER) {
      throw new WrongClusterException(refusal.getMessage());
    }
    if (refusal.reason() == Reason.REASON_STALE_EPOCH || refusal.code() == Status.Code.NOT_FOUND) {
      LOG.info("worker {} registers again: {}", worker.id(), refusal.getMessage());
      fence.forgetRegistration();
      pause();
      return;
    }
    boolean transientTrouble =
        refusal.isRetryable()
            || refusal.code() == Status.Code.INTERNAL
            || refusal.reason() == Reason.REASON_STALE_TERM;
    if (!transientTrouble && !wasRegistered) {
      throw refusal.reason() == Reason.REASON_BAD_TOKEN
          ? refusal.withMessage(
              "the master does not know this worker's cluster token; a worker needs a copy of the"
                  + " master's file 'cluster-token'")
          : refusal;
    }
    if (failures == 0) {
      LOG.warn(
          "no master answers worker {} now; what runs goes on, and it tries again for ever: {}",
          worker.id(),
          refusal.getMessage());
    }
    pause();
  }

  private void pause() throws InterruptedException {
    long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
    failures++;
    long until =
        System.nanoTime() + longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2);
    synchronized (this) {
      for (long left = until - System.nanoTime(); left > 0 && !closed; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = until - System.nanoTime();
      }
    }
  }

  /** Waits until a report or a heartbeat is due; empty if it is the heartbeat. */
  private synchronized Set<ExecutionId> takeDue() throws InterruptedException {
    for (long left = heartbeatDue - System.nanoTime();
        toReport.isEmpty() && !closed && left > 0;
        left = heartbeatDue - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    Set<ExecutionId> due = new HashSet<>();
    for (ExecutionId id : toReport) {
      if (due.size() == MOST_REPORTS) {
        break;
      }
      due.add(id);
    }
    toReport.removeAll(due);
    return due;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the link. Nothing is told to the masters: what runs goes on. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    end.complete(null);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
