package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.slipway.master.journal.InMemoryJournal;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.application.v1.LocateDriverRequest;
import io.slipway.proto.application.v1.ProfileTarget;
import io.slipway.proto.application.v1.RegisterApplicationRequest;
import io.slipway.proto.application.v1.RegisterApplicationResponse;
import io.slipway.proto.application.v1.ReleaseExecutorsRequest;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import io.slipway.proto.application.v1.RenewLeaseResponse;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.application.v1.UpdateApplicationRequest;
import io.slipway.proto.application.v1.WatchExecutorsRequest;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.DescribeClusterRequest;
import io.slipway.proto.cluster.v1.DrainWorkerRequest;
import io.slipway.proto.cluster.v1.ListMastersRequest;
import io.slipway.proto.cluster.v1.ListWorkersRequest;
import io.slipway.proto.cluster.v1.WorkerInfo;
import io.slipway.proto.common.v1.ArtifactReference;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.common.v1.Termination;
import io.slipway.proto.registry.v1.ExecutionVerdict;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.ExplainApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationResponse;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.ListApplicationsResponse;
import io.slipway.proto.submission.v1.ReadLogRequest;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole master over real gRPC, with workers that launch nothing. */
@Timeout(120)
class MasterTest {
  private final Channels channels = new Channels("test");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  @TempDir Path directory;
  private String endExpected = "";
  private InMemoryJournal journal;
  private Master master;
  private TokenFiles tokens;
  private LeaderChannel user;
  private FakeWorker worker;

  @BeforeEach
  void start() throws Exception {
    MasterSettings settings =
        new MasterSettings(
            new HostPort("127.0.0.1", 0),
            Optional.empty(),
            directory.resolve("data"),
            false,
            Optional.of(directory.resolve("tokens")));
    journal = InMemoryJournal.committingAtOnce();
    master = new Master(settings, journal, (message, cause) -> ended.complete(message));
    master.start();
    tokens = new TokenFiles(directory.resolve("tokens"));
    user = caller(tokens.userToken().token());
    worker = worker("w1");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
    channels.close();
    master.close();
    assertThat(ended.getNow("")).isEqualTo(endExpected);
  }

  @Test
  void application_inClusterMode_goesFromSubmissionToOutcome() throws Exception {
    worker.register(4);

    String id = submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    assertThat(launch.id()).hasToString(id + "-d1");
    assertThat(launch.order().getAttempt()).isEqualTo(1);
    assertThat(launch.contents().getDeployMode()).isEqualTo("cluster");
    assertThat(launch.contents().getApplicationToken()).startsWith(id + ".1.");
    assertThat(launch.contents().getTemplate().getProgram().getArgumentsList())
        .containsExactly("driver");
    worker.confirm(launch.id());
    assertThat(get(id).getApplication().getState()).isEqualTo(ApplicationInfo.State.STATE_RUNNING);
    List<ExecutionVerdict> verdicts = worker.exit(launch.id(), 0);

    assertThat(verdicts)
        .extracting(ExecutionVerdict::getAction)
        .containsExactly(ExecutionVerdict.Action.ACTION_ACKNOWLEDGE);
    GetApplicationResponse response = get(id);
    assertThat(response.getApplication().getState())
        .isEqualTo(ApplicationInfo.State.STATE_SUCCEEDED);
    assertThat(response.getApplication().getTermination())
        .isEqualTo(Termination.newBuilder().setExited(0).build());
    ExecutionInfo driver = response.getExecutions(0);
    assertThat(driver.getWorkerId()).isEqualTo("w1");
    assertThat(driver.getHost()).isEqualTo("127.0.0.1");
    assertThat(driver.getStdoutTail().toStringUtf8()).isEqualTo("last words\n");
    assertThat(worker.launches).isEmpty();
  }

  @Test
  void submission_repeated_isOneApplication() throws Exception {
    SubmitApplicationRequest request = Submissions.request(Submissions.cluster());

    String first = submit(request).getApplicationId();
    String again = submit(request).getApplicationId();
    Refusal other =
        refused(
            () ->
                submit(
                    request.toBuilder().setSpec(Submissions.cluster().setName("other")).build()));

    assertThat(again).isEqualTo(first);
    assertThat(other.reason()).isEqualTo(Reason.REASON_REQUEST_ID_REUSED);
  }

