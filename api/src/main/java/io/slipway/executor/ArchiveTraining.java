package io.slipway.executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.proto.driver.v1.DriverServiceGrpc;
import io.slipway.proto.driver.v1.NamedTaskPayload;
import io.slipway.proto.driver.v1.RegisterExecutorRequest;
import io.slipway.proto.driver.v1.RegisterExecutorResponse;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.proto.driver.v1.TaskResult;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.ListenException;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.Principal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.serialization.JavaSerialization;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs an executor against a driver in the same JVM, over loopback, and ends with 0: a launcher
 * runs this once with {@code -XX:ArchiveClassesAtExit}, so that executors start with a class
 * archive. Needs no environment, and reaches nothing beyond this JVM.
 */
public final class ArchiveTraining {
  private static final ApplicationId APPLICATION = new ApplicationId("app-20000101-0001");
  private static final String TOKEN = "training";
  private static final int TASKS = 50;

  private ArchiveTraining() {}

  /** Runs the training, and ends the JVM: with 0, or with 1 and a message. */
  public static void main(String[] arguments) throws Exception {
    NettyStart.prepare();
    Driver driver = new Driver();
    ExecutorLife.Result result;
    try (RpcServer server = driver.open()) {
      ExecutorSettings settings =
          new ExecutorSettings(
              APPLICATION.executor(1),
              1,
              ExecutorProfile.DEFAULT_NAME,
              2,
              "localhost",
              List.of(server.advertised()),
              TOKEN,
              Optional.of(server.advertised()),
              Path.of(""));
      ExecutorLife.SearchTime once = new ExecutorLife.SearchTime(Duration.ZERO, Duration.ZERO);
      try (ExecutorLife life = new ExecutorLife(settings, once)) {
        result = life.run();
      }
    }
    if (result.exitCode() != 0 || driver.results.get() != TASKS || driver.failures.get() > 0) {
      System.err.println(
          "class archive training failed: " + result + ", " + driver.results + " results");
      System.exit(1);
    }
    System.exit(0);
  }

  /** A task by object. */
  record Increment(int number) implements Callable<Integer>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public Integer call() {
      return number + 1;
    }
  }

  /** A task by name. */
  public static final class Echo implements NamedTask {
    @Override
    public byte[] run(byte[] input) {
      return input;
    }
  }

  /** Gives each executor some tasks of both kinds, and lets it go. */
  private static final class Driver extends DriverServiceGrpc.DriverServiceImplBase {
    private final AtomicInteger results = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    RpcServer open() throws ListenException {
      Principal principal = new Principal.Application(APPLICATION, 1);
      return Servers.at(
              new HostPort("127.0.0.1", 0),
              token -> token.equals(TOKEN) ? Optional.of(principal) : Optional.empty())
          .name("training-driver")
          .service(this, AccessRule.allow(Principal.Kind.APPLICATION))
          .open();
    }

    @Override
    public void registerExecutor(
        RegisterExecutorRequest request, StreamObserver<RegisterExecutorResponse> answer) {
      answer.onNext(RegisterExecutorResponse.newBuilder().setSessionId("1").build());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<RunTasksRequest> runTasks(StreamObserver<RunTasksResponse> out) {
      return new StreamObserver<>() {
        private int sent;

        @Override
        public void onNext(RunTasksRequest message) {
          for (TaskResult result : message.getResultsList()) {
            results.incrementAndGet();
            failures.addAndGet(result.hasFailure() ? 1 : 0);
          }
          RunTasksResponse.Builder orders = RunTasksResponse.newBuilder();
          for (int i = 0; i < message.getCredits() && sent < TASKS; i++) {
            orders.addTasks(order(++sent));
          }
          orders.setClosing(sent == TASKS);
          if (orders.getTasksCount() > 0) {
            out.onNext(orders.build());
          }
        }

        @Override
        public void onError(Throwable failure) {
          failures.incrementAndGet();
        }

        @Override
        public void onCompleted() {
          out.onCompleted();
        }
      };
    }

    private static TaskOrder order(int id) {
      TaskOrder.Builder order = TaskOrder.newBuilder().setTaskId(id);
      if (id % 2 == 0) {
        return order
            .setNamed(
                NamedTaskPayload.newBuilder()
                    .setClassName(Echo.class.getName())
                    .setInput(ByteString.copyFromUtf8("x")))
            .build();
      }
      try {
        return order
            .setSerializedJava(
                UnsafeByteOperations.unsafeWrap(
                    JavaSerialization.serialize(new Increment(id), "the task")))
            .build();
      } catch (IOException e) {
        throw new AssertionError("a record of an int can be serialized", e);
      }
    }
  }
}
