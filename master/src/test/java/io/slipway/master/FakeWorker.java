package io.slipway.master;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.Fencing;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.proto.common.v1.Termination;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.registry.v1.ExecutionVerdict;
import io.slipway.proto.registry.v1.HeartbeatRequest;
import io.slipway.proto.registry.v1.HeartbeatResponse;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.registry.v1.RegisterWorkerResponse;
import io.slipway.proto.registry.v1.ReportExecutionsRequest;
import io.slipway.proto.registry.v1.WorkerRegistryServiceGrpc;
import io.slipway.proto.worker.v1.DescribeWorkerRequest;
import io.slipway.proto.worker.v1.DescribeWorkerResponse;
import io.slipway.proto.worker.v1.LaunchContents;
import io.slipway.proto.worker.v1.LaunchDriverRequest;
import io.slipway.proto.worker.v1.LaunchDriverResponse;
import io.slipway.proto.worker.v1.LaunchExecutorsRequest;
import io.slipway.proto.worker.v1.LaunchExecutorsResponse;
import io.slipway.proto.worker.v1.LaunchOrder;
import io.slipway.proto.worker.v1.ReadLogRequest;
import io.slipway.proto.worker.v1.ReadLogResponse;
import io.slipway.proto.worker.v1.StopExecutionsRequest;
import io.slipway.proto.worker.v1.StopExecutionsResponse;
import io.slipway.proto.worker.v1.StopOrder;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A worker over real gRPC that launches nothing: it takes orders, and the test says what becomes of
 * them.
 */
final class FakeWorker implements AutoCloseable {
  private static final int WAIT_SECONDS = 30;

  /** An order to launch, and what came with it. */
  record Launch(ExecutionId id, LaunchOrder order, LaunchContents contents, Fencing fencing) {}

  final BlockingQueue<Launch> launches = new LinkedBlockingQueue<>();
  final BlockingQueue<StopOrder> stops = new LinkedBlockingQueue<>();
  final String id;
  volatile Optional<Refusal> refusal = Optional.empty();
  volatile ByteString log = ByteString.EMPTY;
  volatile RegisterWorkerResponse registration;

  private final LeaderChannel masters;
  private final String clusterToken;
  private final Map<ExecutionId, ExecutionReport> executions = new TreeMap<>();
  private RpcServer server;

  FakeWorker(String id, LeaderChannel masters, String clusterToken) throws Exception {
    this.id = id;
    this.masters = masters;
    this.clusterToken = clusterToken;
    listen(new HostPort("127.0.0.1", 0));
  }

  private void listen(HostPort address) throws Exception {
    server =
        Servers.at(address, Authenticator.cluster(clusterToken))
            .blockingService(new Orders(), AccessRule.allow(Principal.Kind.CLUSTER_MEMBER))
            .open();
  }

  /** Closes the port, as if the machine could not be reached. */
  void vanish() {
    server.close(Duration.ZERO);
  }

  /** Opens the same port again. */
  void appear() throws Exception {
    listen(server.listening());
  }

  RegisterWorkerResponse register(int cores) throws InterruptedException {
    return register(cores, "");
  }

  RegisterWorkerResponse register(int cores, String clusterId) throws InterruptedException {
    registration =
        masters.call(
            WorkerRegistryServiceGrpc.getRegisterWorkerMethod(),
            RegisterWorkerRequest.newBuilder()
                .setWorkerId(id)
                .setAddress(server.advertised().toString())
                .setResources(
                    ResourceAmounts.newBuilder().setCores(cores).setMemoryBytes((long) cores << 30))
                .addLaunchers(LauncherInfo.newBuilder().setName("process"))
                .setDefaultLauncher("process")
                .setVersion("test")
                .setClusterId(clusterId)
                .addAllExecutions(all())
                .setStartId("1")
                .build());
    return registration;
  }

  /** A heartbeat, and a complete one if that is wanted. */
  HeartbeatResponse heartbeat() throws InterruptedException {
    HeartbeatRequest.Builder request =
        HeartbeatRequest.newBuilder()
            .setWorkerId(id)
            .setEpoch(registration.getEpoch())
            .setFencing(registration.getFencing())
            .setExecutionCount(all().size())
            .setExecutionsDigest(Integer.toHexString(all().hashCode()));
    HeartbeatResponse response =
        masters.call(WorkerRegistryServiceGrpc.getHeartbeatMethod(), request.build());
    if (!response.getSendExecutions()) {
      return response;
    }
    return masters.call(
        WorkerRegistryServiceGrpc.getHeartbeatMethod(),
        request.setComplete(true).addAllExecutions(all()).build());
  }

  /** The next order to launch. */
  Launch launched() throws InterruptedException {
    Launch launch = launches.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (launch == null) {
      throw new AssertionError("no launch was ordered");
    }
    return launch;
  }

  /** The next order to stop. */
  StopOrder stopped() throws InterruptedException {
    StopOrder stop = stops.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (stop == null) {
      throw new AssertionError("no stop was ordered");
    }
    return stop;
  }

