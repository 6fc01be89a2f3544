package io.slipway.master.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.slipway.master.decide.Fencing;
import io.slipway.master.decide.Request;
import io.slipway.master.effects.Inquiries;
import io.slipway.master.effects.Reports;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.state.WorkerRegistration;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.PrintableText;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.registry.v1.ExecutionVerdict;
import io.slipway.proto.registry.v1.HeartbeatRequest;
import io.slipway.proto.registry.v1.HeartbeatResponse;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.registry.v1.RegisterWorkerResponse;
import io.slipway.proto.registry.v1.ReportExecutionsRequest;
import io.slipway.proto.registry.v1.ReportExecutionsResponse;
import io.slipway.proto.registry.v1.WorkerRegistryServiceGrpc;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ResourceMessages;
import io.slipway.rpc.mapping.TemplateMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The registry service: how workers join, live and report. */
public final class RegistryCalls extends WorkerRegistryServiceGrpc.WorkerRegistryServiceImplBase {
  private static final int VERSION_CHARACTERS = 64;

  private final ClusterLoop loop;
  private final Inquiries inquiries;

  /** Serves workers. */
  public RegistryCalls(ClusterLoop loop, Inquiries inquiries) {
    this.loop = loop;
    this.inquiries = inquiries;
  }

  @Override
  public void registerWorker(
      RegisterWorkerRequest request, StreamObserver<RegisterWorkerResponse> observer) {
    WorkerId worker = Fields.workerId(request.getWorkerId(), "worker_id");
    requireCluster(request.getClusterId());
    WorkerRegistration registration = registration(request);
    List<Request.ListedExecution> listed = Reports.listed(request.getExecutionsList());
    CompletionStage<RegisterWorkerResponse> response =
        loop.ask(new Request.RegisterWorker(worker, 0, registration, listed))
            .thenCompose(
                registered -> {
                  inquiries.ask(worker, registered.epoch(), registered.reconciliation().report());
                  return verdicts(
                          worker,
                          registered.epoch(),
                          request.getExecutionsList(),
                          registered.reconciliation())
                      .thenApply(
                          verdicts ->
                              RegisterWorkerResponse.newBuilder()
                                  .setFencing(RowMessages.fencing(registered.fencing()))
                                  .setEpoch(registered.epoch())
                                  .setLease(millis(registered.lease().leaseMillis()))
                                  .setHeartbeatInterval(
                                      millis(registered.lease().heartbeatMillis()))
                                  .addAllVerdicts(verdicts)
                                  .build());
                });
    Replies.answer(response, observer, message -> message);
  }

  private static WorkerRegistration registration(RegisterWorkerRequest request) {
    Limits.check("number of launchers", Limits.LABELS, request.getLaunchersCount());
    Limits.check("length of version", VERSION_CHARACTERS, request.getVersion().length());
    requirePrintable(request.getVersion(), "version");
    for (int i = 0; i < request.getLabelsCount(); i++) {
      requirePrintable(request.getLabels(i).getName(), "labels[" + i + "].name");
      requirePrintable(request.getLabels(i).getValue(), "labels[" + i + "].value");
    }
    TreeSet<String> launchers = new TreeSet<>();
    for (int i = 0; i < request.getLaunchersCount(); i++) {
      LauncherInfo launcher = request.getLaunchers(i);
      launchers.add(TemplateMessages.launcherName(launcher.getName(), "launchers[" + i + "].name"));
    }
    return Fields.read(
        "default_launcher",
        () ->
            new WorkerRegistration(
                Fields.address(request.getAddress(), "address"),
                ResourceMessages.toModel(request.getResources(), "resources"),
                Fields.pairs(
                    request.getLabelsList(),
                    Limits.LABELS,
                    Limits.LABEL_VALUE_CHARACTERS,
                    "labels"),
                launchers,
                request.getDefaultLauncher(),
                request.getVersion()));
  }

  private static void requirePrintable(String text, String field) {
    if (!PrintableText.isPrintable(text)) {
      throw Refusal.invalidField(
          field, "'" + PrintableText.shown(text) + "' holds characters that can't be shown");
    }
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
    WorkerId worker = Fields.workerId(request.getWorkerId(), "worker_id");
    requireNotStale(request.getFencing());
    Optional<List<Request.ListedExecution>> listed =
        request.getComplete()
            ? Optional.of(Reports.listed(request.getExecutionsList()))
            : Optional.empty();
    Request.Heartbeat heartbeat =
        new Request.Heartbeat(
            worker, request.getEpoch(), request.getExecutionsDigestBytes(), listed);
    CompletionStage<HeartbeatResponse> response =
        loop.ask(heartbeat)
            .thenCompose(
                reply -> {
                  inquiries.ask(worker, request.getEpoch(), reply.reconciliation().report());
                  return verdicts(
                          worker,
                          request.getEpoch(),
                          request.getExecutionsList(),
                          reply.reconciliation())
                      .thenApply(
                          verdicts ->
                              HeartbeatResponse.newBuilder()
                                  .setFencing(RowMessages.fencing(reply.fencing()))
                                  .setLease(millis(reply.lease().leaseMillis()))
                                  .setHeartbeatInterval(millis(reply.lease().heartbeatMillis()))
                                  .setSendExecutions(reply.listWanted())
                                  .addAllVerdicts(verdicts)
                                  .setDraining(reply.draining())
                                  .build());
                });
    Replies.answer(response, observer, message -> message);
  }

