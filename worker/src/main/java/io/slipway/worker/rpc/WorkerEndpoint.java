package io.slipway.worker.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.launcher.LogReader;
import io.slipway.model.ExecutionId;
import io.slipway.model.NanoClock;
import io.slipway.proto.common.v1.Fencing;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.worker.v1.DescribeWorkerRequest;
import io.slipway.proto.worker.v1.DescribeWorkerResponse;
import io.slipway.proto.worker.v1.LaunchDriverRequest;
import io.slipway.proto.worker.v1.LaunchDriverResponse;
import io.slipway.proto.worker.v1.LaunchExecutorsRequest;
import io.slipway.proto.worker.v1.LaunchExecutorsResponse;
import io.slipway.proto.worker.v1.ReadLogRequest;
import io.slipway.proto.worker.v1.ReadLogResponse;
import io.slipway.proto.worker.v1.StopExecutionsRequest;
import io.slipway.proto.worker.v1.StopExecutionsResponse;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ResourceMessages;
import io.slipway.worker.execution.ExecutionSnapshot;
import io.slipway.worker.execution.Executions;
import io.slipway.worker.execution.OrderMessages;
import io.slipway.worker.execution.OrderedLaunch;
import io.slipway.worker.execution.OrderedStop;
import io.slipway.worker.execution.ReportMessages;
import io.slipway.worker.link.Fence;
import io.slipway.worker.link.WorkerDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Serves {@code WorkerService}. Its methods write to disk, and so block. */
public final class WorkerEndpoint extends WorkerServiceGrpc.WorkerServiceImplBase {
  private final Supplier<Served> served;
  private final Executor threads;
  private final NanoClock clock;

  /**
   * The worker that is served.
   *
   * @param description what it is
   * @param fence refuses orders that are not to be obeyed
   * @param executions takes orders
   */
  public record Served(WorkerDescription description, Fence fence, Executions executions) {}

  /**
   * A service.
   *
   * @param served asked at each call; throws a {@link Refusal} while the worker starts
   * @param threads runs what reads logs
   * @param clock for the time between two looks at a log that is followed
   */
  public WorkerEndpoint(Supplier<Served> served, Executor threads, NanoClock clock) {
    this.served = served;
    this.threads = threads;
    this.clock = clock;
  }

  /** Masters may call everything, users may ask what the worker is. */
  public static AccessRule access() {
    return AccessRule.allow(Principal.Kind.CLUSTER_MEMBER)
        .forMethod("DescribeWorker", Principal.Kind.CLUSTER_MEMBER, Principal.Kind.USER);
  }

  @Override
  public void launchDriver(
      LaunchDriverRequest request, StreamObserver<LaunchDriverResponse> caller) {
    check(request.getFencing(), request.getWorkerId(), request.getEpoch());
    OrderedLaunch order = OrderMessages.toModel(request.getOrder(), request.getContents());
    ExecutionReport answer = launch(List.of(order)).get(0);
    caller.onNext(LaunchDriverResponse.newBuilder().setExecution(answer).build());
    caller.onCompleted();
  }

  @Override
  public void launchExecutors(
      LaunchExecutorsRequest request, StreamObserver<LaunchExecutorsResponse> caller) {
    check(request.getFencing(), request.getWorkerId(), request.getEpoch());
    List<OrderedLaunch> orders =
        request.getOrdersList().stream()
            .map(order -> OrderMessages.toModel(order, request.getContents()))
            .toList();
    caller.onNext(LaunchExecutorsResponse.newBuilder().addAllExecutions(launch(orders)).build());
    caller.onCompleted();
  }

  private List<ExecutionReport> launch(List<OrderedLaunch> orders) {
    try {
      return reports(served.get().executions().launch(orders));
    } catch (IOException e) {
      throw notRecorded(e);
    }
  }

  @Override
  public void stopExecutions(
      StopExecutionsRequest request, StreamObserver<StopExecutionsResponse> caller) {
    check(request.getFencing(), request.getWorkerId(), request.getEpoch());
    List<OrderedStop> orders =
        request.getOrdersList().stream().map(OrderMessages::toModel).toList();
    List<ExecutionReport> answers;
    try {
      answers = reports(served.get().executions().stop(orders));
    } catch (IOException e) {
      throw notRecorded(e);
    }
    caller.onNext(StopExecutionsResponse.newBuilder().addAllExecutions(answers).build());
    caller.onCompleted();
  }

