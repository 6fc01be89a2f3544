package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.worker.v1.DescribeWorkerRequest;
import io.slipway.proto.worker.v1.DescribeWorkerResponse;
import io.slipway.proto.worker.v1.ReadLogRequest;
import io.slipway.proto.worker.v1.ReadLogResponse;
import io.slipway.proto.worker.v1.StopExecutionsRequest;
import io.slipway.proto.worker.v1.StopExecutionsResponse;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On real ports of the loopback. */
class ServersTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final UserToken USER = new UserToken("alice", "user-token-0123456789");
  private static final String CLUSTER = "cluster-token-0123456789";

  private final ApplicationTokens applications = new ApplicationTokens(new byte[32], 1);
  private final Channels channels = new Channels("test");
  private RpcServer server;

  @BeforeEach
  void open() throws Exception {
    server = open(ANY);
  }

  private RpcServer open(HostPort listen) throws Exception {
    return Servers.at(
            listen, Authenticator.user(USER).or(Authenticator.cluster(CLUSTER)).or(applications))
        .blockingService(
            new TestService(),
            AccessRule.allow(Principal.Kind.CLUSTER_MEMBER)
                .forMethod("DescribeWorker", Principal.Kind.USER, Principal.Kind.CLUSTER_MEMBER))
        .open();
  }

  @AfterEach
  void close() {
    channels.close();
    server.close();
  }

  @Test
  void call_withUsersToken_isMadeByThatUser() {
    assertThat(describe(USER.token()).getWorkerId()).isEqualTo("user alice");
    assertThat(describe(CLUSTER).getWorkerId()).isEqualTo("cluster member");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wrong", "user-token-012345678", "alice:user-token-0123456789"})
  void call_withoutValidToken_isUnauthenticated(String token) {
    Refusal refusal = refused(() -> describe(token));

    assertThat(refusal.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_BAD_TOKEN);
  }

  @Test
  void call_byKindThatMayNot_isDenied() {
    String application = applications.token(ApplicationId.of("20261122", 1), 1);

    Refusal byApplication = refused(() -> describe(application));
    Refusal byUser =
        refused(
            () -> stub(USER.token()).stopExecutions(StopExecutionsRequest.newBuilder().build()));

    assertThat(byApplication.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(byApplication).hasMessageContaining("app-20261122-0001").hasMessageContaining("may");
    assertThat(byUser.reason()).isEqualTo(Reason.REASON_NOT_ALLOWED);
  }

  @Test
  void health_withoutToken_answers() {
    assertThat(health()).isEqualTo(ServingStatus.SERVING);

    server.serving(false);

    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void reflection_withoutToken_listsTheServices() throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> questions =
        ServerReflectionGrpc.newStub(channel("")).serverReflectionInfo(new SingleAnswer<>(answer));

    questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    questions.onCompleted();

    assertThat(answer.get(10, TimeUnit.SECONDS).toString())
        .contains("slipway.worker.v1.WorkerService")
        .contains("grpc.health.v1.Health");
  }

  @Test
  void service_thatThrows_isMappedWithItsReason() {
    Refusal thrown = refused(() -> stop("throw"));
    Refusal told = refused(() -> stop("onError"));
    Refusal defect = refused(() -> stop("defect"));

    assertThat(thrown.reason()).isEqualTo(Reason.REASON_UNKNOWN_ID);
    assertThat(thrown).hasMessage("no execution 'x'");
    assertThat(told.reason()).isEqualTo(Reason.REASON_UNKNOWN_ID);
    assertThat(defect.code()).isEqualTo(Status.Code.INTERNAL);
    assertThat(defect).hasMessageNotContaining("details");
  }

  @Test
  void message_overTheLimit_isRefused() {
    Refusal refusal = refused(() -> stop("x".repeat(Limits.MESSAGE_BYTES)));

    assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.isRetryable()).isFalse();
  }

  @Test
  void stream_afterManyMessages_endsWithItsStatus() {
    Iterator<ReadLogResponse> stream =
        stub(CLUSTER).readLog(ReadLogRequest.newBuilder().setOffset(100).build());
    int[] count = new int[1];

    Refusal refusal =
        refused(
            () -> {
              while (stream.hasNext()) {
                stream.next();
                count[0]++;
              }
            });

    assertThat(count[0]).isEqualTo(100);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_OUTCOME_UNKNOWN);
  }

  @Test
  void listening_beyondLoopback_needsLeave() throws Exception {
    Servers wide = Servers.at(new HostPort("0.0.0.0", 0), token -> Optional.empty());

    assertThatThrownBy(wide::open)
        .isInstanceOf(ListenException.class)
        .hasMessageContaining("0.0.0.0:0")
        .hasMessageContaining("--insecure");
    try (RpcServer open = wide.insecure(true).open()) {
      assertThat(open.listening().host()).isEqualTo("0.0.0.0");
      assertThat(open.advertised().isWildcard()).isFalse();
      assertThat(open.advertised().port()).isEqualTo(open.listening().port()).isPositive();
    }
  }

  @Test
  void listening_onTakenPort_namesIt() {
    assertThatThrownBy(() -> Servers.at(server.listening(), token -> Optional.empty()).open())
        .isInstanceOf(ListenException.class)
        .hasMessageContaining(server.listening().toString())
        .hasMessageContaining("in use");
  }

  @Test
  void advertise_withPortZero_takesTheRealPort() throws Exception {
    try (RpcServer open =
        Servers.at(ANY, token -> Optional.empty())
            .advertise(Optional.of(new HostPort("example.org", 0)))
            .open()) {
      assertThat(open.advertised()).isEqualTo(new HostPort("example.org", open.listening().port()));
    }
  }

  @Test
  void close_returns_portIsFree() throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(describe(USER.token()).getWorkerId()).isEqualTo("user alice");
      HostPort address = server.listening();
      server.close(Duration.ZERO);
      server = open(address);
    }
  }

  @Test
  void close_twice_isHarmless() {
    server.close();
    server.close();

    assertThat(refused(() -> describe(CLUSTER)).code()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(channel(""))
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private DescribeWorkerResponse describe(String token) {
    return stub(token).describeWorker(DescribeWorkerRequest.getDefaultInstance());
  }

  private StopExecutionsResponse stop(String workerId) {
    return stub(CLUSTER)
        .stopExecutions(StopExecutionsRequest.newBuilder().setWorkerId(workerId).build());
  }

  private WorkerServiceGrpc.WorkerServiceBlockingStub stub(String token) {
    return WorkerServiceGrpc.newBlockingStub(channel(token))
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private Channel channel(String token) {
    return channels.open(server.advertised(), TokenSource.of(token));
  }

  private static Refusal refused(Runnable call) {
    return StatusMapping.toRefusal(catchThrowableOfType(StatusRuntimeException.class, call::run));
  }

  private static final class TestService extends WorkerServiceGrpc.WorkerServiceImplBase {
    @Override
    public void describeWorker(
        DescribeWorkerRequest request, StreamObserver<DescribeWorkerResponse> observer) {
      observer.onNext(
          DescribeWorkerResponse.newBuilder().setWorkerId(Principal.current().toString()).build());
      observer.onCompleted();
    }

    @Override
    public void stopExecutions(
        StopExecutionsRequest request, StreamObserver<StopExecutionsResponse> observer) {
      switch (request.getWorkerId()) {
        case "throw" -> throw Refusal.unknownId("execution", "x");
        case "onError" -> observer.onError(Refusal.unknownId("execution", "x"));
        default -> throw new IllegalStateException("details");
      }
    }

    @Override
    public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> observer) {
      ByteString data = ByteString.copyFromUtf8("x".repeat(1_000));
      for (int i = 0; i < request.getOffset(); i++) {
        observer.onNext(ReadLogResponse.newBuilder().setData(data).build());
      }
      observer.onError(Refusal.outcomeUnknown("the rest is elsewhere"));
    }
  }
}
