package io.slipway.master.effects;

import com.google.common.base.Throwables;
import com.google.common.collect.Sets;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.slipway.master.decide.Refusal;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.state.Worker;
import io.slipway.model.ExecutionId;
import io.slipway.model.NanoClock;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.proto.worker.v1.DescribeWorkerRequest;
import io.slipway.proto.worker.v1.DescribeWorkerResponse;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks workers for executions that should run there and were not in their lists. Only a worker that
 * says, in the same epoch, that it does not have one makes it lost: a list may have been made
 * before the execution came. Safe for use by several threads.
 */
public final class Inquiries {
  private static final Logger log = LoggerFactory.getLogger(Inquiries.class);
  private static final int CALL_SECONDS = 5;
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final WorkerChannels channels;
  private final NanoClock clock;
  private volatile Asker loop;

  /** Asks nothing yet. */
  public Inquiries(WorkerChannels channels, NanoClock clock) {
    this.channels = channels;
    this.clock = clock;
  }

  /** Whom to tell the answers; before the loop starts. */
  public void reportTo(Asker asker) {
    loop = asker;
  }

  /** Asks until there is an answer, or the worker has another epoch, or is lost. */
  public void ask(WorkerId id, long epoch, List<ExecutionId> executions) {
    if (executions.isEmpty()) {
      return;
    }
    loop.ask(new Request.GetWorker(id))
        .thenCompose(view -> describe(view.worker(), epoch))
        .thenCompose(answer -> report(id, epoch, Set.copyOf(executions), answer))
        .exceptionally(
            failure -> {
              log.debug("worker {} can't be asked for {}", id, executions, failure);
              return false;
            })
        .thenAccept(
            done -> {
              if (!done) {
                clock.schedule(AGAIN_NANOS, () -> again(id, epoch, executions));
              }
            });
  }

  private void again(WorkerId id, long epoch, List<ExecutionId> executions) {
    loop.ask(new Request.GetWorker(id))
        .thenAccept(
            view -> {
              Worker row = view.worker();
              if (row.epoch() == epoch && row.liveness() != WorkerState.LOST) {
                List<ExecutionId> still = new ArrayList<>(executions);
                Set<ExecutionId> active = new HashSet<>();
                view.executions().forEach(execution -> active.add(execution.id()));
                still.retainAll(active);
                ask(id, epoch, still);
              }
            })
        .exceptionally(
            failure -> {
              if (Throwables.getRootCause(failure) instanceof RequestRefused refused
                  && refused.refusal() == Refusal.OVERLOADED) {
                clock.schedule(AGAIN_NANOS, () -> again(id, epoch, executions));
              }
              return null;
            });
  }

  private CompletionStage<DescribeWorkerResponse> describe(Worker row, long epoch) {
    if (row.epoch() != epoch || row.liveness() == WorkerState.LOST) {
      return CompletableFuture.completedFuture(
          DescribeWorkerResponse.newBuilder().setEpoch(row.epoch()).build());
    }
    return channels
        .channel(row.id(), row.registration().address())
        .thenCompose(Inquiries::describe);
  }

  private static CompletableFuture<DescribeWorkerResponse> describe(ManagedChannel channel) {
    CompletableFuture<DescribeWorkerResponse> answer = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            WorkerServiceGrpc.getDescribeWorkerMethod(),
            CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)),
        DescribeWorkerRequest.getDefaultInstance(),
        new SingleAnswer<>(answer));
    return answer;
  }

  /** True if nothing more needs to be asked. */
  private CompletionStage<Boolean> report(
      WorkerId id, long epoch, Set<ExecutionId> wanted, DescribeWorkerResponse answer) {
    if (answer.getEpoch() != epoch) {
      return CompletableFuture.completedFuture(answer.getEpoch() > epoch);
    }
    Set<ExecutionId> there = new HashSet<>();
    Reports.listed(answer.getExecutionsList()).forEach(one -> there.add(one.execution()));
    List<Request.ExecutionReport> reports = new ArrayList<>();
    for (ExecutionId missing : Sets.difference(wanted, there)) {
      log.warn("{} ran on worker {}, which does not have it any more", missing, id);
      reports.add(new Request.ExecutionReport.Unknown(missing));
    }
    for (Request.ExecutionReport report : Reports.toRequests(answer.getExecutionsList())) {
      if (wanted.contains(report.execution())) {
        reports.add(report);
      }
    }
    if (reports.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    return loop.ask(new Request.ReportExecutions(id, epoch, reports)).thenApply(reply -> true);
  }
}
