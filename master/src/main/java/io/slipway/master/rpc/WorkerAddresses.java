package io.slipway.master.rpc;

import io.grpc.Status;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.util.concurrent.CompletionStage;

/** Finds the workers that keep the logs of executions. */
final class WorkerAddresses {
  private final ClusterLoop loop;

  WorkerAddresses(ClusterLoop loop) {
    this.loop = loop;
  }

  /** Where an execution is, and what it does. */
  record Place(WorkerId worker, HostPort address, ExecutionState state) {}

  /** Where the log of an execution is read. */
  CompletionStage<Place> locate(Execution row) {
    if (row.worker().isEmpty()) {
      throw row.isDriver()
          ? Refusal.of(
              Status.Code.NOT_FOUND,
              Reason.REASON_LOG_NOT_KEPT,
              "the log of " + row.id() + " is on the machine of its submitter (client mode)")
          : unreachable(row.id() + " has not been placed yet");
    }
    return loop.ask(new Request.GetWorker(row.worker().get()))
        .thenApply(
            view -> {
              Worker worker = view.worker();
              if (worker.liveness() == WorkerState.LOST) {
                throw unreachable("worker " + worker.id() + " of " + row.id() + " is lost");
              }
              return new Place(worker.id(), worker.registration().address(), row.state());
            });
  }

  private static Refusal unreachable(String message) {
    return Refusal.of(Status.Code.UNAVAILABLE, Reason.REASON_WORKER_UNREACHABLE, message);
  }
}