  private void check(Fencing sender, String workerId, long epoch) {
    served.get().fence().checkOrder(FencingToken.of(sender), workerId, epoch);
  }

  private static List<ExecutionReport> reports(List<ExecutionSnapshot> executions) {
    return executions.stream().map(ReportMessages::toProto).toList();
  }

  /** The order is repeated; what of it was taken will be answered the same. */
  private static Refusal notRecorded(IOException e) {
    return Refusal.outcomeUnknown("the worker can't record the order now: " + e).causedBy(e);
  }

  @Override
  public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> caller) {
    ExecutionId id = Fields.executionId(request.getExecutionId(), "execution_id");
    if (request.getStream() != OutputStream.OUTPUT_STREAM_STDOUT
        && request.getStream() != OutputStream.OUTPUT_STREAM_STDERR) {
      throw Refusal.invalidField("stream", "neither standard output nor standard error");
    }
    checkNotNegative("offset", request.getOffset());
    checkNotNegative("tail_bytes", request.getTailBytes());
    checkNotNegative("tail_lines", request.getTailLines());
    Executions executions = served.get().executions();
    Path file =
        executions
            .logFile(id, request.getStream() == OutputStream.OUTPUT_STREAM_STDERR)
            .orElseThrow(() -> Refusal.unknownId("log on this worker of execution", id.toString()));
    BooleanSupplier grows = request.getFollow() ? () -> executions.isActive(id) : () -> false;
    LogReader reader;
    try {
      reader = reader(file, request);
    } catch (IOException e) {
      throw Refusal.of(Status.Code.INTERNAL, Reason.REASON_UNSPECIFIED, "can't read the log: " + e)
          .causedBy(e);
    }
    new LogStream((ServerCallStreamObserver<ReadLogResponse>) caller, reader, grows, threads, clock)
        .start();
  }

  private static void checkNotNegative(String field, long value) {
    if (value < 0) {
      throw Refusal.invalidField(field, "must not be negative");
    }
  }

  private static LogReader reader(Path file, ReadLogRequest request) throws IOException {
    LogReader reader =
        request.getTailBytes() > 0
            ? LogReader.tail(file, request.getTailBytes())
            : LogReader.from(file, request.getOffset());
    if (!request.hasTailLines() && !request.hasWrittenWithin()) {
      return reader;
    }
    long begin = reader.offset();
    reader.close();
    if (request.hasTailLines()) {
      begin = Math.max(begin, LogReader.startOfLastLines(file, request.getTailLines()));
    }
    if (request.hasWrittenWithin()) {
      Duration within =
          Duration.ofSeconds(
              request.getWrittenWithin().getSeconds(), request.getWrittenWithin().getNanos());
      begin = Math.max(begin, LogReader.startOfWritten(file, Instant.now().minus(within)));
    }
    return LogReader.from(file, begin);
  }

  @Override
  public void describeWorker(
      DescribeWorkerRequest request, StreamObserver<DescribeWorkerResponse> caller) {
    WorkerDescription description = served.get().description();
    Fence fence = served.get().fence();
    DescribeWorkerResponse.Builder answer =
        DescribeWorkerResponse.newBuilder()
            .setWorkerId(description.id().value())
            .setVersion(description.version())
            .setEpoch(Math.max(0, fence.epoch()))
            .setResources(ResourceMessages.toProto(description.resources()))
            .addAllLaunchers(description.launchers())
            .addAllExecutions(described(served.get().executions().list()));
    fence.highest().map(FencingToken::toProto).ifPresent(answer::setFencing);
    caller.onNext(answer.build());
    caller.onCompleted();
  }

  /** Masters take ends from here too; the output of an application is not every user's. */
  private static List<ExecutionReport> described(List<ExecutionSnapshot> executions) {
    return Principal.current().kind() == Principal.Kind.CLUSTER_MEMBER
        ? ReportMessages.toProto(executions)
        : reports(executions.stream().map(ExecutionSnapshot::withoutTails).toList());
  }
}