  /** Reports that an execution runs. */
  void confirm(ExecutionId execution) throws InterruptedException {
    report(
        ExecutionReport.newBuilder()
            .setExecutionId(execution.toString())
            .setPhase(ExecutionPhase.EXECUTION_PHASE_RUNNING)
            .setLauncher("process")
            .build());
  }

  /** Reports how an execution ended. */
  List<ExecutionVerdict> end(ExecutionId execution, Termination termination)
      throws InterruptedException {
    return report(
        ExecutionReport.newBuilder()
            .setExecutionId(execution.toString())
            .setPhase(ExecutionPhase.EXECUTION_PHASE_ENDED)
            .setTermination(termination)
            .setStdoutTail(ByteString.copyFromUtf8("last words\n"))
            .build());
  }

  List<ExecutionVerdict> exit(ExecutionId execution, int code) throws InterruptedException {
    return end(execution, Termination.newBuilder().setExited(code).build());
  }

  /** Has never heard of an execution, from now on. */
  synchronized void forget(ExecutionId execution) {
    executions.remove(execution);
  }

  private List<ExecutionVerdict> report(ExecutionReport report) throws InterruptedException {
    put(report);
    return masters
        .call(
            WorkerRegistryServiceGrpc.getReportExecutionsMethod(),
            ReportExecutionsRequest.newBuilder()
                .setWorkerId(id)
                .setEpoch(registration.getEpoch())
                .setFencing(registration.getFencing())
                .addExecutions(report)
                .build())
        .getVerdictsList();
  }

  private synchronized ExecutionReport put(ExecutionReport report) {
    executions.put(ExecutionId.parse(report.getExecutionId()), report);
    return report;
  }

  private synchronized List<ExecutionReport> all() {
    return new ArrayList<>(executions.values());
  }

  private synchronized ExecutionReport take(LaunchOrder order) {
    ExecutionReport known = executions.get(ExecutionId.parse(order.getExecutionId()));
    return known != null
        ? known
        : put(
            ExecutionReport.newBuilder()
                .setExecutionId(order.getExecutionId())
                .setPhase(ExecutionPhase.EXECUTION_PHASE_LAUNCHING)
                .build());
  }

  private synchronized ExecutionReport take(StopOrder order) {
    ExecutionReport known = executions.get(ExecutionId.parse(order.getExecutionId()));
    return known == null
        ? put(
            ExecutionReport.newBuilder()
                .setExecutionId(order.getExecutionId())
                .setPhase(ExecutionPhase.EXECUTION_PHASE_ENDED)
                .setTermination(Termination.newBuilder().setNotStarted("stopped before"))
                .build())
        : known;
  }

  @Override
  public void close() {
    server.close(Duration.ZERO);
  }

  private final class Orders extends WorkerServiceGrpc.WorkerServiceImplBase {
    private void check() {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }

    private ExecutionReport launch(LaunchOrder order, LaunchContents contents, Fencing fencing) {
      launches.add(new Launch(ExecutionId.parse(order.getExecutionId()), order, contents, fencing));
      return take(order);
    }

    @Override
    public void launchDriver(
        LaunchDriverRequest request, StreamObserver<LaunchDriverResponse> observer) {
      check();
      observer.onNext(
          LaunchDriverResponse.newBuilder()
              .setExecution(launch(request.getOrder(), request.getContents(), request.getFencing()))
              .build());
      observer.onCompleted();
    }

    @Override
    public void launchExecutors(
        LaunchExecutorsRequest request, StreamObserver<LaunchExecutorsResponse> observer) {
      check();
      LaunchExecutorsResponse.Builder response = LaunchExecutorsResponse.newBuilder();
      for (LaunchOrder order : request.getOrdersList()) {
        response.addExecutions(launch(order, request.getContents(), request.getFencing()));
      }
      observer.onNext(response.build());
      observer.onCompleted();
    }

    @Override
    public void stopExecutions(
        StopExecutionsRequest request, StreamObserver<StopExecutionsResponse> observer) {
      check();
      StopExecutionsResponse.Builder response = StopExecutionsResponse.newBuilder();
      for (StopOrder order : request.getOrdersList()) {
        response.addExecutions(take(order));
        stops.add(order);
      }
      observer.onNext(response.build());
      observer.onCompleted();
    }

    @Override
    public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> observer) {
      int chunk = 50_000;
      ByteString text = log;
      for (int from = (int) request.getOffset(); from < text.size(); from += chunk) {
        observer.onNext(
            ReadLogResponse.newBuilder()
                .setOffset(from)
                .setData(text.substring(from, Math.min(text.size(), from + chunk)))
                .build());
      }
      observer.onCompleted();
    }

    @Override
    public void describeWorker(
        DescribeWorkerRequest request, StreamObserver<DescribeWorkerResponse> observer) {
      observer.onNext(
          DescribeWorkerResponse.newBuilder()
              .setWorkerId(id)
              .setEpoch(registration.getEpoch())
              .addAllExecutions(all())
              .build());
      observer.onCompleted();
    }
  }
}
