package io.slipway.master.decide;

import static io.slipway.model.ApplicationState.FAILED;
import static io.slipway.model.ApplicationState.KILLED;
import static io.slipway.model.ApplicationState.LOST;
import static io.slipway.model.ApplicationState.QUEUED;
import static io.slipway.model.ApplicationState.RESTARTING;
import static io.slipway.model.ApplicationState.RUNNING;
import static io.slipway.model.ApplicationState.STARTING;
import static io.slipway.model.ApplicationState.STOPPING;
import static io.slipway.model.ApplicationState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.slipway.master.DecidingCore;
import io.slipway.master.Samples;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Outcome;
import io.slipway.master.state.StateChange;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.ByteSize;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import io.slipway.model.WorkerId;
import io.slipway.rpc.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How applications live and end: the table of outcomes, line by line. */
class OutcomesTest {
  private final DecidingCore master = new DecidingCore();

  @BeforeEach
  void workers() {
    master.ask(Samples.worker("w1", 4));
    master.ask(Samples.worker("w2", 4));
  }

  private ApplicationId running(int executors) {
    ApplicationId id =
        master.submit(
            Samples.submit(
                "r" + master.records().size(), Samples.cluster(Samples.profile(1, executors, 0))));
    master.launched(id.driver(1));
    for (Execution executor : master.executors(id)) {
      master.launched(executor.id());
    }
    return id;
  }

  private Resources allocated(String worker) {
    return master.state().worker(new WorkerId(worker)).orElseThrow().allocated();
  }

  private Outcome outcome(ApplicationId id) {
    return master.application(id).outcome().orElseThrow();
  }

  @Test
  void driver_launched_makesTheApplicationRunAndExecutorsFollow() {
    ApplicationId id =
        master.submit(Samples.submit("r", Samples.cluster(Samples.profile(1, 2, 0))));
    assertThat(master.stateOf(id)).isEqualTo(STARTING);
    assertThat(master.executors(id)).isEmpty();

    master.launched(id.driver(1));

    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(2);
  }

  @Test
  void driver_exitsWith0_succeedsOnceExecutorsAreGone() {
    ApplicationId id = running(2);

    master.ended(id.driver(1), Ending.exited(0));

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    assertThat(master.executors(id, ExecutionState.STOPPING)).hasSize(2);
    assertThat(allocated("w1").plus(allocated("w2")).cores()).isEqualTo(2);
    master.ended(id.executor(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    master.ended(id.executor(2), Ending.of(new ExitStatus.Signalled(9)));
    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
    assertThat(outcome(id).driver()).contains(Ending.exited(0));
    assertThat(allocated("w1").plus(allocated("w2"))).isEqualTo(Resources.NONE);
  }

  @Test
  void driver_exitsWithAnotherCode_fails() {
    ApplicationId id = running(0);

    master.ended(id.driver(1), Ending.exited(7));

    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(outcome(id).driver()).contains(Ending.exited(7));
    assertThat(master.execution(id.driver(1)).end().orElseThrow().stdout())
        .isEqualTo(Samples.bytes("out"));
  }

  @Test
  void driver_cannotBeStarted_failsWithTheReason() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.cluster()));

