package io.slipway.master.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.state.Application;
import io.slipway.master.state.DriverRegistration;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.NanoClock;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.application.v1.FinishApplicationResponse;
import io.slipway.proto.application.v1.LocateDriverRequest;
import io.slipway.proto.application.v1.LocateDriverResponse;
import io.slipway.proto.application.v1.RegisterApplicationRequest;
import io.slipway.proto.application.v1.RegisterApplicationResponse;
import io.slipway.proto.application.v1.ReleaseExecutorsRequest;
import io.slipway.proto.application.v1.ReleaseExecutorsResponse;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import io.slipway.proto.application.v1.RenewLeaseResponse;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.application.v1.SetExecutorTargetsResponse;
import io.slipway.proto.application.v1.UpdateApplicationRequest;
import io.slipway.proto.application.v1.UpdateApplicationResponse;
import io.slipway.proto.application.v1.WatchExecutorsRequest;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ProfileMessages;
import io.slipway.rpc.mapping.TemplateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/** The application service: what drivers, and those who launched them, ask. */
public final class ApplicationCalls extends ApplicationServiceGrpc.ApplicationServiceImplBase {
  private static final int PAGE_CHARACTERS = 1_024;

  private final ClusterLoop loop;
  private final ArtifactCheck artifacts;
  private final NanoClock clock;
  private final Executor executor;
  private final StreamLimit streams = new StreamLimit();

  /**
   * Serves drivers.
   *
   * @param executor formats what streams tell
   */
  public ApplicationCalls(
      ClusterLoop loop, ArtifactStore artifacts, NanoClock clock, Executor executor) {
    this.loop = loop;
    this.artifacts = new ArtifactCheck(artifacts);
    this.clock = clock;
    this.executor = executor;
  }

  @Override
  public void registerApplication(
      RegisterApplicationRequest request, StreamObserver<RegisterApplicationResponse> observer) {
    Principal.Application caller = caller();
    List<ExecutorProfile> profiles = ProfileMessages.toModel(request.getProfilesList(), "profiles");
    artifacts.require(Optional.empty(), profiles);
    Request.RegisterApplication registration =
        new Request.RegisterApplication(
            caller.id(),
            caller.attempt(),
            address(request.getDriverAddress()),
            page(request.getPageUrl()),
            profiles,
            request.getKeepOtherProfiles());
    Replies.answer(
        loop.ask(registration),
        observer,
        view -> {
          Application row = view.application();
          RegisterApplicationResponse.Builder response =
              RegisterApplicationResponse.newBuilder()
                  .setAttempt(row.attempt())
                  .setTargetsVersion(
                      row.targetsVersion().attempt() == row.attempt()
                          ? row.targetsVersion().number()
                          : 0);
          for (ExecutorProfile profile : row.profiles()) {
            response.addProfiles(
                ProfileMessages.toProto(profile).toBuilder()
                    .setTemplate(
                        TemplateMessages.withoutSecrets(
                            TemplateMessages.toProto(profile.template()))));
          }
          return response.build();
        });
  }

  @Override
  public void updateApplication(
      UpdateApplicationRequest request, StreamObserver<UpdateApplicationResponse> observer) {
    Principal.Application caller = caller();
    Request.UpdateApplication update =
        new Request.UpdateApplication(
            caller.id(),
            caller.attempt(),
            request.hasDriverAddress() ? address(request.getDriverAddress()) : Optional.empty(),
            request.hasPageUrl() ? page(request.getPageUrl()) : Optional.empty(),
            request.hasProgress()
                ? Optional.of(Progress.format(request.getProgress()))
                : Optional.empty());
    Replies.answer(
        loop.ask(update), observer, row -> UpdateApplicationResponse.getDefaultInstance());
  }

  @Override
  public void setExecutorTargets(
      SetExecutorTargetsRequest request, StreamObserver<SetExecutorTargetsResponse> observer) {
    Principal.Application caller = caller();
    SortedMap<String, ExecutorTarget> targets = ProfileMessages.targets(request);
    Replies.answer(
        loop.ask(
            new Request.SetExecutorTargets(
                caller.id(),
                caller.attempt(),
                request.getVersion(),
                targets,
                OptionalInt.empty(),
                Collections.emptySortedSet())),
        observer,
        row ->
            SetExecutorTargetsResponse.newBuilder()
                .setVersion(row.targetsVersion().number())
                .build());
  }

