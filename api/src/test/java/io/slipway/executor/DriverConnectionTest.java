package io.slipway.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.slipway.driver.FakeMaster;
import io.slipway.model.HostPort;
import io.slipway.proto.driver.v1.DriverServiceGrpc;
import io.slipway.proto.driver.v1.NamedTaskPayload;
import io.slipway.proto.driver.v1.RegisterExecutorRequest;
import io.slipway.proto.driver.v1.RegisterExecutorResponse;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Principal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real executor against a driver that does what it likes. */
@Timeout(60)
class DriverConnectionTest {
  private static final int BREAKS = 20;

  /** A task of no length. */
  public static final class Echo implements NamedTask {
    @Override
    public byte[] run(byte[] input) {
      return input;
    }
  }

  /** Keeps its executor as busy as it can, and breaks the stream while results flow. */
  private static final class BreakingDriver extends DriverServiceGrpc.DriverServiceImplBase {
    private static final int TASKS = 20_000;
    private static final int RESULTS_BEFORE_BREAK = 2_000;

    private final CountDownLatch breaks = new CountDownLatch(BREAKS);

    @Override
    public void registerExecutor(
        RegisterExecutorRequest request, StreamObserver<RegisterExecutorResponse> answer) {
      answer.onNext(RegisterExecutorResponse.newBuilder().setSessionId("1").build());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<RunTasksRequest> runTasks(StreamObserver<RunTasksResponse> out) {
      return new StreamObserver<>() {
        private int results;
        private boolean begun;
        private boolean broken;

        @Override
        public void onNext(RunTasksRequest message) {
          results += message.getResultsCount();
          if (!begun) {
            begun = true;
            out.onNext(tasks());
          } else if (results > RESULTS_BEFORE_BREAK && !broken) {
            broken = true;
            breaks.countDown();
            out.onError(Status.UNAVAILABLE.withDescription("broken").asRuntimeException());
          }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          if (!broken) {
            out.onCompleted();
          }
        }
      };
    }
  }

  private static RunTasksResponse tasks() {
    NamedTaskPayload echo =
        NamedTaskPayload.newBuilder().setClassName(Echo.class.getName()).build();
    RunTasksResponse.Builder orders = RunTasksResponse.newBuilder();
    for (int id = 1; id <= BreakingDriver.TASKS; id++) {
      orders.addTasks(TaskOrder.newBuilder().setTaskId(id).setNamed(echo));
    }
    return orders.build();
  }

  @Test
  void run_streamBreaksWhileResultsFlow_connectsAgainEachTime() throws Exception {
    BreakingDriver driver = new BreakingDriver();
    try (FakeMaster master = new FakeMaster();
        RpcServer server =
            Servers.at(
                    new HostPort("127.0.0.1", 0),
                    token -> Optional.of(new Principal.Application(FakeMaster.APPLICATION, 1)))
                .service(driver, AccessRule.allow(Principal.Kind.APPLICATION))
                .open()) {
      master.driverAt(server.advertised());
      try (RunningExecutor executor =
          RunningExecutor.start(
              FakeMaster.APPLICATION,
              1,
              2,
              master.address(),
              master.token(),
              server.advertised().toString(),
              Duration.ofSeconds(30))) {
        assertThat(driver.breaks.await(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }
}
