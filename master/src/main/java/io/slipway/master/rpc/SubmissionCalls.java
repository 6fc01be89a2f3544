package io.slipway.master.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.effects.LogRelay;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.scheduling.Explanation;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.ExplainApplicationRequest;
import io.slipway.proto.submission.v1.ExplainApplicationResponse;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationResponse;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.KillApplicationResponse;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.ListApplicationsResponse;
import io.slipway.proto.submission.v1.ReadLogRequest;
import io.slipway.proto.submission.v1.ReadLogResponse;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.proto.submission.v1.WatchApplicationResponse;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.SubmissionMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The submission service. Submitting looks at the disk. */
public final class SubmissionCalls extends SubmissionServiceGrpc.SubmissionServiceImplBase {
  /** Ends of executors that are told beside what still runs, as far as a message has room. */
  private static final int ENDED_BYTES = 1 << 20;

  /**
   * What must be free where the journal lies for something new to be taken: what runs has more to
   * record. Artifacts leave more than that.
   */
  private static final long JOURNAL_RESERVE = 64 * ByteSize.MIB;

  private final ClusterLoop loop;
  private final LongSupplier usableBytes;
  private final ArtifactCheck artifacts;
  private final Supplier<ApplicationTokens> tokens;
  private final WorkerAddresses workers;
  private final LogRelay logs;
  private final Executor executor;
  private final StreamLimit streams = new StreamLimit();

  /**
   * Serves clients.
   *
   * @param usableBytes free where the journal lies; negative if that can't be told
   * @param tokens makes application tokens; asked only after the loop has answered
   * @param executor formats what streams tell
   */
  public SubmissionCalls(
      ClusterLoop loop,
      LongSupplier usableBytes,
      ArtifactStore artifacts,
      Supplier<ApplicationTokens> tokens,
      LogRelay logs,
      Executor executor) {
    this.loop = loop;
    this.usableBytes = usableBytes;
    this.artifacts = new ArtifactCheck(artifacts);
    this.tokens = tokens;
    this.workers = new WorkerAddresses(loop);
    this.logs = logs;
    this.executor = executor;
  }

  @Override
  public void submitApplication(
      SubmitApplicationRequest request, StreamObserver<SubmitApplicationResponse> observer) {
    String requestId = Fields.requestId(request.getRequestId(), "request_id");
    ApplicationSpec spec = SubmissionMessages.toModel(request.getSpec(), "spec");
    artifacts.require(spec.driver(), spec.profiles());
    Request.SubmitApplication submission =
        new Request.SubmitApplication(
            user(),
            requestId,
            Digest.of(request.getSpec().toByteArray()),
            spec,
            spec.profiles().isEmpty(),
            noRoom());
    Replies.answer(loop.ask(submission), observer, this::submitted);
  }

  private Optional<String> noRoom() {
    long usable = usableBytes.getAsLong();
    return usable < 0 || usable >= JOURNAL_RESERVE
        ? Optional.empty()
        : Optional.of(
            "the disk with the master's journal is almost full: "
                + ByteSize.format(usable)
                + " are free, and new applications are taken from "
                + ByteSize.format(JOURNAL_RESERVE)
                + " on");
  }

  private SubmitApplicationResponse submitted(Request.Submitted reply) {
    SubmitApplicationResponse.Builder response =
        SubmitApplicationResponse.newBuilder().setApplicationId(reply.application().value());
    if (reply.attempt() > 0) {
      response
          .setApplicationToken(tokens.get().token(reply.application(), reply.attempt()))
          .setLease(Fields.toProto(Duration.ofMillis(reply.leaseMillis())));
    }
    return response.build();
  }

  @Override
  public void getApplication(
      GetApplicationRequest request, StreamObserver<GetApplicationResponse> observer) {
    CompletionStage<GetApplicationResponse> response =
        view(request.getApplicationId())
            .thenCompose(
                view -> waiting(view.application()).thenApply(waiting -> shown(view, waiting)));
    Replies.answer(response, observer, message -> message);
  }

  private static GetApplicationResponse shown(Request.ApplicationView view, String waiting) {
    GetApplicationResponse.Builder message =
        GetApplicationResponse.newBuilder()
            .setApplication(info(view, waiting))
            .setSpec(
                SubmissionMessages.withoutSecrets(
                    SubmissionMessages.toProto(view.application().submission().spec())));
    Map<WorkerId, Worker> workers = new HashMap<>();
    view.workers().forEach(worker -> workers.put(worker.id(), worker));
    for (Execution execution : shown(view.executions())) {
      message.addExecutions(RowMessages.execution(execution, view.application(), workers));
    }
    return message.build();
  }

  /** All that is active and all drivers; of the ended executors the newest, as far as fits. */
  private static List<Execution> shown(List<Execution> executions) {
    List<Execution> shown = new ArrayList<>();
    int bytes = 0;
    for (int i = executions.size() - 1; i >= 0; i--) {
      Execution execution = executions.get(i);
      if (!execution.active() && !execution.isDriver()) {
        bytes +=
            execution.end().map(end -> 500 + end.stdout().size() + end.stderr().size()).orElse(500);
        if (bytes > ENDED_BYTES) {
          continue;
        }
      }
      shown.add(execution);
    }
    Collections.reverse(shown);
    return shown;
  }

