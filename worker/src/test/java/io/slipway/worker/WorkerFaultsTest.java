package io.slipway.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.Fencing;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.registry.v1.HeartbeatRequest;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.worker.v1.LaunchDriverRequest;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.Channels;
import io.slipway.rpc.StatusMapping;
import io.slipway.rpc.TokenSource;
import io.slipway.worker.execution.OrdersOnDisk;
import io.slipway.worker.link.WrongClusterException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a worker is said to survive. */
class WorkerFaultsTest extends WorkerFixture {
  private static final ExecutionPhase LAUNCHING = ExecutionPhase.EXECUTION_PHASE_LAUNCHING;
  private static final ExecutionPhase RUNNING = ExecutionPhase.EXECUTION_PHASE_RUNNING;
  private static final ExecutionPhase ENDED = ExecutionPhase.EXECUTION_PHASE_ENDED;
  private static final LaunchTemplate PROGRAM = FakeMaster.program("sleep", "1000");

  private Reason refusal(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    return StatusMapping.toRefusal(thrown).reason();
  }

  @Test
  void launch_orderedAgain_startsOneProcess() throws Exception {
    startWorker();
    machine.hold(true);

    assertThat(master.launchDriver(DRIVER, PROGRAM).getPhase()).isEqualTo(LAUNCHING);
    assertThat(master.launchDriver(DRIVER, PROGRAM).getPhase()).isEqualTo(LAUNCHING);
    machine.hold(false);
    awaitRunning(DRIVER);
    assertThat(master.launchDriver(DRIVER, PROGRAM).getPhase()).isEqualTo(RUNNING);
    process(DRIVER).exit(3);
    awaitAcknowledged(DRIVER);
    ExecutionReport afterTheEnd = master.launchDriver(DRIVER, PROGRAM);

    assertThat(afterTheEnd.getPhase()).isEqualTo(ENDED);
    assertThat(afterTheEnd.getTermination().getExited()).isEqualTo(3);
    assertThat(machine.launches()).containsExactly(DRIVER);
  }

