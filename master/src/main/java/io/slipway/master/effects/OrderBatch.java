package io.slipway.master.effects;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.slipway.master.decide.Fencing;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.StopOrder;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.WorkerId;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.worker.v1.LaunchContents;
import io.slipway.proto.worker.v1.LaunchDriverRequest;
import io.slipway.proto.worker.v1.LaunchExecutorsRequest;
import io.slipway.proto.worker.v1.LaunchOrder;
import io.slipway.proto.worker.v1.StopExecutionsRequest;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.TemplateMessages;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Orders that go to one worker in one call: stops, or one driver, or executors of one kind of one
 * application.
 */
final class OrderBatch {
  private static final int MOST = 200;
  private static final int CALL_SECONDS = 10;

  /** Something to do about one execution. */
  sealed interface Order {
    ExecutionId id();
  }

  /** To launch it. */
  record Launch(Execution execution, Application application) implements Order {
    @Override
    public ExecutionId id() {
      return execution.id();
    }

    boolean isLike(Launch other) {
      return !execution.isDriver()
          && !other.execution.isDriver()
          && id().application().equals(other.id().application())
          && execution.attempt() == other.execution.attempt()
          && execution.profile().equals(other.execution.profile())
          && application == other.application;
    }
  }

  /** To stop it. */
  record Stop(Execution execution) implements Order {
    @Override
    public ExecutionId id() {
      return execution.id();
    }
  }

  private final List<Order> orders;

  private OrderBatch(List<Order> orders) {
    this.orders = orders;
  }

  /** The first of what is due, and what can go with it. */
  static OrderBatch next(Collection<Order> due) {
    List<Order> orders = new ArrayList<>();
    for (Order order : due) {
      if (orders.isEmpty() || belongs(orders.get(0), order)) {
        orders.add(order);
      }
      if (orders.size() == MOST) {
        break;
      }
    }
    return new OrderBatch(orders);
  }

  private static boolean belongs(Order first, Order order) {
    if (first instanceof Launch launch) {
      return order instanceof Launch other && launch.isLike(other);
    }
    return order instanceof Stop;
  }

  List<Order> orders() {
    return orders;
  }

  boolean isLaunch() {
    return orders.get(0) instanceof Launch;
  }

  /** Makes the call; what the worker answers of each execution. */
  CompletableFuture<List<ExecutionReport>> send(
      Channel channel, Fencing speaker, WorkerId worker, long epoch, ApplicationTokens tokens) {
    io.slipway.proto.common.v1.Fencing fencing =
        new FencingToken(speaker.clusterId(), speaker.incarnation(), speaker.term()).toProto();
    if (!(orders.get(0) instanceof Launch first)) {
      StopExecutionsRequest.Builder request =
          StopExecutionsRequest.newBuilder()
              .setFencing(fencing)
              .setWorkerId(worker.value())
              .setEpoch(epoch);
      orders.forEach(order -> request.addOrders(stop(((Stop) order).execution())));
      return call(channel, WorkerServiceGrpc.getStopExecutionsMethod(), request.build())
          .thenApply(response -> response.getExecutionsList());
    }
    LaunchContents contents = contents(first, tokens);
    if (first.execution().isDriver()) {
      LaunchDriverRequest request =
          LaunchDriverRequest.newBuilder()
              .setFencing(fencing)
              .setWorkerId(worker.value())
              .setEpoch(epoch)
              .setOrder(launch(first.execution()))
              .setContents(contents)
              .build();
      return call(channel, WorkerServiceGrpc.getLaunchDriverMethod(), request)
          .thenApply(response -> List.of(response.getExecution()));
    }
    LaunchExecutorsRequest.Builder request =
        LaunchExecutorsRequest.newBuilder()
            .setFencing(fencing)
            .setWorkerId(worker.value())
            .setEpoch(epoch)
            .setContents(contents);
    orders.forEach(order -> request.addOrders(launch(((Launch) order).execution())));
    return call(channel, WorkerServiceGrpc.getLaunchExecutorsMethod(), request.build())
        .thenApply(response -> response.getExecutionsList());
  }

  private static LaunchContents contents(Launch launch, ApplicationTokens tokens) {
    Application application = launch.application();
    Execution execution = launch.execution();
    LaunchContents.Builder contents =
        LaunchContents.newBuilder()
            .setDeployMode(application.deployMode().word())
            .setApplicationToken(tokens.token(application.id(), execution.attempt()));
    LaunchTemplate template;
    if (execution.isDriver()) {
      template = application.submission().spec().driver().orElseThrow();
    } else {
      template =
          application
              .profile(execution.profile())
              .map(ExecutorProfile::template)
              .orElseThrow(() -> new IllegalArgumentException("no profile " + execution.profile()));
      contents
          .setProfile(execution.profile())
          .setDriverAddress(
              application
                  .registration()
                  .filter(registration -> registration.attempt() == execution.attempt())
                  .flatMap(registration -> registration.address())
                  .map(HostPort::toString)
                  .orElse(""));
    }
    return contents.setTemplate(TemplateMessages.toProto(template)).build();
  }

  private static LaunchOrder launch(Execution execution) {
    return LaunchOrder.newBuilder()
        .setExecutionId(execution.id().toString())
        .setAttempt(execution.attempt())
        .setCores(execution.reserved().cores())
        .build();
  }

  private static io.slipway.proto.worker.v1.StopOrder stop(Execution execution) {
    StopOrder order = execution.stop().orElseThrow();
    return io.slipway.proto.worker.v1.StopOrder.newBuilder()
        .setExecutionId(execution.id().toString())
        .setGracePeriod(Fields.toProto(order.grace()))
        .setRequestedBy(order.reason().isEmpty() ? order.by() : order.by() + ": " + order.reason())
        .build();
  }

  private static <Q, R> CompletableFuture<R> call(
      Channel channel, MethodDescriptor<Q, R> method, Q request) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)),
        request,
        new SingleAnswer<>(answer));
    return answer;
  }

  @Override
  public String toString() {
    String first = orders.get(0).id().toString();
    return (isLaunch() ? "the launch of " : "the stop of ")
        + (orders.size() == 1 ? first : orders.size() + " executions from " + first + " on");
  }
}