  @Override
  public void reportExecutions(
      ReportExecutionsRequest request, StreamObserver<ReportExecutionsResponse> observer) {
    WorkerId worker = Fields.workerId(request.getWorkerId(), "worker_id");
    requireNotStale(request.getFencing());
    List<Request.ExecutionReport> reports = Reports.toRequests(request.getExecutionsList());
    Replies.answer(
        loop.ask(new Request.ReportExecutions(worker, request.getEpoch(), reports)),
        observer,
        reply -> {
          Set<ExecutionId> recorded = new HashSet<>(reply.acknowledged());
          ReportExecutionsResponse.Builder response =
              ReportExecutionsResponse.newBuilder()
                  .setFencing(RowMessages.fencing(loop.standing().fencing()));
          for (Request.ListedExecution one : Reports.listed(request.getExecutionsList())) {
            if (one.state() != ExecutionState.ENDED) {
              response.addVerdicts(
                  verdict(one.execution(), ExecutionVerdict.Action.ACTION_KEEP, ""));
            } else if (recorded.contains(one.execution())) {
              response.addVerdicts(
                  verdict(one.execution(), ExecutionVerdict.Action.ACTION_ACKNOWLEDGE, ""));
            }
          }
          return response.build();
        });
  }

  /** Answers a list: what ended is recorded first. */
  private CompletionStage<List<ExecutionVerdict>> verdicts(
      WorkerId worker,
      long epoch,
      List<ExecutionReport> listed,
      Request.Reconciliation reconciliation) {
    List<Request.ExecutionReport> ended = Reports.ended(listed);
    CompletionStage<List<ExecutionId>> recorded =
        ended.isEmpty()
            ? CompletableFuture.completedFuture(List.of())
            : loop.ask(new Request.ReportExecutions(worker, epoch, ended))
                .thenApply(Request.ReportsAcknowledged::acknowledged);
    return recorded.thenApply(
        acknowledged -> {
          Set<ExecutionId> over = new HashSet<>();
          ended.forEach(report -> over.add(report.execution()));
          List<ExecutionVerdict> verdicts = new ArrayList<>();
          for (ExecutionId id : acknowledged) {
            verdicts.add(verdict(id, ExecutionVerdict.Action.ACTION_ACKNOWLEDGE, ""));
          }
          for (ExecutionId id : reconciliation.keep()) {
            if (!over.contains(id)) {
              verdicts.add(verdict(id, ExecutionVerdict.Action.ACTION_KEEP, ""));
            }
          }
          for (Request.StopInstruction stop : reconciliation.stop()) {
            verdicts.add(
                verdict(stop.execution(), ExecutionVerdict.Action.ACTION_STOP, stop.reason()));
          }
          return verdicts;
        });
  }

  private static ExecutionVerdict verdict(
      ExecutionId id, ExecutionVerdict.Action action, String reason) {
    return ExecutionVerdict.newBuilder()
        .setExecutionId(id.toString())
        .setAction(action)
        .setReason(reason)
        .build();
  }

  private void requireCluster(String clusterId) {
    String mine = loop.standing().meta().clusterId();
    if (!clusterId.isEmpty() && !mine.isEmpty() && !clusterId.equals(mine)) {
      throw Refusal.of(
              Status.Code.FAILED_PRECONDITION,
              Reason.REASON_WRONG_CLUSTER,
              "this is cluster " + mine + ", and the caller belongs to cluster " + clusterId)
          .with("cluster", mine);
    }
  }

  /** Refuses for a caller that has heard a newer leader than this one. */
  private void requireNotStale(io.slipway.proto.common.v1.Fencing message) {
    requireCluster(message.getClusterId());
    Fencing mine = loop.standing().fencing();
    FencingToken own = new FencingToken(mine.clusterId(), mine.incarnation(), mine.term());
    FencingToken seen = FencingToken.of(message);
    if (seen.sameCluster(own) && seen.compareTo(own) > 0 && loop.standing().leads()) {
      throw Refusal.of(
          Status.Code.ABORTED,
          Reason.REASON_STALE_TERM,
          "the caller has heard a leader of term " + seen.term() + "; this one's is " + own.term());
    }
  }

  private static com.google.protobuf.Duration millis(long millis) {
    return Fields.toProto(Duration.ofMillis(millis));
  }
}
