package io.slipway.master.rpc;

import io.grpc.stub.StreamObserver;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.model.ApplicationState;
import io.slipway.model.Digest;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.DescribeClusterRequest;
import io.slipway.proto.cluster.v1.DescribeClusterResponse;
import io.slipway.proto.cluster.v1.DrainWorkerRequest;
import io.slipway.proto.cluster.v1.DrainWorkerResponse;
import io.slipway.proto.cluster.v1.ListMastersRequest;
import io.slipway.proto.cluster.v1.ListMastersResponse;
import io.slipway.proto.cluster.v1.ListWorkersRequest;
import io.slipway.proto.cluster.v1.ListWorkersResponse;
import io.slipway.proto.cluster.v1.MasterInfo;
import io.slipway.rpc.Principal;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ResourceMessages;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The cluster service. */
public final class ClusterCalls extends ClusterServiceGrpc.ClusterServiceImplBase {
  private final ClusterLoop loop;
  private final Supplier<HostPort> self;
  private final String version;

  /**
   * Serves operators.
   *
   * @param self this master's address, as others reach it
   * @param version of this program
   */
  public ClusterCalls(ClusterLoop loop, Supplier<HostPort> self, String version) {
    this.loop = loop;
    this.self = self;
    this.version = version;
  }

  @Override
  public void listWorkers(
      ListWorkersRequest request, StreamObserver<ListWorkersResponse> observer) {
    Replies.answer(
        loop.ask(
            new Request.ListWorkers(Pages.size(request.getPageSize()), request.getPageToken())),
        observer,
        page -> {
          ListWorkersResponse.Builder response =
              ListWorkersResponse.newBuilder().setNextPageToken(page.nextPageToken());
          page.workers()
              .forEach(
                  row -> response.addWorkers(RowMessages.worker(row.worker(), row.executions())));
          return response.build();
        });
  }

  @Override
  public void drainWorker(
      DrainWorkerRequest request, StreamObserver<DrainWorkerResponse> observer) {
    WorkerId worker = Fields.workerId(request.getWorkerId(), "worker_id");
    String requestId = Fields.requestId(request.getRequestId(), "request_id");
    if (!(Principal.current() instanceof Principal.User user)) {
      throw new IllegalStateException("only users are let through");
    }
    CompletionStage<DrainWorkerResponse> response =
        loop.ask(
                new Request.DrainWorker(
                    worker,
                    request.getDrain(),
                    user.name(),
                    requestId,
                    Digest.of(request.toByteArray())))
            .thenCompose(row -> loop.ask(new Request.GetWorker(row.id())))
            .thenApply(
                view ->
                    DrainWorkerResponse.newBuilder()
                        .setWorker(RowMessages.worker(view.worker(), view.executions().size()))
                        .build());
    Replies.answer(response, observer, message -> message);
  }

  @Override
  public void describeCluster(
      DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> observer) {
    Replies.answer(
        loop.ask(new Request.DescribeCluster()),
        observer,
        view ->
            DescribeClusterResponse.newBuilder()
                .setFencing(RowMessages.fencing(view.fencing()))
                .setVersion(version)
                .setLiveWorkers(
                    view.workers().getOrDefault(WorkerState.LIVE, 0)
                        + view.workers().getOrDefault(WorkerState.DRAINING, 0))
                .setResources(ResourceMessages.toProto(view.capacity()))
                .setAllocated(ResourceMessages.toProto(view.allocated()))
                .setRunningApplications(
                    view.applications().getOrDefault(ApplicationState.RUNNING, 0))
                .setQueuedApplications(view.applications().getOrDefault(ApplicationState.QUEUED, 0))
                .build());
  }

  @Override
  public void listMasters(
      ListMastersRequest request, StreamObserver<ListMastersResponse> observer) {
    observer.onNext(
        ListMastersResponse.newBuilder()
            .addMasters(
                MasterInfo.newBuilder()
                    .setAddress(self.get().toString())
                    .setLeader(loop.standing().leads())
                    .setVersion(version))
            .build());
    observer.onCompleted();
  }
}
