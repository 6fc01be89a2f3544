package io.slipway.worker;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionKind;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc.ArtifactServiceImplBase;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.DownloadArtifactResponse;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.Fencing;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.registry.v1.ExecutionVerdict;
import io.slipway.proto.registry.v1.ExecutionVerdict.Action;
import io.slipway.proto.registry.v1.HeartbeatRequest;
import io.slipway.proto.registry.v1.HeartbeatResponse;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.registry.v1.RegisterWorkerResponse;
import io.slipway.proto.registry.v1.ReportExecutionsRequest;
import io.slipway.proto.registry.v1.ReportExecutionsResponse;
import io.slipway.proto.registry.v1.WorkerRegistryServiceGrpc.WorkerRegistryServiceImplBase;
import io.slipway.proto.worker.v1.LaunchContents;
import io.slipway.proto.worker.v1.LaunchDriverRequest;
import io.slipway.proto.worker.v1.LaunchExecutorsRequest;
import io.slipway.proto.worker.v1.LaunchOrder;
import io.slipway.proto.worker.v1.StopExecutionsRequest;
import io.slipway.proto.worker.v1.StopOrder;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Channels;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.TemplateMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A master that places nothing: it takes what workers tell, and gives the orders that a test says.
 */
public final class FakeMaster implements AutoCloseable {
  /** An application that all tests use. */
  public static final ApplicationId APPLICATION = new ApplicationId("app-20261122-0007");

  private final String clusterToken;
  private final String clusterId;
  private final Channels channels = new Channels("fake-master");
  private RpcServer server;
  private HostPort address = new HostPort("127.0.0.1", 0);
  private ManagedChannel worker;
  private HostPort workerAddress;

  private long term = 1;
  private long epoch;
  private String workerId = "";
  private String startId = "";
  private final List<RegisterWorkerRequest> registrations = new ArrayList<>();
  private final List<HeartbeatRequest> heartbeats = new ArrayList<>();
  private final Map<String, ExecutionReport> reported = new HashMap<>();
  private final Map<String, Integer> endsTold = new HashMap<>();
  private final Set<String> unwanted = new HashSet<>();
  private boolean acknowledges = true;
  private boolean staleEpochs;
  private boolean wantsLists;
  private int answersToLose;
  private final Map<String, byte[]> artifacts = new HashMap<>();
  private final List<Long> downloads = new ArrayList<>();
  private long breakDownloadsAfter = Long.MAX_VALUE;

  /** A master of a cluster. */
  public FakeMaster(TokenFiles tokens, String clusterId) throws Exception {
    this.clusterToken = tokens.clusterToken();
    this.clusterId = clusterId;
    start();
  }

  /** Listens, at the address where it did before. */
  public void start() throws Exception {
    server =
        Servers.at(address, Authenticator.cluster(clusterToken))
            .service(new Registry(), AccessRule.allow(Principal.Kind.CLUSTER_MEMBER))
            .blockingService(new Artifacts(), AccessRule.allow(Principal.Kind.CLUSTER_MEMBER))
            .open();
    address = server.listening();
  }

  /** Falls silent. */
  public void stop() {
    server.close(Duration.ZERO);
  }

  public HostPort address() {
    return address;
  }

  // What it does from now on.

  public synchronized void acknowledge(boolean acknowledge) {
    acknowledges = acknowledge;
  }

  public synchronized void loseAnswers(int count) {
    answersToLose = count;
  }

  public synchronized void forgetWorker() {
    staleEpochs = true;
  }

  public synchronized void wantLists(boolean want) {
    wantsLists = want;
  }

  public synchronized void unwant(ExecutionId id) {
    unwanted.add(id.toString());
  }

  public synchronized void leadAgain() {
    term++;
  }

  public synchronized Digest hasArtifact(byte[] bytes) {
    Digest digest = Digest.of(bytes);
    artifacts.put(digest.hex(), bytes);
    return digest;
  }

  public synchronized void serveCorrupted(Digest digest, byte[] bytes) {
    artifacts.put(digest.hex(), bytes);
  }

  public synchronized void breakDownloadsAfter(long bytes) {
    breakDownloadsAfter = bytes;
  }

  // What it has heard.

  public synchronized List<RegisterWorkerRequest> registrations() {
    return List.copyOf(registrations);
  }