  @Override
  public void releaseExecutors(
      ReleaseExecutorsRequest request, StreamObserver<ReleaseExecutorsResponse> observer) {
    Principal.Application caller = caller();
    Limits.check("number of executor_numbers", Limits.EXECUTORS, request.getExecutorNumbersCount());
    SortedSet<Integer> numbers = new TreeSet<>(request.getExecutorNumbersList());
    Optional<Duration> grace =
        request.hasGracePeriod()
            ? Optional.of(Fields.duration(request.getGracePeriod(), "grace_period"))
            : Optional.empty();
    Replies.answer(
        loop.ask(new Request.ReleaseExecutors(caller.id(), caller.attempt(), numbers, grace)),
        observer,
        row -> ReleaseExecutorsResponse.getDefaultInstance());
  }

  @Override
  public void watchExecutors(
      WatchExecutorsRequest request, StreamObserver<WatchExecutorsResponse> observer) {
    Principal.Application caller = caller();
    ServerCallStreamObserver<WatchExecutorsResponse> call =
        (ServerCallStreamObserver<WatchExecutorsResponse>) observer;
    ExecutorStream stream =
        new ExecutorStream(loop, caller.id(), caller.attempt(), call, clock, executor);
    streams.enter(call, stream::close);
    call.setOnReadyHandler(stream::wake);
    stream.begin();
  }

  @Override
  public void locateDriver(
      LocateDriverRequest request, StreamObserver<LocateDriverResponse> observer) {
    Replies.answer(
        loop.ask(new Request.LocateDriver(caller().id())),
        observer,
        location ->
            LocateDriverResponse.newBuilder()
                .setAttempt(location.attempt())
                .setDriverAddress(
                    location
                        .registration()
                        .flatMap(DriverRegistration::address)
                        .map(HostPort::toString)
                        .orElse(""))
                .setEnding(isEnding(location.state()))
                .build());
  }

  @Override
  public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> observer) {
    Principal.Application caller = caller();
    String holder =
        request.getHolder().isEmpty() ? "" : Fields.requestId(request.getHolder(), "holder");
    Replies.answer(
        loop.ask(
            new Request.RenewLease(caller.id(), caller.attempt(), holder, request.getStarting())),
        observer,
        renewed ->
            RenewLeaseResponse.newBuilder()
                .setLease(Fields.toProto(Duration.ofMillis(renewed.leaseMillis())))
                .setStopRequested(renewed.stop().isPresent() || isEnding(renewed.state()))
                .setStoppedBy(renewed.stop().map(RowMessages::stoppedBy).orElse(""))
                .build());
  }

  @Override
  public void finishApplication(
      FinishApplicationRequest request, StreamObserver<FinishApplicationResponse> observer) {
    Principal.Application caller = caller();
    Optional<Ending> ending =
        request.hasTermination()
            ? Optional.of(TerminationMessages.toModel(request.getTermination(), "termination"))
            : Optional.empty();
    Optional<Duration> ran =
        request.hasTermination() && request.hasRunTime()
            ? Optional.of(Fields.bounded(request.getRunTime()))
            : Optional.empty();
    Replies.answer(
        loop.ask(
            new Request.FinishApplication(
                caller.id(), caller.attempt(), ending, ran, ByteString.EMPTY, ByteString.EMPTY)),
        observer,
        row -> FinishApplicationResponse.getDefaultInstance());
  }

  private static boolean isEnding(ApplicationState state) {
    return state == ApplicationState.STOPPING || state.isFinal();
  }

  private static Optional<HostPort> address(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Fields.address(text, "driver_address"));
  }

  private static Optional<String> page(String url) {
    if (url.isEmpty()) {
      return Optional.empty();
    }
    Limits.check("length of page_url", PAGE_CHARACTERS, url.length());
    if (!url.startsWith("http://") && !url.startsWith("https://")) {
      throw Refusal.invalidField("page_url", "not a web address: '" + url + "'");
    }
    return Optional.of(url);
  }

  private static Principal.Application caller() {
    if (Principal.current() instanceof Principal.Application application) {
      return application;
    }
    throw new IllegalStateException("only applications are let through");
  }
}