  @Test
  void submission_diskOfTheJournalAlmostFull_isRefusedUnlessItWasTakenBefore() throws Exception {
    SubmitApplicationRequest before = Submissions.request(Submissions.cluster());
    String first = submit(before).getApplicationId();

    journal.usableBytes(1 << 20);
    Refusal refusal = refused(() -> submit(Submissions.cluster()));
    String again = submit(before).getApplicationId();
    journal.usableBytes(1 << 30);

    assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.isRetryable()).isFalse();
    assertThat(refusal).hasMessageContaining("almost full: 1m are free");
    assertThat(again).isEqualTo(first);
    assertThat(submit(Submissions.cluster())).isNotEqualTo(first);
  }

  @Test
  void submission_thatIsMalformed_isRefusedWithItsField() {
    assertThat(refused(() -> submit(Submissions.cluster().setName(""))).code())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused(() -> submit(Submissions.cluster().setQueue("q"))).metadata())
        .containsEntry("field", "spec.queue");
    assertThat(
            refused(
                    () ->
                        submit(
                            SubmitApplicationRequest.newBuilder()
                                .setSpec(Submissions.cluster())
                                .build()))
                .metadata())
        .containsEntry("field", "request_id");
  }

  @Test
  void submission_withoutItsArtifacts_isRefusedWithTheirDigests() {
    String digest = "0123456789abcdef".repeat(4);
    SubmissionSpec.Builder spec = Submissions.cluster();
    spec.getDriverBuilder()
        .addFiles(ArtifactReference.newBuilder().setName("a.txt").setDigest(digest));

    Refusal refusal = refused(() -> submit(spec));

    assertThat(refusal.reason()).isEqualTo(Reason.REASON_MISSING_ARTIFACTS);
    assertThat(refusal.metadata()).containsEntry("digests", digest);
    assertThat(refusal).hasMessageContaining("a.txt");
  }

  @Test
  void executors_ofATemplateInTheSubmission_followTheDriver() throws Exception {
    worker.register(8);
    String id = submit(Submissions.cluster().addProfiles(Submissions.executors(3)));
    FakeWorker.Launch driver = worker.launched();
    worker.confirm(driver.id());

    List<String> launched = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      FakeWorker.Launch launch = worker.launched();
      assertThat(launch.contents().getProfile()).isEqualTo("default");
      assertThat(launch.contents().getApplicationToken())
          .isEqualTo(driver.contents().getApplicationToken());
      launched.add(launch.id().toString());
      worker.confirm(launch.id());
    }
    assertThat(launched).containsExactlyInAnyOrder(id + "-e1", id + "-e2", id + "-e3");
    ApplicationInfo running = get(id).getApplication();
    assertThat(running.getExecutorsRunning()).isEqualTo(3);
    assertThat(running.getExecutorsWanted()).isEqualTo(3);
    assertThat(running.getCores()).isEqualTo(4);

    worker.exit(driver.id(), 7);
    for (int i = 0; i < 3; i++) {
      ExecutionId stopped = ExecutionId.parse(worker.stopped().getExecutionId());
      worker.end(stopped, Termination.newBuilder().setSignalled(15).build());
    }
    ApplicationInfo failed = get(id).getApplication();
    assertThat(failed.getState()).isEqualTo(ApplicationInfo.State.STATE_FAILED);
    assertThat(failed.getTermination().getExited()).isEqualTo(7);
  }

  @Test
  void driver_registersProfiles_scales_andReleases() throws Exception {
    worker.register(8);
    String id = submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());
    LeaderChannel driver = caller(launch.contents().getApplicationToken());

    RegisterApplicationResponse registered =
        driver.call(
            ApplicationServiceGrpc.getRegisterApplicationMethod(),
            RegisterApplicationRequest.newBuilder()
                .setDriverAddress("127.0.0.1:4321")
                .addProfiles(Submissions.executors(0))
                .build());
    setTargets(driver, 1, 2);
    FakeWorker.Launch first = worker.launched();
    FakeWorker.Launch second = worker.launched();
    worker.confirm(first.id());
    worker.confirm(second.id());
    setTargets(driver, 2, 1);
    driver.call(
        ApplicationServiceGrpc.getReleaseExecutorsMethod(),
        ReleaseExecutorsRequest.newBuilder().addExecutorNumbers(second.id().number()).build());

    assertThat(registered.getAttempt()).isEqualTo(1);
    assertThat(first.contents().getDriverAddress()).isEqualTo("127.0.0.1:4321");
    assertThat(worker.stopped().getExecutionId()).isEqualTo(second.id().toString());
    assertThat(
            driver
                .call(
                    ApplicationServiceGrpc.getLocateDriverMethod(),
                    LocateDriverRequest.getDefaultInstance())
                .getDriverAddress())
        .isEqualTo("127.0.0.1:4321");
    driver.call(
        ApplicationServiceGrpc.getUpdateApplicationMethod(),
        UpdateApplicationRequest.newBuilder()
            .setProgress(0.25)
            .setPageUrl("http://127.0.0.1:8080/")
            .build());
    ApplicationInfo info = get(id).getApplication();
    assertThat(info.getProgress()).isEqualTo(0.25);
    assertThat(info.getPageUrl()).isEqualTo("http://127.0.0.1:8080/");
    assertThat(info.getDriverAddress()).isEqualTo("127.0.0.1:4321");
  }

  @Test
  void watchExecutors_beginsWithASnapshot_andTellsChanges() throws Exception {
    worker.register(8);
    submit(Submissions.cluster().addProfiles(Submissions.executors(1)));
    FakeWorker.Launch driver = worker.launched();
    worker.confirm(driver.id());
    FakeWorker.Launch executor = worker.launched();
    List<WatchExecutorsResponse> told = new ArrayList<>();
    List<ExecutionPhase> phases = new ArrayList<>();

    caller(driver.contents().getApplicationToken())
        .follow(
            ApplicationServiceGrpc.getWatchExecutorsMethod(),
            WatchExecutorsRequest::getDefaultInstance,
            response -> {
              told.add(response);
              for (ExecutionInfo info : response.getExecutorsList()) {
                phases.add(info.getPhase());
                if (info.getPhase() == ExecutionPhase.EXECUTION_PHASE_LAUNCHING) {
                  quietly(() -> worker.confirm(executor.id()));
                } else if (info.getPhase() == ExecutionPhase.EXECUTION_PHASE_RUNNING) {
                  quietly(() -> worker.exit(executor.id(), 3));
                } else if (info.getPhase() == ExecutionPhase.EXECUTION_PHASE_ENDED) {
                  assertThat(info.getTermination().getExited()).isEqualTo(3);
                  return false;
                }
              }
              return true;
            });

    assertThat(told.get(0).getSnapshot()).isTrue();
    assertThat(told.get(0).getCursor()).isNotEmpty();
    assertThat(phases)
        .startsWith(
            ExecutionPhase.EXECUTION_PHASE_LAUNCHING, ExecutionPhase.EXECUTION_PHASE_RUNNING)
        .contains(ExecutionPhase.EXECUTION_PHASE_ENDED);
  }

  @Test
  void watchExecutors_ofWhatCanNeverRun_saysSo() throws Exception {
    worker.register(2);
    submit(
        Submissions.cluster()
            .addProfiles(
                Submissions.executors(1)
                    .setTemplate(
                        Submissions.program("x")
                            .setResources(
                                Submissions.program("x").getResources().toBuilder()
                                    .setCores(500)))));
    FakeWorker.Launch driver = worker.launched();
    worker.confirm(driver.id());
    List<WatchExecutorsResponse> told = new ArrayList<>();

    caller(driver.contents().getApplicationToken())
        .follow(
            ApplicationServiceGrpc.getWatchExecutorsMethod(),
            WatchExecutorsRequest::getDefaultInstance,
            response -> {
              told.add(response);
              return response.getImpossibleCount() == 0;
            });

    assertThat(told.get(told.size() - 1).getImpossible(0).getProfile()).isEqualTo("default");
    assertThat(told.get(told.size() - 1).getWaitingReason()).isNotEmpty();
  }

  @Test
  void application_killed_isStoppedAndThenKilled() throws Exception {
    worker.register(2);
    String id = submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());

    user.call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(id).build());

    assertThat(worker.stopped().getExecutionId()).isEqualTo(launch.id().toString());
    worker.end(
        launch.id(),
        Termination.newBuilder().setSignalled(15).setStop(Termination.Stop.STOP_ASKED).build());
    ApplicationInfo killed = get(id).getApplication();
    assertThat(killed.getState()).isEqualTo(ApplicationInfo.State.STATE_KILLED);
    assertThat(killed.getKilledBy()).isEqualTo(tokens.userToken().name());
    assertThat(killed.getTermination().getSignalled()).isEqualTo(15);
  }

  @Test
  void watchApplication_tellsTheStatesAndEnds() throws Exception {
    worker.register(2);
    String id = submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    List<ApplicationInfo.State> states = new ArrayList<>();

    user.follow(
        SubmissionServiceGrpc.getWatchApplicationMethod(),
        () -> WatchApplicationRequest.newBuilder().setApplicationId(id).build(),
        response -> {
          ApplicationInfo.State state = response.getApplication().getState();
          if (states.isEmpty() || states.get(states.size() - 1) != state) {
            states.add(state);
            if (state == ApplicationInfo.State.STATE_STARTING) {
              quietly(() -> worker.confirm(launch.id()));
            } else if (state == ApplicationInfo.State.STATE_RUNNING) {
              quietly(() -> worker.exit(launch.id(), 0));
            }
          }
          return true;
        });

    assertThat(states)
        .startsWith(ApplicationInfo.State.STATE_STARTING, ApplicationInfo.State.STATE_RUNNING)
        .endsWith(ApplicationInfo.State.STATE_SUCCEEDED);
  }

  @Test
  void application_inClientMode_livesByItsLease() throws Exception {
    SubmitApplicationResponse submitted = submit(Submissions.request(Submissions.client()));
    LeaderChannel launchSide = caller(submitted.getApplicationToken());

    RenewLeaseResponse renewed =
        launchSide.call(
            ApplicationServiceGrpc.getRenewLeaseMethod(), RenewLeaseRequest.getDefaultInstance());
    ApplicationInfo.State state = get(submitted.getApplicationId()).getApplication().getState();
    launchSide.call(
        ApplicationServiceGrpc.getFinishApplicationMethod(),
        FinishApplicationRequest.newBuilder()
            .setTermination(Termination.newBuilder().setExited(3))
            .build());

    assertThat(submitted.getLease().getSeconds()).isEqualTo(10);
    assertThat(renewed.getStopRequested()).isFalse();
    assertThat(state).isEqualTo(ApplicationInfo.State.STATE_RUNNING);
    ApplicationInfo ended = get(submitted.getApplicationId()).getApplication();
    assertThat(ended.getState()).isEqualTo(ApplicationInfo.State.STATE_FAILED);
    assertThat(ended.getTermination().getExited()).isEqualTo(3);
  }

  @Test
  void clientModeDriver_ofKilledApplication_isToldToEnd() throws Exception {
    SubmitApplicationResponse submitted = submit(Submissions.request(Submissions.client()));
    LeaderChannel launchSide = caller(submitted.getApplicationToken());
    launchSide.call(
        ApplicationServiceGrpc.getRenewLeaseMethod(), RenewLeaseRequest.getDefaultInstance());

    user.call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(submitted.getApplicationId()).build());
    RenewLeaseResponse renewed =
        launchSide.call(
            ApplicationServiceGrpc.getRenewLeaseMethod(), RenewLeaseRequest.getDefaultInstance());

    assertThat(renewed.getStopRequested()).isTrue();
    assertThat(renewed.getStoppedBy()).isEqualTo("user " + tokens.userToken().name());
  }

  @Test
  void launchOrder_toWorkerThatCannotBeReached_isGivenAgain() throws Exception {
    worker.register(2);
    worker.vanish();

    String id = submit(Submissions.cluster());
    awaitState(id, ApplicationInfo.State.STATE_STARTING);
    worker.appear();

    assertThat(worker.launched().id()).hasToString(id + "-d1");
  }

  @Test
  void launchOrder_refusedForGood_isNotStarted() throws Exception {
    worker.refusal =
        Optional.of(
            Refusal.of(
                Status.Code.INVALID_ARGUMENT, Reason.REASON_INVALID_FIELD, "no launcher 'moon'"));
    worker.register(2);

    String id = submit(Submissions.cluster());
    awaitState(id, ApplicationInfo.State.STATE_FAILED);

    assertThat(get(id).getApplication().getTermination().getNotStarted())
        .contains("no launcher 'moon'");
  }

  @Test
  void application_killedBeforeItsWorkerCouldBeReached_startsNothing() throws Exception {
    worker.register(2);
    worker.vanish();
    String id = submit(Submissions.cluster());
    awaitState(id, ApplicationInfo.State.STATE_STARTING);

    user.call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(id).build());
    worker.appear();
    awaitState(id, ApplicationInfo.State.STATE_KILLED);

    assertThat(worker.stopped().getExecutionId()).isEqualTo(id + "-d1");
    assertThat(worker.launches).isEmpty();
    assertThat(get(id).getApplication().getTermination().getNotStarted()).isNotEmpty();
  }

  @Test
  void workerThatHasHeardANewerLeader_endsThisMaster() throws Exception {
    worker.refusal =
        Optional.of(
            Refusal.of(Status.Code.ABORTED, Reason.REASON_STALE_TERM, "term 7 has been heard"));
    worker.register(2);

    submit(Submissions.cluster());

    endExpected = ended.get();
    assertThat(endExpected).contains("w1").contains("term 7 has been heard");
  }

  @Test
  void execution_thatItsWorkerDoesNotHaveAnyMore_isLost() throws Exception {
    worker.register(2);
    String id = submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());

    worker.forget(launch.id());
    worker.heartbeat();
    awaitState(id, ApplicationInfo.State.STATE_LOST);

    assertThat(get(id).getApplication().getTermination().getLost()).isNotEmpty();
  }

  @Test
  void worker_thatRegistersAgain_keepsWhatItRuns_andHasItsEndsAcknowledged() throws Exception {
    worker.register(4);
    submit(Submissions.cluster());
    submit(Submissions.cluster());
    FakeWorker.Launch running = worker.launched();
    FakeWorker.Launch ended = worker.launched();
    worker.confirm(running.id());
    worker.confirm(ended.id());
    worker.exit(ended.id(), 0);
    long epoch = worker.registration.getEpoch();

    List<ExecutionVerdict> verdicts = worker.register(4).getVerdictsList();

    assertThat(worker.registration.getEpoch()).isGreaterThan(epoch);
    assertThat(verdicts)
        .extracting(ExecutionVerdict::getExecutionId, ExecutionVerdict::getAction)
        .containsExactlyInAnyOrder(
            tuple(running.id().toString(), ExecutionVerdict.Action.ACTION_KEEP),
            tuple(ended.id().toString(), ExecutionVerdict.Action.ACTION_ACKNOWLEDGE));
  }

  @Test
  void worker_ofAnotherCluster_isRefused() {
    Refusal refusal = refused(() -> worker.register(2, "another"));

    assertThat(refusal.reason()).isEqualTo(Reason.REASON_WRONG_CLUSTER);
  }

  @Test
  void heartbeat_ofOlderEpoch_isStale() throws Exception {
    worker.register(2);
    var old = worker.registration;
    worker.register(2);
    worker.registration = old;

    assertThat(refused(() -> worker.heartbeat()).reason()).isEqualTo(Reason.REASON_STALE_EPOCH);
  }

  @Test
  void log_ofAnExecution_isRelayedFromItsWorker() throws Exception {
    worker.register(2);
    worker.log = ByteString.copyFrom(new byte[5_000_000]);
    submit(Submissions.cluster());
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());
    long[] next = {1_000};

    user.follow(
        SubmissionServiceGrpc.getReadLogMethod(),
        () -> log(launch.id().toString()).setOffset(next[0]).build(),
        response -> {
          assertThat(response.getOffset()).isEqualTo(next[0]);
          next[0] += response.getData().size();
          return true;
        });

    assertThat(next[0]).isEqualTo(5_000_000);
  }

  @Test
  void log_thatIsNotThere_saysWhy() throws Exception {
    SubmitApplicationResponse client = submit(Submissions.request(Submissions.client()));
    String waiting = submit(Submissions.cluster());

    Refusal ofClientDriver = refused(() -> read(client.getApplicationId() + "-d1"));
    Refusal unknown = refused(() -> read(waiting + "-e7"));

    assertThat(ofClientDriver.reason()).isEqualTo(Reason.REASON_LOG_NOT_KEPT);
    assertThat(unknown.reason()).isEqualTo(Reason.REASON_UNKNOWN_ID);
    assertThat(refused(() -> read("nonsense")).code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void application_isFoundByAUniquePrefix() throws Exception {
    String first = submit(Submissions.cluster());
    assertThat(get("app-").getApplication().getApplicationId()).isEqualTo(first);
    submit(Submissions.cluster());

    assertThat(refused(() -> get("app-")).reason()).isEqualTo(Reason.REASON_AMBIGUOUS_ID);
    assertThat(refused(() -> get("app-1")).reason()).isEqualTo(Reason.REASON_UNKNOWN_ID);
    assertThat(refused(() -> get("!")).reason()).isEqualTo(Reason.REASON_INVALID_FIELD);
  }

  @Test
  void applications_areListedInPages_newestFirst() throws Exception {
    List<String> submitted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      submitted.add(0, submit(Submissions.cluster()));
    }
    List<String> listed = new ArrayList<>();
    String token = "";
    do {
      ListApplicationsResponse page =
          user.call(
              SubmissionServiceGrpc.getListApplicationsMethod(),
              ListApplicationsRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      page.getApplicationsList().forEach(row -> listed.add(row.getApplicationId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(listed).isEqualTo(submitted);
    assertThat(
            refused(
                    () ->
                        user.call(
                            SubmissionServiceGrpc.getListApplicationsMethod(),
                            ListApplicationsRequest.newBuilder().setPageSize(501).build()))
                .reason())
        .isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
  }

  @Test
  void application_thatWaits_isExplained() throws Exception {
    String id = submit(Submissions.cluster());

    List<String> reasons =
        user.call(
                SubmissionServiceGrpc.getExplainApplicationMethod(),
                ExplainApplicationRequest.newBuilder().setApplicationId(id).build())
            .getReasonsList();

    assertThat(reasons).isNotEmpty();
    assertThat(get(id).getApplication().getReason()).isNotEmpty();
  }

  @Test
  void secrets_areNotShown() throws Exception {
    SubmissionSpec.Builder spec = Submissions.cluster();
    spec.getDriverBuilder()
        .addSecretEnvironment(NameValue.newBuilder().setName("KEY").setValue("hunter2"));

    GetApplicationResponse response = get(submit(spec));

    assertThat(response.toString()).contains("KEY").doesNotContain("hunter2");
  }

  @Test
  void calls_byTheWrongKindOfCaller_areDenied() throws Exception {
    String application = submit(Submissions.request(Submissions.client())).getApplicationToken();
    LeaderChannel member = caller(tokens.clusterToken());

    assertThat(
            refused(
                    () ->
                        caller(application)
                            .call(
                                SubmissionServiceGrpc.getGetApplicationMethod(),
                                GetApplicationRequest.getDefaultInstance()))
                .reason())
        .isEqualTo(Reason.REASON_NOT_ALLOWED);
    assertThat(
            refused(
                    () ->
                        member.call(
                            SubmissionServiceGrpc.getSubmitApplicationMethod(),
                            Submissions.request(Submissions.cluster())))
                .reason())
        .isEqualTo(Reason.REASON_NOT_ALLOWED);
    assertThat(
            refused(
                    () ->
                        user.call(
                            ApplicationServiceGrpc.getRenewLeaseMethod(),
                            RenewLeaseRequest.getDefaultInstance()))
                .reason())
        .isEqualTo(Reason.REASON_NOT_ALLOWED);
    assertThat(
            refused(
                    () ->
                        caller(application.replace(".1.", ".2."))
                            .call(
                                ApplicationServiceGrpc.getRenewLeaseMethod(),
                                RenewLeaseRequest.getDefaultInstance()))
                .reason())
        .isEqualTo(Reason.REASON_BAD_TOKEN);
  }

  @Test
  void worker_drained_takesNothingNew() throws Exception {
    worker.register(4);
    WorkerInfo drained =
        user.call(
                ClusterServiceGrpc.getDrainWorkerMethod(),
                DrainWorkerRequest.newBuilder()
                    .setWorkerId("w1")
                    .setDrain(true)
                    .setRequestId("drain-1")
                    .build())
            .getWorker();

    String id = submit(Submissions.cluster());

    assertThat(drained.getState()).isEqualTo(WorkerInfo.State.STATE_DRAINING);
    assertThat(worker.heartbeat().getDraining()).isTrue();
    assertThat(get(id).getApplication().getState()).isEqualTo(ApplicationInfo.State.STATE_QUEUED);
    assertThat(
            user.call(
                    ClusterServiceGrpc.getListWorkersMethod(),
                    ListWorkersRequest.getDefaultInstance())
                .getWorkersList())
        .extracting(WorkerInfo::getWorkerId, WorkerInfo::getState)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("w1", WorkerInfo.State.STATE_DRAINING));
  }

  @Test
  void cluster_describesItself() throws Exception {
    worker.register(4);

    var described =
        user.call(
            ClusterServiceGrpc.getDescribeClusterMethod(),
            DescribeClusterRequest.getDefaultInstance());
    var masters =
        user.call(
            ClusterServiceGrpc.getListMastersMethod(), ListMastersRequest.getDefaultInstance());

    assertThat(described.getLiveWorkers()).isEqualTo(1);
    assertThat(described.getResources().getCores()).isEqualTo(4);
    assertThat(described.getFencing().getClusterId()).isNotEmpty();
    assertThat(masters.getMasters(0).getAddress()).isEqualTo(master.address().toString());
    assertThat(masters.getMasters(0).getLeader()).isTrue();
  }

  private void setTargets(LeaderChannel driver, long version, int total)
      throws InterruptedException {
    driver.call(
        ApplicationServiceGrpc.getSetExecutorTargetsMethod(),
        SetExecutorTargetsRequest.newBuilder()
            .setVersion(version)
            .addTargets(
                ProfileTarget.newBuilder()
                    .setProfile("default")
                    .setTarget(ExecutorCount.newBuilder().setTotal(total)))
            .build());
  }

  private FakeWorker worker(String id) throws Exception {
    FakeWorker made = new FakeWorker(id, caller(tokens.clusterToken()), tokens.clusterToken());
    opened.add(made);
    return made;
  }

  private LeaderChannel caller(String token) {
    return new LeaderChannel(
        channels,
        LeaderChannel.Settings.of(
            List.of(master.address()), TokenSource.of(token), Patience.of(Duration.ofSeconds(30))));
  }

  private String submit(SubmissionSpec.Builder spec) throws InterruptedException {
    return submit(Submissions.request(spec)).getApplicationId();
  }

  private SubmitApplicationResponse submit(SubmitApplicationRequest request)
      throws InterruptedException {
    return user.call(SubmissionServiceGrpc.getSubmitApplicationMethod(), request);
  }

  private GetApplicationResponse get(String id) throws InterruptedException {
    return user.call(
        SubmissionServiceGrpc.getGetApplicationMethod(),
        GetApplicationRequest.newBuilder().setApplicationId(id).build());
  }

  private void awaitState(String id, ApplicationInfo.State state) throws InterruptedException {
    user.follow(
        SubmissionServiceGrpc.getWatchApplicationMethod(),
        () -> WatchApplicationRequest.newBuilder().setApplicationId(id).build(),
        response -> response.getApplication().getState() != state);
    assertThat(get(id).getApplication().getState()).isEqualTo(state);
  }

  private static ReadLogRequest.Builder log(String execution) {
    return ReadLogRequest.newBuilder()
        .setExecutionId(execution)
        .setStream(OutputStream.OUTPUT_STREAM_STDOUT);
  }

  private void read(String execution) throws InterruptedException {
    user.follow(
        SubmissionServiceGrpc.getReadLogMethod(),
        () -> log(execution).build(),
        response -> true,
        Patience.of(Duration.ofMillis(100)));
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void quietly(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Refusal refused(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