  public synchronized List<HeartbeatRequest> heartbeats() {
    return List.copyOf(heartbeats);
  }

  public synchronized Optional<ExecutionReport> reported(ExecutionId id) {
    return Optional.ofNullable(reported.get(id.toString()));
  }

  public synchronized ExecutionPhase phase(ExecutionId id) {
    return reported(id)
        .map(ExecutionReport::getPhase)
        .orElse(ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED);
  }

  public synchronized int endsTold(ExecutionId id) {
    return endsTold.getOrDefault(id.toString(), 0);
  }

  public synchronized List<Long> downloads() {
    return List.copyOf(downloads);
  }

  // Orders.

  /** The stub of the worker that registered last. */
  public synchronized WorkerServiceGrpc.WorkerServiceBlockingStub worker() {
    HostPort now = HostPort.parse(registrations.get(registrations.size() - 1).getAddress());
    if (!now.equals(workerAddress)) {
      worker = channels.open(now, TokenSource.of(clusterToken));
      workerAddress = now;
    }
    return WorkerServiceGrpc.newBlockingStub(worker);
  }

  public synchronized Fencing fencing() {
    return Fencing.newBuilder().setClusterId(clusterId).setIncarnation(1).setTerm(term).build();
  }

  public synchronized long epoch() {
    return epoch;
  }

  public synchronized String workerId() {
    return workerId;
  }

  /** A template of a program. */
  public static LaunchTemplate program(String... arguments) {
    return LaunchTemplate.of(
        new CommandTemplate.Program(List.of(arguments)), new Resources(1, 64 << 20));
  }

  public LaunchDriverRequest driverOrder(ExecutionId id, LaunchTemplate template) {
    return LaunchDriverRequest.newBuilder()
        .setFencing(fencing())
        .setWorkerId(workerId())
        .setEpoch(epoch())
        .setOrder(order(id))
        .setContents(contents(template))
        .build();
  }

  public ExecutionReport launchDriver(ExecutionId id, LaunchTemplate template) {
    return worker().launchDriver(driverOrder(id, template)).getExecution();
  }

  public List<ExecutionReport> launchExecutors(LaunchTemplate template, ExecutionId... ids) {
    LaunchExecutorsRequest.Builder request =
        LaunchExecutorsRequest.newBuilder()
            .setFencing(fencing())
            .setWorkerId(workerId())
            .setEpoch(epoch())
            .setContents(contents(template).toBuilder().setProfile("default"));
    for (ExecutionId id : ids) {
      request.addOrders(order(id));
    }
    return worker().launchExecutors(request.build()).getExecutionsList();
  }

  private static LaunchOrder order(ExecutionId id) {
    return LaunchOrder.newBuilder()
        .setExecutionId(id.toString())
        .setAttempt(id.kind() == ExecutionKind.DRIVER ? id.number() : 1)
        .setCores(1)
        .build();
  }

  private static LaunchContents contents(LaunchTemplate template) {
    return LaunchContents.newBuilder()
        .setDeployMode("cluster")
        .setTemplate(TemplateMessages.toProto(template))
        .setApplicationToken("application-token-of-a-test")
        .build();
  }

  public ExecutionReport stop(ExecutionId id, Duration grace) {
    return worker()
        .stopExecutions(
            StopExecutionsRequest.newBuilder()
                .setFencing(fencing())
                .setWorkerId(workerId())
                .setEpoch(epoch())
                .addOrders(
                    StopOrder.newBuilder()
                        .setExecutionId(id.toString())
                        .setGracePeriod(Fields.toProto(grace))
                        .setRequestedBy("user alice"))
                .build())
        .getExecutions(0);
  }