  @Override
  public void listApplications(
      ListApplicationsRequest request, StreamObserver<ListApplicationsResponse> observer) {
    SortedSet<ApplicationState> states = new TreeSet<>();
    request.getStatesList().forEach(state -> StateMessages.toModel(state).ifPresent(states::add));
    Replies.answer(
        loop.ask(
            new Request.ListApplications(
                states,
                Optional.empty(),
                Pages.size(request.getPageSize()),
                request.getPageToken())),
        observer,
        page -> {
          ListApplicationsResponse.Builder response =
              ListApplicationsResponse.newBuilder().setNextPageToken(page.nextPageToken());
          for (Request.ApplicationSummary row : page.applications()) {
            response.addApplications(
                RowMessages.application(
                    row.application(),
                    new RowMessages.Counts(
                        row.runningExecutors(),
                        row.activeExecutors(),
                        row.activeCores(),
                        Optional.empty()),
                    ""));
          }
          return response.build();
        });
  }

  @Override
  public void watchApplication(
      WatchApplicationRequest request, StreamObserver<WatchApplicationResponse> observer) {
    ServerCallStreamObserver<WatchApplicationResponse> call =
        (ServerCallStreamObserver<WatchApplicationResponse>) observer;
    CompletableFuture<ApplicationStream> stream = new CompletableFuture<>();
    streams.enter(call, () -> stream.thenAccept(ApplicationStream::close));
    call.setOnReadyHandler(() -> stream.thenAccept(ApplicationStream::wake));
    view(request.getApplicationId())
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                Replies.error(observer, failure);
                return;
              }
              ApplicationStream opened =
                  new ApplicationStream(loop, view.application().id(), call, executor);
              stream.complete(opened);
              opened.begin();
            });
  }

  @Override
  public void killApplication(
      KillApplicationRequest request, StreamObserver<KillApplicationResponse> observer) {
    String principal = user();
    CompletionStage<KillApplicationResponse> response =
        view(request.getApplicationId())
            .thenCompose(
                view ->
                    loop.ask(
                        new Request.KillApplication(
                            view.application().id(), principal, Optional.empty())))
            .thenCompose(row -> view(row.id().value()))
            .thenApply(
                view ->
                    KillApplicationResponse.newBuilder().setApplication(info(view, "")).build());
    Replies.answer(response, observer, message -> message);
  }

  @Override
  public void explainApplication(
      ExplainApplicationRequest request, StreamObserver<ExplainApplicationResponse> observer) {
    CompletionStage<ExplainApplicationResponse> response =
        view(request.getApplicationId())
            .thenCompose(
                view ->
                    loop.ask(new Request.ExplainApplication(view.application().id()))
                        .thenApply(
                            explanation ->
                                ExplainApplicationResponse.newBuilder()
                                    .setApplication(info(view, Explanations.line(explanation)))
                                    .addAllReasons(Explanations.sentences(explanation))
                                    .build()));
    Replies.answer(response, observer, message -> message);
  }

  @Override
  public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> observer) {
    ServerCallStreamObserver<ReadLogResponse> call =
        (ServerCallStreamObserver<ReadLogResponse>) observer;
    ExecutionId id = Fields.executionId(request.getExecutionId(), "execution_id");
    if (request.getStream() != OutputStream.OUTPUT_STREAM_STDOUT
        && request.getStream() != OutputStream.OUTPUT_STREAM_STDERR) {
      throw Refusal.invalidField("stream", "not set, or not known here");
    }
    if (request.getOffset() < 0) {
      throw Refusal.invalidField("offset", request.getOffset() + " is less than 0");
    }
    LogRelay.Relay relay = logs.open(call);
    streams.enter(call, relay::close);
    loop.ask(new Request.GetApplication(id.application().value()))
        .thenCompose(view -> workers.locate(execution(view, id)))
        .whenComplete(
            (place, failure) -> {
              if (failure == null) {
                relay.begin(
                    place.worker(),
                    place.address(),
                    request,
                    place.state() != ExecutionState.ENDED);
              } else {
                Replies.error(observer, failure);
              }
            });
  }

  private static Execution execution(Request.ApplicationView view, ExecutionId id) {
    return view.executions().stream()
        .filter(row -> row.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Refusal.unknownId("execution", id.toString()));
  }

  /** Finds an application by its id or a unique prefix of it. */
  private CompletionStage<Request.ApplicationView> view(String prefix) {
    if (!prefix.matches("[a-z0-9-]{1,40}")) {
      throw Refusal.invalidField("application_id", "not an application id: '" + prefix + "'");
    }
    return loop.ask(new Request.GetApplication(prefix))
        .exceptionally(
            failure -> {
              if (Replies.unwrap(failure) instanceof RequestRefused refused) {
                throw new CompletionException(withId(refused, prefix));
              }
              throw new CompletionException(Replies.unwrap(failure));
            });
  }

  private static Refusal withId(RequestRefused refused, String prefix) {
    return switch (refused.refusal()) {
      case INVALID ->
          Refusal.of(Status.Code.INVALID_ARGUMENT, Reason.REASON_AMBIGUOUS_ID, refused.getMessage())
              .with(Refusal.ID, prefix);
      case NOT_FOUND -> Replies.refusal(refused).with(Refusal.ID, prefix);
      default -> Replies.refusal(refused);
    };
  }

  private CompletionStage<String> waiting(Application row) {
    return row.state() == ApplicationState.QUEUED
        ? loop.ask(new Request.ExplainApplication(row.id()))
            .thenApply((Explanation explanation) -> Explanations.line(explanation))
        : CompletableFuture.completedFuture("");
  }

  private static ApplicationInfo info(Request.ApplicationView view, String waiting) {
    return RowMessages.application(
        view.application(), RowMessages.Counts.of(view.executions()), waiting);
  }

  private static String user() {
    if (Principal.current() instanceof Principal.User user) {
      return user.name();
    }
    throw new IllegalStateException("only users are let through");
  }
}
