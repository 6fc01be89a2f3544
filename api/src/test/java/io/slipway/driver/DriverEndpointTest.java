package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.slipway.executor.ExecutorMain;
import io.slipway.executor.RunningExecutor;
import io.slipway.model.ApplicationId;
import io.slipway.model.HostPort;
import io.slipway.proto.driver.v1.DriverServiceGrpc;
import io.slipway.proto.driver.v1.RegisterExecutorRequest;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskResult;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Channels;
import io.slipway.rpc.Principal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenSource;
import io.slipway.serialization.JavaSerialization;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may be an executor: calls by hand against a real driver's port. */
@Timeout(60)
class DriverEndpointTest {
  private static volatile boolean deserialized;

  private final Channels channels = new Channels("test-io");
  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    deserialized = false;
    bed = new SessionBed();
  }

  @AfterEach
  void close() {
    channels.close();
    bed.close();
  }

  private static final class Trap implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) throws Exception {
      in.defaultReadObject();
      deserialized = true;
    }
  }

  private ManagedChannel channel(String token) {
    return channels.open(HostPort.parse(bed.master().driverAddress()), TokenSource.of(token));
  }

  private static RegisterExecutorRequest.Builder registration() {
    return RegisterExecutorRequest.newBuilder()
        .setApplicationId(FakeMaster.APPLICATION.value())
        .setAttempt(1)
        .setExecutionId(FakeMaster.APPLICATION.executor(1).toString())
        .setExecutorNumber(1)
        .setCores(1);
  }

  private static Status.Code refusal(ManagedChannel channel, RegisterExecutorRequest request) {
    try {
      DriverServiceGrpc.newBlockingStub(channel).registerExecutor(request);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  /** Sends a result whose reading would leave a trace, and tells how the stream ends. */
  private static Status.Code sendTrap(ManagedChannel channel, String sessionId) throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    StreamObserver<RunTasksRequest> out =
        DriverServiceGrpc.newStub(channel)
            .runTasks(
                new StreamObserver<>() {
                  @Override
                  public void onNext(RunTasksResponse message) {}

                  @Override
                  public void onError(Throwable failure) {
                    end.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(null);
                  }
                });
    out.onNext(
        RunTasksRequest.newBuilder()
            .setSessionId(sessionId)
            .setCredits(1)
            .addResults(
                TaskResult.newBuilder()
                    .setTaskId(1)
                    .setValue(
                        ByteString.copyFrom(JavaSerialization.serialize(new Trap(), "a trap"))))
            .build());
    try {
      end.get(30, TimeUnit.SECONDS);
      return Status.Code.OK;
    } catch (ExecutionException e) {
      return Status.fromThrowable(e.getCause()).getCode();
    }
  }

  @Test
  void runTasks_foreignToken_isRefusedBeforeAnythingIsDeserialized() throws Exception {
    Future<Integer> task = bed.executor().submit(() -> 1);
    String foreign =
        new ApplicationTokens(new byte[32], 1).token(new ApplicationId("app-20261122-0008"), 1);

    for (String token : new String[] {"", "nonsense-nonsense", foreign}) {
      ManagedChannel channel = channel(token);
      assertThat(refusal(channel, registration().build())).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(sendTrap(channel, "x")).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    assertThat(deserialized).isFalse();
    assertThat(task.isDone()).isFalse();
  }

  @Test
  void runTasks_noSession_isRefused() throws Exception {
    Future<Integer> task = bed.executor().submit(() -> 1);

    assertThat(sendTrap(channel(bed.master().token()), "made up"))
        .isEqualTo(Status.Code.PERMISSION_DENIED);

    assertThat(deserialized).isFalse();
    assertThat(task.isDone()).isFalse();
  }

  @Test
  void registerExecutor_notOfThisAttempt_isRefused() {
    ManagedChannel channel = channel(bed.master().token());

    assertThat(refusal(channel, registration().setApplicationId("app-20261122-0008").build()))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refusal(channel, registration().setAttempt(2).build()))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refusal(channel, registration().setExecutorNumber(2).build()))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refusal(channel, registration().setCores(0).build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal(channel, registration().build())).isEqualTo(Status.Code.OK);
  }

  @Test
  void result_ofTheExecutor_isDeserializedByWhoAsksForIt() throws Exception {
    bed.startExecutor(1);

    Future<Trap> task = bed.executor().submit(Trap::new);
    bed.executor().submit(() -> 1).get();
    assertThat(deserialized).isFalse();

    assertThat(task.get()).isNotNull();
    assertThat(deserialized).isTrue();
  }

  @Test
  void runTasks_driverGoesForGood_executorEndsWithItsOwnCode() throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    try (FakeMaster master = new FakeMaster()) {
      RpcServer driver =
          Servers.at(
                  new HostPort("127.0.0.1", 0),
                  DriverEndpoint.onlyOf(FakeMaster.APPLICATION, 1, master.token()))
              .service(
                  new DriverEndpoint(
                      FakeMaster.APPLICATION,
                      1,
                      new SessionBoards(List::of),
                      number -> false,
                      stream -> connected.countDown()),
                  AccessRule.allow(Principal.Kind.APPLICATION))
              .open();
      master.driverAt(driver.advertised());
      try (RunningExecutor executor =
          RunningExecutor.start(
              FakeMaster.APPLICATION,
              1,
              1,
              master.address(),
              master.token(),
              driver.advertised().toString(),
              Duration.ofMillis(200))) {
        connected.await();

        driver.close(Duration.ZERO);

        assertThat(executor.exitCode()).isEqualTo(ExecutorMain.DRIVER_GONE);
      }
    }
  }

  @Test
  void registerExecutor_sessionClosing_isRefused() {
    ManagedChannel channel = channel(bed.master().token());
    bed.session().close();

    assertThatThrownBy(
            () ->
                DriverServiceGrpc.newBlockingStub(channel).registerExecutor(registration().build()))
        .isInstanceOf(StatusRuntimeException.class);
  }
}