  @Test
  void launch_launcherFailsAfterwards_isLostAndNotCalledUnstarted() throws Exception {
    machine.breakHandles();
    startWorker();

    master.launchDriver(DRIVER, PROGRAM);
    awaitAcknowledged(DRIVER);

    assertThat(machine.find(DRIVER)).isPresent();
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getLost())
        .contains("processId");
  }

  @Test
  void end_launcherCantTellIt_isLost() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    process(DRIVER).failExit();

    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getLost())
        .contains("a broken launcher");
  }

  @Test
  void end_answerIsLost_isReportedAgainUntilAcknowledged() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.loseAnswers(5);
    process(DRIVER).exit(7);

    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(7);
  }

  @Test
  void end_notYetAcknowledged_isReportedAgain() throws Exception {
    startWorker();
    master.acknowledge(false);
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    process(DRIVER).exit(7);
    await().until(() -> master.endsTold(DRIVER) > 3);
    master.acknowledge(true);

    awaitAcknowledged(DRIVER);
  }

  @Test
  void end_whileTheMasterIsAway_isReportedWhenItIsBack() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.stop();
    process(DRIVER).exit(9);
    await().until(() -> Files.exists(executionDirectory(DRIVER).resolve("exit")));
    master.start();

    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(9);
    assertThat(master.registrations()).hasSize(1);
  }

  @Test
  void restart_processRuns_isAdoptedAndNotStopped() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    String id = worker.id().value();

    worker.close();
    startWorker();

    RegisterWorkerRequest second = master.registrations().get(1);
    assertThat(second.getWorkerId()).isEqualTo(id);
    assertThat(second.getClusterId()).isEqualTo("cluster-one");
    assertThat(second.getExecutionsList())
        .extracting(ExecutionReport::getExecutionId, ExecutionReport::getPhase)
        .containsExactly(tuple(DRIVER.toString(), RUNNING));
    assertThat(process(DRIVER).stop()).isEmpty();
    process(DRIVER).exit(42);
    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(42);
    assertThat(machine.launches()).containsExactly(DRIVER);
  }

  @Test
  void restart_processEndedWhileTheWorkerWasAway_itsTrueEndIsReported() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    worker.close();
    process(DRIVER).exit(13);
    startWorker();

    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(13);
  }

  @Test
  void restart_endNotAcknowledged_isReportedFromTheRecord() throws Exception {
    startWorker();
    master.acknowledge(false);
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    process(DRIVER).exit(5);
    await().until(() -> master.endsTold(DRIVER) > 0);

    worker.close();
    master.acknowledge(true);
    startWorker();

    awaitAcknowledged(DRIVER);
    assertThat(master.registrations().get(1).getExecutions(0).getTermination().getExited())
        .isEqualTo(5);
  }

  @Test
  void restart_orderNotYetLaunched_isLaunchedWhenAMasterStillWantsIt() throws Exception {
    startWorker();
    byte[] bytes = {1, 2, 3};
    Digest digest = master.hasArtifact(bytes);
    worker.close();
    Path spec = orderOnDisk(withArtifact(new ArtifactRef("app.jar", digest, bytes.length)));

    startWorker();
    awaitRunning(DRIVER);

    assertThat(spec).exists();
    assertThat(machine.launches()).containsExactly(DRIVER);
    assertThat(master.registrations().get(1).getExecutions(0).getPhase()).isEqualTo(LAUNCHING);
  }

  @Test
  void restart_orderNotYetLaunchedAndNoLongerWanted_isNeverLaunched() throws Exception {
    startWorker();
    worker.close();
    orderOnDisk(PROGRAM);
    master.unwant(DRIVER);

    startWorker();
    awaitAcknowledged(DRIVER);

    assertThat(machine.launches()).isEmpty();
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("stopped before it was launched");
  }

  @Test
  void restart_launcherWasCalledAndStartedNothing_isNotStarted() throws Exception {
    startWorker();
    worker.close();
    orderOnDisk(PROGRAM);
    Files.createDirectory(executionDirectory(DRIVER).resolve("launcher"));

    startWorker();
    awaitAcknowledged(DRIVER);

    assertThat(machine.launches()).isEmpty();
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("restarted while it was being launched");
  }

  @Test
  void restart_stoppedBeforeItWasLaunched_isNeverLaunched() throws Exception {
    startWorker();
    worker.close();
    orderOnDisk(PROGRAM);
    Files.writeString(executionDirectory(DRIVER).resolve("cancelled"), "0\nuser alice");

    startWorker();
    awaitAcknowledged(DRIVER);

    assertThat(machine.launches()).isEmpty();
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("user alice");
  }

  @Test
  void restart_whileStopping_theStopIsCarriedOut() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    process(DRIVER).beStubborn();
    master.stop(DRIVER, Duration.ofSeconds(4));

    worker.close();
    startWorker();

    assertThat(master.registrations().get(1).getExecutions(0).getPhase())
        .isEqualTo(ExecutionPhase.EXECUTION_PHASE_STOPPING);
    process(DRIVER).exit(0);
    awaitAcknowledged(DRIVER);
  }

  @Test
  void restart_orderHalfWritten_isForgotten() throws Exception {
    startWorker();
    worker.close();
    Files.createDirectories(executionDirectory(DRIVER).resolve("work"));

    startWorker();

    assertThat(executionDirectory(DRIVER)).doesNotExist();
    assertThat(master.registrations().get(1).getExecutionsList()).isEmpty();
  }

  @Test
  void restart_specIsDamaged_isLostAndTheRestGoesOn() throws Exception {
    startWorker();
    master.launchExecutors(PROGRAM, EXECUTOR);
    awaitRunning(EXECUTOR);
    worker.close();
    orderOnDisk(PROGRAM);
    Files.writeString(executionDirectory(DRIVER).resolve("spec"), "nonsense");

    startWorker();
    awaitAcknowledged(DRIVER);

    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getLost()).isNotEmpty();
    assertThat(master.phase(EXECUTOR)).isEqualTo(RUNNING);
  }

  @Test
  void stop_beforeTheOrder_aLaunchThatComesLaterStartsNothing() throws Exception {
    startWorker();

    ExecutionReport stopped = master.stop(DRIVER, Duration.ZERO);
    awaitAcknowledged(DRIVER);
    ExecutionReport launched = master.launchDriver(DRIVER, PROGRAM);
    worker.close();
    startWorker();
    ExecutionReport afterRestart = master.launchDriver(DRIVER, PROGRAM);

    assertThat(List.of(stopped, launched, afterRestart))
        .allSatisfy(
            report -> {
              assertThat(report.getPhase()).isEqualTo(ENDED);
              assertThat(report.getTermination().getNotStarted()).contains("user alice");
            });
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void stop_whileItIsLaunched_startsNothing() throws Exception {
    startWorker();
    machine.hold(true);
    master.launchDriver(DRIVER, PROGRAM);
    await().until(() -> machine.launching() == 1);

    master.stop(DRIVER, Duration.ofSeconds(1));
    awaitAcknowledged(DRIVER);

    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("stopped before it was launched");
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void stop_whileItsArtifactsAreFetched_startsNothing() throws Exception {
    startWorker();
    byte[] bytes = {1, 2, 3};
    Digest digest = master.hasArtifact(bytes);
    LaunchDriverRequest order =
        master.driverOrder(DRIVER, withArtifact(new ArtifactRef("app.jar", digest, 3)));
    // The worker can be reached, its master can't.
    WorkerServiceGrpc.WorkerServiceBlockingStub stub = master.worker();
    master.stop();
    stub.launchDriver(order);

    ExecutionReport stopping = master.stop(DRIVER, Duration.ZERO);
    await().until(() -> Files.exists(executionDirectory(DRIVER).resolve("exit")));
    master.start();
    awaitAcknowledged(DRIVER);

    assertThat(stopping.getPhase()).isIn(ENDED, ExecutionPhase.EXECUTION_PHASE_STOPPING);
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void stop_twice_isTheSameAsOnce() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.stop(DRIVER, Duration.ofSeconds(4));
    awaitAcknowledged(DRIVER);
    ExecutionReport again = master.stop(DRIVER, Duration.ofSeconds(4));

    assertThat(again.getPhase()).isEqualTo(ENDED);
    assertThat(again.getTermination().getSignalled()).isEqualTo(15);
  }

  @Test
  void verdict_notWanted_isStopped() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.unwant(DRIVER);
    master.wantLists(true);

    awaitAcknowledged(DRIVER);
    assertThat(process(DRIVER).stop()).contains(LaunchTemplate.DEFAULT_GRACE);
  }

  @Test
  void heartbeat_masterWantsTheList_completeOneFollows() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.wantLists(true);
    await().until(() -> master.heartbeats().stream().anyMatch(HeartbeatRequest::getComplete));

    HeartbeatRequest complete =
        master.heartbeats().stream().filter(HeartbeatRequest::getComplete).findFirst().get();
    assertThat(complete.getExecutionCount()).isEqualTo(1);
    assertThat(complete.getExecutionsDigest())
        .isEqualTo(Digest.of((DRIVER + " EXECUTION_PHASE_RUNNING\n").getBytes(UTF_8)).hex());
    assertThat(complete.getExecutions(0).getExecutionId()).isEqualTo(DRIVER.toString());
  }

  @Test
  void epoch_stale_registersAgainAndGoesOn() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);

    master.forgetWorker();
    await().until(() -> master.registrations().size() == 2);

    assertThat(master.registrations().get(1).getStartId())
        .isEqualTo(master.registrations().get(0).getStartId());
    assertThat(process(DRIVER).stop()).isEmpty();
    process(DRIVER).exit(0);
    awaitAcknowledged(DRIVER);
  }

  @Test
  void order_ofAnotherEpoch_isRefused() throws Exception {
    startWorker();
    LaunchDriverRequest order = master.driverOrder(DRIVER, PROGRAM);

    assertThat(
            refusal(
                () ->
                    master
                        .worker()
                        .launchDriver(order.toBuilder().setEpoch(order.getEpoch() - 1).build())))
        .isEqualTo(Reason.REASON_STALE_EPOCH);
    assertThat(
            refusal(
                () ->
                    master
                        .worker()
                        .launchDriver(order.toBuilder().setEpoch(order.getEpoch() + 1).build())))
        .isEqualTo(Reason.REASON_OUTCOME_UNKNOWN);
    assertThat(
            refusal(
                () ->
                    master
                        .worker()
                        .launchDriver(order.toBuilder().setWorkerId("w-somebody").build())))
        .isEqualTo(Reason.REASON_STALE_EPOCH);
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void order_ofAnOlderTerm_isRefused() throws Exception {
    startWorker();
    LaunchDriverRequest old = master.driverOrder(DRIVER, PROGRAM);

    master.leadAgain();
    await()
        .until(
            () ->
                master.heartbeats().stream()
                    .anyMatch(heartbeat -> heartbeat.getFencing().getTerm() == 2));

    assertThat(refusal(() -> master.worker().launchDriver(old)))
        .isEqualTo(Reason.REASON_STALE_TERM);
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void order_ofAnotherCluster_isRefusedAndStopsNothing() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    Fencing other = master.fencing().toBuilder().setClusterId("cluster-two").build();

    assertThat(
            refusal(
                () ->
                    master
                        .worker()
                        .launchDriver(
                            master
                                .driverOrder(FakeMaster.APPLICATION.driver(2), PROGRAM)
                                .toBuilder()
                                .setFencing(other)
                                .build())))
        .isEqualTo(Reason.REASON_WRONG_CLUSTER);
    assertThat(process(DRIVER).stop()).isEmpty();
  }

  @Test
  void start_mastersOfAnotherCluster_endsAndStopsNothing() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    worker.close();
    FakeMaster first = master;
    try {
      master = new FakeMaster(tokens(), "cluster-two");
      worker = new Worker(settings(), List.of(machine.provider("fake")));
      worker.start();
      await().until(() -> worker.end().toCompletableFuture().isCompletedExceptionally());

      assertThatThrownBy(() -> worker.end().toCompletableFuture().join())
          .hasCauseInstanceOf(WrongClusterException.class)
          .hasMessageContaining("cluster-two");
      assertThat(process(DRIVER).stop()).isEmpty();
    } finally {
      first.close();
    }
  }

  @Test
  void order_withoutToken_isRefused() throws Exception {
    startWorker();
    try (Channels channels = new Channels("stranger")) {
      ManagedChannel stranger =
          channels.open(worker.address(), TokenSource.of("no-token-of-this-cluster"));

      assertThatThrownBy(
              () ->
                  WorkerServiceGrpc.newBlockingStub(stranger)
                      .launchDriver(master.driverOrder(DRIVER, PROGRAM)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    }
  }

  @Test
  void start_masterNotThereYet_registersWhenItIs() throws Exception {
    master.stop();
    worker = new Worker(settings(), List.of(machine.provider("fake")));
    worker.start();

    assertThat(worker.registered().toCompletableFuture()).isNotDone();
    master.start();

    await().until(() -> master.registrations().size() == 1);
  }

  @Test
  void end_cannotBeRecorded_isNotToldUntilItIs() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, PROGRAM);
    awaitRunning(DRIVER);
    Path inTheWay = Files.createDirectories(executionDirectory(DRIVER).resolve("exit.tmp/x"));

    process(DRIVER).exit(6);
    int heard = master.heartbeats().size();
    await().until(() -> master.heartbeats().size() > heard + 3);
    assertThat(master.endsTold(DRIVER)).isZero();
    Files.delete(inTheWay);

    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(6);
  }

  @Test
  void order_cannotBeRecorded_isUnknownAndTakenLater() throws Exception {
    startWorker();
    Files.writeString(executionDirectory(DRIVER), "in the way");

    assertThat(refusal(() -> master.launchDriver(DRIVER, PROGRAM)))
        .isEqualTo(Reason.REASON_OUTCOME_UNKNOWN);
    Files.delete(executionDirectory(DRIVER));
    master.launchDriver(DRIVER, PROGRAM);

    awaitRunning(DRIVER);
  }

  @Test
  void launch_moreJvmsThanCores_onlySoManyStartAtATime() throws Exception {
    cores = 2;
    startWorker();
    machine.hold(true);
    ExecutionId[] executors =
        IntStream.rangeClosed(1, 5)
            .mapToObj(FakeMaster.APPLICATION::executor)
            .toArray(ExecutionId[]::new);

    master.launchExecutors(
        LaunchTemplate.of(
            new CommandTemplate.Jvm("Main", List.of(), List.of(), List.of()),
            new Resources(1, 1L << 30)),
        executors);
    await().until(() -> machine.launching() == 2);
    machine.hold(false);
    for (ExecutionId executor : executors) {
      awaitRunning(executor);
    }

    assertThat(machine.mostLaunching()).isEqualTo(2);
  }

  @Test
  void restart_whileItsArtifactsAreFetched_isLaunchedByTheNext() throws Exception {
    startWorker();
    byte[] bytes = {1, 2, 3};
    Digest digest = master.hasArtifact(bytes);
    LaunchDriverRequest order =
        master.driverOrder(DRIVER, withArtifact(new ArtifactRef("app.jar", digest, 3)));
    WorkerServiceGrpc.WorkerServiceBlockingStub stub = master.worker();
    master.stop();
    stub.launchDriver(order);

    worker.close();
    assertThat(executionDirectory(DRIVER).resolve("exit")).doesNotExist();
    master.start();
    startWorker();

    awaitRunning(DRIVER);
    assertThat(machine.launches()).containsExactly(DRIVER);
  }

  @Test
  void close_launcherHangs_isInterruptedAndNothingRuns() throws Exception {
    startWorker();
    machine.hold(true);
    master.launchDriver(DRIVER, PROGRAM);
    await().until(() -> machine.launching() == 1);

    worker.close();

    assertThat(machine.launching()).isZero();
    machine.hold(false);
    startWorker();
    awaitAcknowledged(DRIVER);
    assertThat(machine.launches()).isEmpty();
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("its worker was restarted");
  }

  @Test
  void restart_whileItIsLaunched_theProcessIsAdopted() throws Exception {
    startWorker();
    machine.hold(true);
    master.launchDriver(DRIVER, PROGRAM);
    await().until(() -> machine.launching() == 1);

    CompletableFuture<Void> closing = CompletableFuture.runAsync(worker::close);
    machine.hold(false);
    closing.get(20, TimeUnit.SECONDS);
    startWorker();

    awaitRunning(DRIVER);
    process(DRIVER).exit(8);
    awaitAcknowledged(DRIVER);
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getExited()).isEqualTo(8);
  }

  @Test
  void ends_moreThanOneMessageHolds_areAllAcknowledged() throws Exception {
    startWorker();
    ExecutionId[] executors =
        IntStream.rangeClosed(1, 150)
            .mapToObj(FakeMaster.APPLICATION::executor)
            .toArray(ExecutionId[]::new);
    worker.close();
    for (ExecutionId executor : executors) {
      OrdersOnDisk.writeEnd(directory.resolve("work/executions"), executor);
    }

    startWorker();

    await()
        .until(
            () ->
                Stream.of(executors)
                    .allMatch(
                        executor ->
                            Files.exists(executionDirectory(executor).resolve("acknowledged"))));
  }

  private static LaunchTemplate withArtifact(ArtifactRef jar) {
    return LaunchTemplate.of(
        new CommandTemplate.Jvm("Main", List.of(jar), List.of(), List.of()),
        new Resources(1, 1L << 30));
  }

  /** What a worker leaves that dies between its answer to an order and the launch. */
  private Path orderOnDisk(LaunchTemplate template) throws Exception {
    return OrdersOnDisk.write(directory.resolve("work/executions"), DRIVER, template, "fake");
  }
}