    master.ended(id.driver(1), Ending.notStarted("no such program"));

    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(outcome(id).driver()).contains(Ending.notStarted("no such program"));
  }

  @Test
  void driver_failsWithAttemptsLeft_isStartedAgainWithoutOldExecutors() {
    ApplicationId id =
        master.submit(
            Samples.submit(
                "r", Samples.cluster(2, 0, OptionalInt.empty(), Samples.profile(1, 1, 0))));
    master.launched(id.driver(1));
    master.launched(id.executor(1));

    master.ended(id.driver(1), Ending.exited(1));

    assertThat(master.application(id).history())
        .extracting(change -> change.state())
        .containsExactly(QUEUED, STARTING, RUNNING, RESTARTING, STARTING);
    assertThat(master.application(id).attempt()).isEqualTo(2);
    assertThat(master.execution(id.executor(1)).state()).isEqualTo(ExecutionState.STOPPING);
    master.launched(id.driver(2));
    assertThat(master.executors(id, ExecutionState.LAUNCHING))
        .extracting(row -> row.id().number())
        .containsExactly(2);
    master.ended(id.driver(2), Ending.exited(0));
    master.ended(id.executor(1), Ending.exited(0));
    master.ended(id.executor(2), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
  }

  @Test
  void kill_running_isKilledWithTheTrueStatusBeside() {
    ApplicationId id = running(1);

    Application answer =
        master.ask(new Request.KillApplication(id, "bob", Optional.of(Duration.ofSeconds(1))));

    assertThat(answer.state()).isEqualTo(STOPPING);
    assertThat(master.execution(id.driver(1)).stop().orElseThrow().by()).isEqualTo("bob");
    assertThat(master.execution(id.driver(1)).stop().orElseThrow().grace())
        .isEqualTo(Duration.ofSeconds(1));
    master.ended(id.executor(1), Ending.exited(0));
    Ending ending =
        new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "");
    master.ended(id.driver(1), ending);
    assertThat(master.stateOf(id)).isEqualTo(KILLED);
    assertThat(outcome(id).driver()).contains(ending);
    assertThat(outcome(id).by()).contains("bob");
  }

  @Test
  void kill_queued_isKilledAtOnce() {
    ApplicationId id =
        master.submit(Samples.submit("r", Samples.cluster(Samples.profile(64, 1, 1))));

    master.ask(new Request.KillApplication(id, "bob", Optional.empty()));

    assertThat(master.stateOf(id)).isEqualTo(KILLED);
    assertThat(outcome(id).driver()).isEmpty();
  }

  @Test
  void kill_afterTheDriverHasEnded_changesNothing() {
    ApplicationId id = running(1);
    master.ended(id.driver(1), Ending.exited(0));

    master.ask(new Request.KillApplication(id, "bob", Optional.empty()));
    master.ended(id.executor(1), Ending.exited(0));

    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
  }

  @Test
  void finish_withoutStatus_stopsExecutorsAndWaitsForTheProcess() {
    ApplicationId id = running(1);

    master.ask(finish(id, Optional.empty()));

    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    assertThat(master.execution(id.executor(1)).state()).isEqualTo(ExecutionState.STOPPING);
    TreeMap<String, ExecutorTarget> targets = new TreeMap<>();
    targets.put("default", ExecutorTarget.of(3));
    assertRefused(
        new Request.SetExecutorTargets(id, 1, 1, targets, OptionalInt.empty(), new TreeSet<>()),
        Refusal.FAILED_PRECONDITION);
    master.ended(id.executor(1), Ending.exited(0));
    master.ended(id.driver(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
  }

  private static Request.FinishApplication finish(ApplicationId id, Optional<Ending> ending) {
    return new Request.FinishApplication(
        id, 1, ending, Optional.empty(), ByteString.EMPTY, ByteString.EMPTY);
  }

  private void assertRefused(Request<?> request, Refusal refusal) {
    assertThatThrownBy(() -> master.ask(request))
        .isInstanceOfSatisfying(
            RequestRefused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
  }

  @Test
  void finish_withStatusInClusterMode_isRefused() {
    ApplicationId id = running(0);

    assertRefused(finish(id, Optional.of(Ending.exited(0))), Refusal.FAILED_PRECONDITION);
  }

  @Test
  void clientMode_firstRenewal_makesItRunAndExecutorsFollow() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client(Samples.profile(1, 2, 0))));
    assertThat(master.stateOf(id)).isEqualTo(QUEUED);
    assertThat(master.application(id).attempt()).isEqualTo(1);

    Request.LeaseRenewed renewed = master.ask(new Request.RenewLease(id, 1, "", false));

    assertThat(renewed.state()).isEqualTo(RUNNING);
    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(2);
  }

  @Test
  void clientMode_submittedAgain_mayStartTheDriverOnlyUntilItIsHeardOf() {
    Request.SubmitApplication submission = Samples.submit("r", Samples.client());
    Request.Submitted first = master.ask(submission);

    Request.Submitted unheard = master.ask(submission);
    master.ask(new Request.RenewLease(first.application(), 1, "", false));
    Request.Submitted running = master.ask(submission);

    assertThat(unheard.application()).isEqualTo(first.application());
    assertThat(unheard.attempt()).isEqualTo(1);
    assertThat(running.application()).isEqualTo(first.application());
    assertThat(running.attempt()).isZero();
  }

  @Test
  void clientMode_twoTakeTheLease_theFirstStartsTheDriverAndTheSecondIsRefused() {
    Request.SubmitApplication submission = Samples.submit("r", Samples.client());
    ApplicationId id = master.ask(submission).application();
    assertThat(master.ask(submission).attempt()).isEqualTo(1);

    Request.LeaseRenewed taken = master.ask(new Request.RenewLease(id, 1, "one", true));

    assertThat(taken.state()).isEqualTo(STARTING);
    assertThatThrownBy(() -> master.ask(new Request.RenewLease(id, 1, "two", true)))
        .hasMessageContaining("started by another submitter");
    assertRefused(new Request.RenewLease(id, 1, "two", false), Refusal.FAILED_PRECONDITION);
    assertThat(master.ask(submission).attempt()).isZero();
    assertThat(master.ask(new Request.RenewLease(id, 1, "one", true)).state()).isEqualTo(STARTING);
    assertThat(master.ask(new Request.RenewLease(id, 1, "one", false)).state()).isEqualTo(RUNNING);
  }

  @Test
  void clientMode_leaseTakenAndDriverNeverStarted_isLost() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "one", true));

    master.advance(Duration.ofSeconds(11));
    master.advance(Duration.ofSeconds(61));

    assertThat(master.stateOf(id)).isEqualTo(LOST);
  }

  @Test
  void clientMode_launchThatFails_neverShowsRunning() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "one", true));

    master.ask(finish(id, Optional.of(Ending.notStarted("no such program"))));

    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(states(id)).containsExactly(QUEUED, STARTING, STOPPING, FAILED);
  }

  @Test
  void clientMode_endsBeforeItIsSaidToRun_isKnownToHaveRunForSoLong() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "one", true));
    master.advance(Duration.ofSeconds(5));

    master.ask(
        new Request.FinishApplication(
            id,
            1,
            Optional.of(Ending.exited(0)),
            Optional.of(Duration.ofMillis(1500)),
            ByteString.EMPTY,
            ByteString.EMPTY));

    assertThat(states(id)).containsExactly(QUEUED, STARTING, RUNNING, STOPPING, SUCCEEDED);
    List<StateChange> history = master.application(id).history();
    assertThat(history.get(4).at().wallMillis() - history.get(2).at().wallMillis()).isEqualTo(1500);
  }

  @Test
  void submission_afterTheWallClockWasSetBackByManyDays_getsAnIdOfItsOwn() {
    ApplicationId first = master.submit(Samples.submit("r-0", Samples.client()));
    for (int day = 1; day <= 10; day++) {
      master.setWallClockAhead(Duration.ofDays(day));
      master.submit(Samples.submit("r-" + day, Samples.client()));
    }
    master.setWallClockAhead(Duration.ZERO);

    ApplicationId again = master.submit(Samples.submit("s", Samples.client()));
    ApplicationId oneMore = master.submit(Samples.submit("t", Samples.client()));

    assertThat(List.of(again, oneMore)).doesNotHaveDuplicates().doesNotContain(first);
    assertThat(master.state().applicationCount()).isEqualTo(13);
  }

  @Test
  void submission_whoseNameWouldTurnTheDirectionOfWriting_isRefusedAndShownWithoutIt() {
    ApplicationSpec spec = Samples.client();
    ApplicationSpec named =
        new ApplicationSpec(
            "exe.\u202etxt",
            spec.deployMode(),
            spec.driver(),
            spec.profiles(),
            spec.maxCores(),
            spec.maxAttempts(),
            spec.priority(),
            spec.lostAfter(),
            spec.registerTimeout());

    assertThatThrownBy(() -> master.ask(Samples.submit("r", named)))
        .isInstanceOfSatisfying(
            RequestRefused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID))
        .hasMessageContaining("'exe.\ufffdtxt'");
  }

  @Test
  void submissions_ofOnePrincipal_areRefusedBeyondItsLimitUntilSomeHaveEnded() {
    Request.SubmitApplication more = Samples.submit("more", Samples.client());
    for (int i = 0; i < Limits.APPLICATIONS_PER_PRINCIPAL; i++) {
      master.submit(Samples.submit("r-" + i, Samples.client()));
    }

    assertRefused(more, Refusal.QUOTA);
    ApplicationId first = master.submit(Samples.submit("r-0", Samples.client()));
    master.ask(finish(first, Optional.of(Ending.exited(0))));

    assertThat(master.ask(more).repeated()).isFalse();
  }

  @Test
  void release_ofANumberThatWasNeverGiven_isRefused() {
    ApplicationId id = running(1);

    assertRefused(
        new Request.ReleaseExecutors(id, 1, new TreeSet<>(List.of(1, 2)), Optional.empty()),
        Refusal.INVALID);
    assertThat(master.execution(id.executor(1)).state()).isEqualTo(ExecutionState.RUNNING);
  }

  @Test
  void launchThatFailsInManyWords_isKeptInFew() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.cluster()));

    master.ended(id.driver(1), Ending.notStarted("\ud83d\ude00".repeat(3_000)));

    ExitStatus status = outcome(id).driver().orElseThrow().status();
    assertThat(((ExitStatus.NotStarted) status).reason()).hasSize(1024);
  }

  @Test
  void list_ofMoreRunningThanARoundTakes_isWantedAgainUntilAllAreKnownToRun() {
    master.ask(Samples.worker("w3", new Resources(6_000, 6_000 * ByteSize.GIB)));
    ApplicationId id =
        master.submit(Samples.submit("r", Samples.client(Samples.profile(1, 5_000, 0))));
    master.ask(new Request.RenewLease(id, 1, "", false));
    WorkerId worker = new WorkerId("w3");
    List<Request.ListedExecution> listed = new ArrayList<>();
    while (master.more()) {
      master.advance(Duration.ZERO);
    }
    for (Execution executor : master.state().activeOn(worker).values()) {
      TreeMap<String, HostPort> ports = new TreeMap<>();
      ports.put("web", new HostPort("w3", 1));
      listed.add(new Request.ListedExecution(executor.id(), ExecutionState.RUNNING, ports));
    }
    ByteString digest = Samples.bytes("digest");
    int lists = 0;

    while (master.ask(new Request.Heartbeat(worker, 1, digest, Optional.empty())).listWanted()) {
      master.ask(new Request.Heartbeat(worker, 1, digest, Optional.of(listed)));
      lists++;
    }

    assertThat(lists).isGreaterThan(1);
    assertThat(listed).hasSizeGreaterThan(4_000);
    assertThat(master.state().activeOn(worker).values())
        .allMatch(executor -> executor.state() == ExecutionState.RUNNING);
  }

  private List<ApplicationState> states(ApplicationId id) {
    return master.application(id).history().stream().map(StateChange::state).toList();
  }

  @Test
  void submission_namingALauncherThatNoWorkerHas_isRefused() {
    assertThatThrownBy(() -> master.ask(Samples.submit("r", Samples.clusterWith("dokcer"))))
        .isInstanceOf(RequestRefused.class)
        .hasMessage("no worker has the launcher 'dokcer' (there are: process)");
    assertThat(master.ask(Samples.submit("s", Samples.clusterWith("process"))).attempt()).isZero();
  }

  @Test
  void submission_namingALauncherBeforeAnyWorkerIsThere_waits() {
    DecidingCore empty = new DecidingCore();

    ApplicationId id = empty.submit(Samples.submit("r", Samples.clusterWith("docker")));

    assertThat(empty.stateOf(id)).isEqualTo(QUEUED);
  }

  @Test
  void clientMode_finishWithStatus_decides() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "", false));

    Application answer = master.ask(finish(id, Optional.of(Ending.exited(3))));

    assertThat(answer.state()).isEqualTo(FAILED);
    assertThat(master.ask(finish(id, Optional.of(Ending.exited(3)))).state()).isEqualTo(FAILED);
    assertThat(outcome(id).driver()).contains(Ending.exited(3));
  }

  @Test
  void clientMode_leaseLapsedForLostAfter_isLost() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client(Samples.profile(1, 1, 0))));
    master.ask(new Request.RenewLease(id, 1, "", false));
    master.advance(Duration.ofSeconds(11));
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    keepWorkersAlive();
    master.advance(Duration.ofSeconds(9));
    keepWorkersAlive();

    for (int i = 0; i < 5; i++) {
      master.advance(Duration.ofSeconds(9));
      keepWorkersAlive();
    }

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    assertThat(outcome(id).result()).isEqualTo(LOST);
  }

  @Test
  void clientMode_renewalAfterSilence_goesOn() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "", false));
    for (int i = 0; i < 5; i++) {
      master.advance(Duration.ofSeconds(30));
      master.ask(new Request.RenewLease(id, 1, "", false));
    }

    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
  }

  @Test
  void clientMode_neverHeard_isLost() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));

    master.advance(Duration.ofSeconds(61));

    assertThat(master.stateOf(id)).isEqualTo(LOST);
  }

  @Test
  void clientMode_killed_isToldWithTheRenewal() {
    ApplicationId id = master.submit(Samples.submit("r", Samples.client()));
    master.ask(new Request.RenewLease(id, 1, "", false));

    master.ask(new Request.KillApplication(id, "bob", Optional.empty()));

    Request.LeaseRenewed renewed = master.ask(new Request.RenewLease(id, 1, "", false));
    assertThat(renewed.state()).isEqualTo(STOPPING);
    assertThat(renewed.stop().orElseThrow().by()).isEqualTo("bob");
    master.ask(finish(id, Optional.of(Ending.exited(143))));
    assertThat(master.stateOf(id)).isEqualTo(KILLED);
    assertThat(outcome(id).driver()).contains(Ending.exited(143));
  }

  private void keepWorkersAlive() {
    for (WorkerId id : List.copyOf(master.state().workerIds())) {
      long epoch = master.state().worker(id).orElseThrow().epoch();
      master.ask(new Request.Heartbeat(id, epoch, ByteString.EMPTY, Optional.empty()));
    }
  }

  @Test
  void workerLost_driver_isLostAndCorrectedOnceByItsOwnRecord() {
    ApplicationId id = running(0);
    WorkerId worker = master.execution(id.driver(1)).worker().orElseThrow();
    master.advance(Duration.ofSeconds(11));
    assertThat(master.state().worker(worker).orElseThrow().state())
        .isEqualTo(io.slipway.model.WorkerState.SUSPECT);
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    master.advance(Duration.ofSeconds(50));
    assertThat(master.stateOf(id)).isEqualTo(LOST);
    assertThat(allocated(worker.value())).isEqualTo(Resources.NONE);

    master.ask(Samples.worker(worker.value(), 4));
    master.ended(id.driver(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
    master.ended(id.driver(1), Ending.exited(1));
    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
  }

  @Test
  void workerLost_driverWithAttemptsLeft_isNotCorrectedOnceANewerOneRuns() {
    ApplicationId id =
        master.submit(Samples.submit("r", Samples.cluster(2, 0, OptionalInt.empty())));
    master.launched(id.driver(1));
    WorkerId worker = master.execution(id.driver(1)).worker().orElseThrow();
    String other = worker.value().equals("w1") ? "w2" : "w1";
    for (int i = 0; i < 8; i++) {
      master.advance(Duration.ofSeconds(9));
      master.ask(new Request.Heartbeat(new WorkerId(other), 1, ByteString.EMPTY, Optional.empty()));
    }
    assertThat(master.application(id).attempt()).isEqualTo(2);

    Request.WorkerRegistered back =
        master.ask(
            new Request.RegisterWorker(
                worker,
                1,
                Samples.registration(new Resources(4, 1L << 36)),
                List.of(
                    new Request.ListedExecution(
                        id.driver(1), ExecutionState.RUNNING, new TreeMap<>()))));

    assertThat(back.epoch()).isEqualTo(2);
    assertThat(back.reconciliation().stop())
        .extracting(Request.StopInstruction::execution)
        .containsExactly(id.driver(1));
    master.ended(id.driver(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(STARTING);
    assertThat(master.application(id).attempt()).isEqualTo(2);
  }

  @Test
  void workerLost_executors_areReplacedElsewhere() {
    ApplicationId id = running(4);
    WorkerId lost = new WorkerId("w1");
    WorkerId driverOn = master.execution(id.driver(1)).worker().orElseThrow();
    String kept = driverOn.value();
    WorkerId gone = kept.equals("w1") ? new WorkerId("w2") : lost;
    long onGone = master.state().activeOn(gone).size();

    for (int i = 0; i < 8; i++) {
      master.advance(Duration.ofSeconds(9));
      master.ask(new Request.Heartbeat(new WorkerId(kept), 1, ByteString.EMPTY, Optional.empty()));
    }

    assertThat(onGone).isPositive();
    assertThat(master.state().activeOn(gone)).isEmpty();
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    assertThat(master.application(id).failuresInRow()).isZero();
    assertThat(master.state().activeOn(new WorkerId(kept))).hasSize(4);
  }

  @Test
  void tenFailuresInARow_failTheApplicationWithTheLastStatus() {
    ApplicationId id = running(1);
    for (int i = 1; i <= 9; i++) {
      master.ended(id.executor(i), Ending.exited(3));
      master.launched(id.executor(i + 1));
    }
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);

    master.ended(id.executor(10), Ending.exited(3));

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    assertThat(outcome(id).cause()).contains("10 executors").contains("exited with 3");
    master.ended(id.driver(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(FAILED);
  }

  @Test
  void failures_withOneThatRanForLongBetween_doNotCountTogether() {
    ApplicationId id = running(1);
    for (int i = 1; i <= 25; i++) {
      if (i % 9 == 0) {
        master.advance(Duration.ofSeconds(10));
        keepWorkersAlive();
      }
      master.ended(id.executor(i), Ending.exited(3));
      master.launched(id.executor(i + 1));
    }

    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
  }

  @Test
  void registerTimeout_givesReservedExecutorsBack_andTheApplicationRunsOn() {
    ApplicationId id =
        master.submit(Samples.submitAwaiting("r", Samples.cluster(Samples.profile(1, 2, 2))));
    master.launched(id.driver(1));
    assertThat(master.executors(id, ExecutionState.PENDING)).hasSize(2);

    for (int i = 0; i < 7; i++) {
      master.advance(Duration.ofSeconds(9));
      keepWorkersAlive();
    }

    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    assertThat(master.executors(id, ExecutionState.ENDED)).hasSize(2);
    assertThat(allocated("w1").plus(allocated("w2")).cores()).isEqualTo(1);
    master.ask(
        new Request.RegisterApplication(
            id, 1, Optional.empty(), Optional.empty(), List.of(), false));
    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(2);
  }

  @Test
  void driver_registers_launchesWhatIsReserved() {
    ApplicationId id =
        master.submit(Samples.submitAwaiting("r", Samples.cluster(Samples.profile(1, 2, 2))));
    master.launched(id.driver(1));

    master.ask(
        new Request.RegisterApplication(
            id, 1, Optional.empty(), Optional.empty(), List.of(), false));

    assertThat(master.executors(id, ExecutionState.LAUNCHING))
        .extracting(row -> row.id().number())
        .containsExactly(1, 2);
  }

  @Test
  void driver_registersProfilesBesideThoseSubmitted_hasBoth() {
    ApplicationId id = running(2);
    ExecutorProfile big =
        new ExecutorProfile("big", Samples.template(1), false, ExecutorTarget.of(1), 0);
    Request.RegisterApplication registration =
        new Request.RegisterApplication(
            id, 1, Optional.empty(), Optional.empty(), List.of(big), true);

    master.ask(registration);
    int records = master.records().size();
    master.ask(registration);

    assertThat(master.application(id).profiles()).containsExactly(Samples.profile(1, 2, 0), big);
    assertThat(master.executors(id, ExecutionState.LAUNCHING))
        .extracting(Execution::profile)
        .containsExactly("big");
    assertThat(master.executors(id, ExecutionState.RUNNING)).hasSize(2);
    assertThat(master.records()).hasSize(records);
  }

  @Test
  void olderAttempt_isFenced() {
    ApplicationId id = running(0);

    assertRefused(
        new Request.RegisterApplication(
            id, 0, Optional.empty(), Optional.empty(), List.of(), false),
        Refusal.STALE_ATTEMPT);
  }

  @Test
  void release_stopsByNumberAndChangesNoTarget() {
    ApplicationId id = running(2);

    master.ask(new Request.ReleaseExecutors(id, 1, new TreeSet<>(List.of(1)), Optional.empty()));

    assertThat(master.execution(id.executor(1)).state()).isEqualTo(ExecutionState.STOPPING);
    assertThat(master.execution(id.executor(1)).stop().orElseThrow().by()).isEqualTo("driver");
    assertThat(master.execution(id.executor(3)).state()).isEqualTo(ExecutionState.LAUNCHING);
  }

  @Test
  void submission_repeated_getsTheSameAnswer_andAnotherBodyIsRefused() {
    Request.SubmitApplication request = Samples.submit("once", Samples.cluster());
    Request.Submitted first = master.ask(request);

    Request.Submitted second = master.ask(request);

    assertThat(second.application()).isEqualTo(first.application());
    assertThat(second.repeated()).isTrue();
    assertThat(master.state().applicationCount()).isEqualTo(1);
    assertRefused(
        new Request.SubmitApplication(
            "ann", "once", Samples.digest("other"), request.spec(), false, Optional.empty()),
        Refusal.REQUEST_ID_REUSED);
    assertThat(
            master
                .ask(
                    new Request.SubmitApplication(
                        "bob",
                        "once",
                        request.requestDigest(),
                        request.spec(),
                        false,
                        Optional.empty()))
                .repeated())
        .isFalse();
  }

  @Test
  void heartbeat_ofAnOldEpoch_isRefused() {
    master.ask(Samples.worker("w1", 4));

    assertRefused(
        new Request.Heartbeat(new WorkerId("w1"), 1, ByteString.EMPTY, Optional.empty()),
        Refusal.STALE_EPOCH);
  }

  @Test
  void running_thatItsWorkerDoesNotList_isAskedForAndLostWhenItIsUnknownThere() {
    ApplicationId id = running(0);
    WorkerId worker = master.execution(id.driver(1)).worker().orElseThrow();

    Request.WorkerRegistered answer = master.ask(Samples.worker(worker.value(), 4));

    assertThat(answer.reconciliation().report()).containsExactly(id.driver(1));
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    master.report(id.driver(1), new Request.ExecutionReport.Unknown(id.driver(1)));
    assertThat(master.stateOf(id)).isEqualTo(LOST);
  }

  @Test
  void unknownExecution_isStoppedAndItsEndAcknowledged() {
    ApplicationId stranger = ApplicationId.of("20200101", 9);

    Request.WorkerRegistered answer =
        master.ask(
            new Request.RegisterWorker(
                new WorkerId("w1"),
                1,
                Samples.registration(new Resources(4, 1L << 36)),
                List.of(
                    new Request.ListedExecution(
                        stranger.executor(1), ExecutionState.RUNNING, new TreeMap<>()))));
    Request.ReportsAcknowledged acknowledged =
        master.ask(
            new Request.ReportExecutions(
                new WorkerId("w1"),
                answer.epoch(),
                List.of(
                    new Request.ExecutionReport.Ended(
                        stranger.executor(1),
                        Ending.exited(0),
                        ByteString.EMPTY,
                        ByteString.EMPTY))));

    assertThat(answer.reconciliation().stop()).hasSize(1);
    assertThat(acknowledged.acknowledged()).containsExactly(stranger.executor(1));
  }
}
