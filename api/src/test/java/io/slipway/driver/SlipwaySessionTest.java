package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.executor.ExecutorMain;
import io.slipway.executor.RunningExecutor;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionState;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.Termination;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlipwaySessionTest {
  private static CountDownLatch begun = new CountDownLatch(1);
  private static CountDownLatch go = new CountDownLatch(1);

  private static SessionBuilder hosted(FakeMaster master) {
    return SlipwaySession.builder()
        .environment(Map.of())
        .master(master.address().toString())
        .token(FakeMaster.USER_TOKEN)
        .name("hosted");
  }

  @Test
  void open_launchedWithoutProfiles_registersItsOwnClassPath() throws Exception {
    try (SessionBed bed = new SessionBed(List.of())) {
      ExecutorProfileSpec profile = bed.master().profiles().get(0);

      assertThat(profile.getName()).isEqualTo("default");
      assertThat(profile.getTarget().getTotal()).isEqualTo(2);
      assertThat(profile.getTemplate().getJvm().getMainClass())
          .isEqualTo(ExecutorMain.class.getName());
      assertThat(profile.getTemplate().getJvm().getClassPathList()).isNotEmpty();
      assertThat(bed.session().deployMode()).isEqualTo(DeployMode.CLUSTER);
      assertThat(bed.session().applicationId()).isEqualTo(FakeMaster.APPLICATION);
    }
  }

  @Test
  void open_targetWasSubmitted_isKept() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);

      assertThat(bed.master().targets()).isEmpty();
      assertThat(bed.master().profiles().get(0).hasTemplate()).isFalse();
    }
  }

  @Test
  void open_noneWereSubmitted_asksForItsOwnNumber() throws Exception {
    ExecutorProfileSpec none =
        ExecutorProfileSpec.newBuilder()
            .setName("default")
            .setTarget(ExecutorCount.newBuilder().setTotal(0))
            .build();
    try (SessionBed bed = new SessionBed(List.of(none))) {
      await().until(() -> bed.master().targets().size() == 1);

      assertThat(bed.master().targets().get(0).getTargets(0).getTarget().getTotal()).isEqualTo(2);
    }
  }

  @Test
  void open_secondInOneJvm_isRefused() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      assertThatThrownBy(() -> hosted(bed.master()).open())
          .isInstanceOf(SessionException.class)
          .hasMessageContaining("has an open session already")
          .hasMessageContaining("close it first");
    }
  }

  @Test
  void use_afterClose_saysWhatToDo() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      SlipwaySession session = bed.session();
      session.close();

      List<ThrowingCallable> uses =
          List.of(
              () -> session.setProgress(0.5),
              () -> session.releaseExecutors(List.of(1)),
              () -> session.awaitExecutors(1, Duration.ofMinutes(1)),
              () -> session.broadcast(1),
              () -> session.executor().setExecutors(3),
              () -> session.executor().setExecutorsOnDemand(OnDemandExecutors.between(0, 3)));
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("has been closed")
            .hasMessageContaining("open another one");
      }
      assertThatThrownBy(() -> session.executor().submit(() -> 1))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("open another one");
    }
  }

  @Test
  void submit_capturesSessionExecutorOrFuture_saysThatTheyStayInTheDriver() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      SlipwaySession session = bed.session();
      SlipwayExecutor executor = bed.executor();
      Future<Integer> future = executor.submit(() -> 1);

      List<ThrowingCallable> uses =
          List.of(
              () -> executor.submit(() -> session.attempt()),
              () -> executor.submit(() -> executor.connectedCores()),
              () -> executor.submit(() -> future.isDone()));
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(TaskNotSerializableException.class)
            .hasMessageContaining("stay in the driver")
            .hasMessageContaining("SlipwaySession.broadcast");
      }
    }
  }

  @Test
  void open_withoutMasterOrInExecutor_saysWhatToDo() {
    assertThatThrownBy(() -> SlipwaySession.builder().environment(Map.of()).open())
        .isInstanceOf(SessionException.class)
        .hasMessageContaining("no master is named");
    assertThatThrownBy(
            () ->
                SlipwaySession.builder()
                    .environment(
                        Map.of(
                            SlipwayEnvironment.APPLICATION_ID,
                            "app-20261122-0007",
                            SlipwayEnvironment.EXECUTOR_NUMBER,
                            "1"))
                    .open())
        .hasMessageContaining("this is an executor");
  }

  @Test
  void open_nobodyAnswers_failsNamingTheAddress() throws Exception {
    FakeMaster master = new FakeMaster();
    master.close();

    assertThatThrownBy(() -> hosted(master).patience(Duration.ofMillis(200)).open())
        .isInstanceOf(SessionException.class)
        .hasMessageContaining(master.address().toString());
  }

  @Test
  void open_wrongToken_failsSayingSo() {
    try (FakeMaster master = new FakeMaster()) {
      assertThatThrownBy(() -> hosted(master).token("not-the-right-token").open())
          .isInstanceOf(SessionException.class)
          .hasMessageContaining("token");
    }
  }

  @Test
  void setExecutors_aNumber_isTheTotal() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.executor().setExecutors(5);

      await().until(() -> bed.master().targets().size() == 1);
      assertThat(bed.master().targets().get(0).getTargets(0).getTarget().getTotal()).isEqualTo(5);
      assertThat(bed.master().targets().get(0).getVersion()).isEqualTo(1);
    }
  }

  @Test
  void masterGoesAwayAndComesBack_tasksGoOnAndNewsArriveAgain() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);
      await().until(() -> bed.master().watchers() == 1);

      bed.master().stop();
      assertThat(bed.executor().submit(() -> 1).get()).isEqualTo(1);
      bed.executor().setExecutors(3);
      bed.master().start();

      await().atMost(SessionBed.PATIENCE).until(() -> bed.master().watchers() == 1);
      await().atMost(SessionBed.PATIENCE).until(() -> bed.master().targets().size() == 1);
    }
  }

  @Test
  void executorEnded_asTheMastersSay_itsTasksRunElsewhere() throws Exception {
    begun = new CountDownLatch(1);
    go = new CountDownLatch(1);
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);
      await().until(() -> bed.master().watchers() == 1);
      Future<Integer> task =
          bed.executor()
              .submit(
                  () -> {
                    begun.countDown();
                    go.await();
                    return 1;
                  });
      begun.await();

      bed.master()
          .tell(
              false,
              ExecutionInfo.newBuilder()
                  .setExecutionId(FakeMaster.APPLICATION.executor(1).toString())
                  .setPhase(ExecutionPhase.EXECUTION_PHASE_ENDED)
                  .build());
      await().until(() -> bed.executor().connectedExecutors() == 0);
      go.countDown();
      bed.startExecutor(1);

      assertThat(task.get()).isEqualTo(1);
    }
  }

  @Test
  void registerExecutor_thatHasEnded_isRefusedForGood() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      await().until(() -> bed.master().watchers() == 1);
      bed.master()
          .tell(
              false,
              ExecutionInfo.newBuilder()
                  .setExecutionId(FakeMaster.APPLICATION.executor(1).toString())
                  .setPhase(ExecutionPhase.EXECUTION_PHASE_ENDED)
                  .build(),
              ExecutionInfo.newBuilder()
                  .setExecutionId(FakeMaster.APPLICATION.executor(2).toString())
                  .setPhase(ExecutionPhase.EXECUTION_PHASE_RUNNING)
                  .build());
      await().until(() -> bed.session().executors().size() == 1);

      assertThat(bed.start(1, 1).exitCode()).isEqualTo(ExecutorMain.REFUSED);
    }
  }

  @Test
  void executors_toldAndConnected_areListed() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(2);
      await().until(() -> bed.master().watchers() == 1);
      bed.master()
          .tell(
              true,
              ExecutionInfo.newBuilder()
                  .setExecutionId(FakeMaster.APPLICATION.executor(2).toString())
                  .setPhase(ExecutionPhase.EXECUTION_PHASE_LAUNCHING)
                  .setWorkerId("w2")
                  .build());

      await().until(() -> bed.session().executors().size() == 2);

      ExecutorView connected = bed.session().executors().get(0);
      ExecutorView launching = bed.session().executors().get(1);
      assertThat(connected.connected()).isTrue();
      assertThat(connected.cores()).isEqualTo(2);
      assertThat(launching.state()).isEqualTo(ExecutionState.LAUNCHING);
      assertThat(launching.workerId()).isEqualTo("w2");
    }
  }

  @Test
  void close_launched_failsUnfinishedTasksAndLetsExecutorsLeave() throws Exception {
    begun = new CountDownLatch(1);
    try (SessionBed bed = new SessionBed()) {
      RunningExecutor executor = bed.startExecutor(1);
      Future<String> running =
          bed.executor()
              .submit(
                  () -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                    return "";
                  });
      Future<String> waiting = bed.executor().submit(() -> "");
      begun.await();

      bed.session().close();

      for (Future<String> future : List.of(running, waiting)) {
        assertThatThrownBy(future::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(SessionClosedException.class);
      }
      assertThat(executor.exitCode()).isZero();
      assertThat(bed.master().finishes())
          .containsExactly(FinishApplicationRequest.getDefaultInstance());
      assertThatThrownBy(() -> bed.executor().submit(() -> 1))
          .isInstanceOf(RejectedExecutionException.class);
    }
  }

  @Test
  void hosted_closed_hasSucceeded() throws Exception {
    try (FakeMaster master = new FakeMaster()) {
      SlipwaySession session = hosted(master).executors(3).timeLimit(Duration.ofMinutes(5)).open();
      try (RunningExecutor executor =
          RunningExecutor.start(
              FakeMaster.APPLICATION,
              1,
              1,
              master.address(),
              master.token(),
              master.driverAddress())) {
        assertThat(session.executor().submit(() -> 42).get()).isEqualTo(42);
        await().until(() -> master.renewals() > 1);

        session.close();

        assertThat(executor.exitCode()).isZero();
      }
      assertThat(master.submissions().get(0).getSpec().hasDriver()).isFalse();
      assertThat(master.submissions().get(0).getSpec().getTimeLimit().getSeconds()).isEqualTo(300);
      assertThat(master.profiles().get(0).getTarget().getTotal()).isEqualTo(3);
      assertThat(
              master.profiles().get(0).getTemplate().getJvm().getClassPathList().stream()
                  .map(entry -> entry.getDigest()))
          .allMatch(digest -> master.artifacts().containsKey(digest));
      assertThat(termination(master)).isEqualTo(Termination.newBuilder().setExited(0).build());
    }
  }

  @Test
  void hosted_closedWithFailure_hasFailedWithItsCause() throws Exception {
    try (FakeMaster master = new FakeMaster()) {
      SlipwaySession session = hosted(master).open();

      session.close(new IllegalStateException("no input"));

      assertThat(termination(master).getExited()).isEqualTo(1);
      assertThat(termination(master).getCause()).contains("no input");
    }
  }

  @Test
  void hosted_stopRequested_failsItsTasksAndReportsItsEnd() throws Exception {
    try (FakeMaster master = new FakeMaster()) {
      SlipwaySession session = hosted(master).open();
      Future<Integer> task = session.executor().submit(() -> 1);

      master.requestStop();

      assertThatThrownBy(task::get)
          .hasCauseInstanceOf(SessionClosedException.class)
          .hasMessageContaining("user bob");
      await().until(() -> !master.finishes().isEmpty());
      assertThat(termination(master).getStop()).isEqualTo(Termination.Stop.STOP_ASKED);
      session.close();
      assertThat(master.finishes()).hasSize(1);
    }
  }

  private static Termination termination(FakeMaster master) {
    return master.finishes().get(0).getTermination();
  }
}