  private final class Registry extends WorkerRegistryServiceImplBase {
    @Override
    public void registerWorker(
        RegisterWorkerRequest request, StreamObserver<RegisterWorkerResponse> caller) {
      synchronized (FakeMaster.this) {
        checkCluster(request.getClusterId());
        registrations.add(request);
        staleEpochs = false;
        workerId = request.getWorkerId();
        if (!request.getStartId().equals(startId)) {
          startId = request.getStartId();
          epoch++;
        }
        RegisterWorkerResponse answer =
            RegisterWorkerResponse.newBuilder()
                .setFencing(fencing())
                .setEpoch(epoch)
                .setLease(Fields.toProto(Duration.ofSeconds(10)))
                .setHeartbeatInterval(Fields.toProto(Duration.ofMillis(40)))
                .addAllVerdicts(judge(request.getExecutionsList()))
                .build();
        loseOrSend(caller, answer);
      }
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> caller) {
      synchronized (FakeMaster.this) {
        check(request.getFencing(), request.getEpoch());
        heartbeats.add(request);
        loseOrSend(
            caller,
            HeartbeatResponse.newBuilder()
                .setFencing(fencing())
                .setLease(Fields.toProto(Duration.ofSeconds(10)))
                .setHeartbeatInterval(Fields.toProto(Duration.ofMillis(40)))
                .setSendExecutions(wantsLists)
                .addAllVerdicts(judge(request.getExecutionsList()))
                .build());
      }
    }

    @Override
    public void reportExecutions(
        ReportExecutionsRequest request, StreamObserver<ReportExecutionsResponse> caller) {
      synchronized (FakeMaster.this) {
        check(request.getFencing(), request.getEpoch());
        loseOrSend(
            caller,
            ReportExecutionsResponse.newBuilder()
                .setFencing(fencing())
                .addAllVerdicts(judge(request.getExecutionsList()))
                .build());
      }
    }

    private void checkCluster(String other) {
      if (!other.isEmpty() && !other.equals(clusterId)) {
        throw Refusal.of(
            Status.Code.FAILED_PRECONDITION,
            Reason.REASON_WRONG_CLUSTER,
            "this is cluster " + clusterId + ", and not " + other);
      }
    }

    private void check(Fencing sender, long senderEpoch) {
      checkCluster(sender.getClusterId());
      if (staleEpochs || senderEpoch != epoch) {
        throw Refusal.of(Status.Code.ABORTED, Reason.REASON_STALE_EPOCH, "register again");
      }
    }

    private <R> void loseOrSend(StreamObserver<R> caller, R answer) {
      if (answersToLose > 0) {
        answersToLose--;
        throw Refusal.outcomeUnknown("the answer was lost");
      }
      caller.onNext(answer);
      caller.onCompleted();
    }
  }

  private List<ExecutionVerdict> judge(List<ExecutionReport> executions) {
    List<ExecutionVerdict> verdicts = new ArrayList<>();
    for (ExecutionReport execution : executions) {
      String id = execution.getExecutionId();
      reported.put(id, execution);
      boolean ended = execution.getPhase() == ExecutionPhase.EXECUTION_PHASE_ENDED;
      Action action = unwanted.contains(id) ? Action.ACTION_STOP : Action.ACTION_KEEP;
      if (ended) {
        endsTold.merge(id, 1, Integer::sum);
        action = acknowledges ? Action.ACTION_ACKNOWLEDGE : Action.ACTION_KEEP;
      }
      verdicts.add(
          ExecutionVerdict.newBuilder()
              .setExecutionId(id)
              .setAction(action)
              .setReason("a test says so")
              .build());
    }
    return verdicts;
  }

  private final class Artifacts extends ArtifactServiceImplBase {
    @Override
    public void downloadArtifact(
        DownloadArtifactRequest request, StreamObserver<DownloadArtifactResponse> caller) {
      byte[] bytes;
      long breakAfter;
      synchronized (FakeMaster.this) {
        bytes = artifacts.get(request.getDigest());
        breakAfter = breakDownloadsAfter;
        breakDownloadsAfter = Long.MAX_VALUE;
        downloads.add(request.getOffset());
      }
      if (bytes == null) {
        throw Refusal.unknownId("artifact", request.getDigest());
      }
      int size = 10_000;
      for (int offset = (int) request.getOffset(); offset < bytes.length; offset += size) {
        if (offset >= breakAfter) {
          throw Refusal.outcomeUnknown("the stream broke");
        }
        caller.onNext(
            DownloadArtifactResponse.newBuilder()
                .setData(ByteString.copyFrom(bytes, offset, Math.min(size, bytes.length - offset)))
                .build());
      }
      caller.onCompleted();
    }
  }

  @Override
  public void close() {
    stop();
    channels.close();
  }
}
