package io.slipway.master.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slipway.master.DecidingCore;
import io.slipway.master.Samples;
import io.slipway.master.decide.Request;
import io.slipway.master.state.ClusterSettings;
import io.slipway.master.state.Execution;
import io.slipway.master.state.PlacementStrategy;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who runs where, and what is said to those who wait. */
class SchedulerTest {
  private static final ClusterSettings PACK =
      new ClusterSettings(
          PlacementStrategy.PACK,
          PlacementStrategy.PACK,
          OptionalInt.of(5),
          Duration.ofSeconds(60),
          10,
          Duration.ofDays(1));

  private int submissions;

  private static DecidingCore master(int... cores) {
    return master(ClusterSettings.DEFAULT, cores);
  }

  private static DecidingCore master(ClusterSettings settings, int... cores) {
    DecidingCore master = new DecidingCore(settings);
    for (int i = 0; i < cores.length; i++) {
      master.ask(Samples.worker("w" + (i + 1), cores[i]));
    }
    return master;
  }

  private ApplicationId submit(DecidingCore master, ApplicationSpec spec) {
    return master.submit(Samples.submit("r" + ++submissions, spec));
  }

  private ApplicationId runClient(DecidingCore master, ExecutorProfile... profiles) {
    ApplicationId id = submit(master, Samples.client(profiles));
    master.ask(new Request.RenewLease(id, 1, "", false));
    return id;
  }

  private static List<String> workersOf(DecidingCore master, ApplicationId id) {
    return master.executors(id).stream()
        .filter(Execution::active)
        .map(row -> row.worker().orElseThrow().value())
        .toList();
  }

  private static Explanation.Reason why(DecidingCore master, ApplicationId id) {
    return master.scheduler().explain(id).reasons().get(0);
  }

  @Test
  void spread_takesTheWorkerWithMostFreeCores_tiesById() {
    DecidingCore master = master(2, 3, 3);

    ApplicationId id = runClient(master, Samples.profile(1, 6, 0));

    assertThat(workersOf(master, id)).containsExactly("w2", "w3", "w1", "w2", "w3", "w1");
  }

  @Test
  void pack_fillsOneWorkerBeforeTheNext() {
    DecidingCore master = master(PACK, 3, 2, 9);

    ApplicationId id = runClient(master, Samples.profile(1, 4, 0));

    assertThat(workersOf(master, id)).containsExactly("w2", "w2", "w1", "w1");
  }

  @Test
  void executors_areWholeUnits() {
    DecidingCore master = master(3, 3);

    ApplicationId id = runClient(master, Samples.profile(2, 5, 0));

    assertThat(workersOf(master, id)).containsExactly("w1", "w2");
    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.RESOURCES);
    assertThat(why(master, id).missing()).isEqualTo(3);
    assertThat(why(master, id).text()).contains("2 are short of cores");
  }

  @Test
  void allCores_takesOneExecutorAWorkerWithWhatIsFree() {
    DecidingCore master = master(4, 2);
    ApplicationId other = runClient(master, Samples.profile(1, 1, 0));

    ApplicationId id = runClient(master, Samples.allCores(ExecutorTarget.AS_MANY_AS_FIT));

    assertThat(master.executors(id))
        .extracting(row -> row.reserved().cores())
        .containsExactly(3, 2);
    master.launched(other.executor(1));
    master.ask(
        new Request.FinishApplication(
            other, 1, Optional.empty(), Optional.empty(), ByteString.EMPTY, ByteString.EMPTY));
    master.ended(other.executor(1), Ending.exited(0));
    assertThat(master.executors(id)).hasSize(2);
  }

  @Test
  void capOnCores_holds_andIsTheReason() {
    DecidingCore master = master(PACK, 16);

    ApplicationId id = runClient(master, Samples.profile(2, 6, 0));

    assertThat(workersOf(master, id)).hasSize(2);
    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.CORES_CAP);
  }

  @Test
  void customResources_areCounted() {
    DecidingCore master = new DecidingCore();
    TreeMap<String, Long> gpus = new TreeMap<>();
    gpus.put("gpu", 2L);
    master.ask(
        new Request.RegisterWorker(
            new WorkerId("w1"),
            0,
            Samples.registration(new Resources(16, 1L << 36, gpus)),
            List.of()));
    TreeMap<String, Long> one = new TreeMap<>();
    one.put("gpu", 1L);
    LaunchTemplate template =
        LaunchTemplate.of(Samples.template(1).command(), new Resources(1, 1L << 30, one));

    ApplicationId id =
        runClient(master, new ExecutorProfile("gpus", template, false, ExecutorTarget.of(5), 0));

    assertThat(workersOf(master, id)).hasSize(2);
  }

  @Test
  void launcher_mustBeThere() {
    DecidingCore master = new DecidingCore();
    LaunchTemplate plain = Samples.template(1);
    LaunchTemplate docker =
        new LaunchTemplate(
            plain.command(),
            plain.environment(),
            plain.secretEnvironment(),
            plain.files(),
            plain.resources(),
            plain.user(),
            plain.ports(),
            Optional.of("docker"),
            plain.launcherOptions(),
            plain.grace());
    ApplicationId id =
        runClient(master, new ExecutorProfile("default", docker, false, ExecutorTarget.of(1), 0));
    master.ask(Samples.worker("w1", 4));
    assertThat(workersOf(master, id)).isEmpty();
    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.IMPOSSIBLE);
    assertThat(why(master, id).text()).contains("docker");

    master.ask(
        new Request.RegisterWorker(
            new WorkerId("w2"),
            0,
            Samples.registration(new Resources(1, 1L << 36), "docker"),
            List.of()));

    assertThat(workersOf(master, id)).containsExactly("w2");
  }

  @Test
  void minimumThatNeverFits_isSaidWithBothNumbers() {
    DecidingCore master = master(2, 1);

    ApplicationId id =
        master.submit(Samples.submit("r", Samples.cluster(Samples.profile(1, 4, 3))));

    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.IMPOSSIBLE);
    assertThat(why(master, id).text())
        .startsWith("its minimum of 3 executors, each of 1 core, 1g, beside its driver of ")
        .endsWith("can never fit: all workers together have room for 2 of them");
  }

  @Test
  void minimumThatDoesNotFitNow_isSaidWithBothNumbers() {
    DecidingCore master = master(4);
    ApplicationId other = master.submit(Samples.submit("other", Samples.cluster()));
    master.launched(other.driver(1));

    ApplicationId id =
        master.submit(Samples.submit("r", Samples.cluster(Samples.profile(1, 3, 3))));

    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.RESOURCES);
    assertThat(why(master, id).text())
        .contains("its minimum of 3 executors", "does not fit now: there is room for 2 of them");
  }

  @Test
  void driver_isAdmittedTogetherWithItsMinimum_orNotAtAll() {
    DecidingCore master = master(4);

    ApplicationId first = submit(master, Samples.cluster(Samples.profile(1, 4, 3)));
    ApplicationId second = submit(master, Samples.cluster(Samples.profile(1, 1, 1)));

    assertThat(master.stateOf(first)).isEqualTo(ApplicationState.STARTING);
    assertThat(master.executors(first, ExecutionState.PENDING)).hasSize(3);
    assertThat(master.stateOf(second)).isEqualTo(ApplicationState.QUEUED);
    assertThat(master.scheduler().explain(second).place()).hasValue(1);
  }

  @Test
  void order_isPriorityThenSubmission_andWhatFitsIsNotBlocked() {
    DecidingCore master = master(4);
    ApplicationId running = runClient(master, Samples.profile(4, 1, 0));
    ApplicationId large = submit(master, Samples.cluster(Samples.profile(8, 1, 1)));
    ApplicationId early = submit(master, Samples.cluster());
    ApplicationId urgent =
        submit(master, Samples.cluster(1, 5, OptionalInt.empty(), Samples.profile(3, 1, 1)));

    master.launched(running.executor(1));
    master.ask(
        new Request.FinishApplication(
            running,
            1,
            Optional.of(Ending.exited(0)),
            Optional.empty(),
            ByteString.EMPTY,
            ByteString.EMPTY));
    master.ended(running.executor(1), Ending.exited(0));

    assertThat(master.stateOf(urgent)).isEqualTo(ApplicationState.STARTING);
    assertThat(master.stateOf(early)).isEqualTo(ApplicationState.QUEUED);
    assertThat(master.stateOf(large)).isEqualTo(ApplicationState.QUEUED);
    assertThat(why(master, large).kind()).isEqualTo(Explanation.Kind.IMPOSSIBLE);
    master.ended(urgent.driver(1), Ending.exited(0));
    assertThat(master.stateOf(early)).isEqualTo(ApplicationState.STARTING);
  }

  @Test
  void largeOne_isNotStarvedByLaterSmallOnes() {
    DecidingCore master = master(4);
    ApplicationId first = submit(master, Samples.cluster());
    ApplicationId second = submit(master, Samples.cluster());
    ApplicationId large = submit(master, Samples.cluster(Samples.profile(3, 1, 1)));
    assertThat(master.stateOf(large)).isEqualTo(ApplicationState.QUEUED);
    for (int i = 0; i < 8; i++) {
      master.advance(Duration.ofSeconds(9));
      master.ask(new Request.Heartbeat(new WorkerId("w1"), 1, ByteString.EMPTY, Optional.empty()));
    }

    ApplicationId small = submit(master, Samples.cluster());
    master.ended(first.driver(1), Ending.exited(0));
    assertThat(master.stateOf(small)).isEqualTo(ApplicationState.QUEUED);
    master.ended(second.driver(1), Ending.exited(0));

    assertThat(master.stateOf(large)).isEqualTo(ApplicationState.STARTING);
    assertThat(master.stateOf(small)).isEqualTo(ApplicationState.QUEUED);
  }

  @Test
  void workerThatFailedToLaunch_isAvoidedForAWhile() {
    DecidingCore master = master(4, 2, 2);
    ApplicationId id = runClient(master, Samples.profile(1, 1, 0));
    assertThat(workersOf(master, id)).containsExactly("w1");

    master.ended(id.executor(1), Ending.notStarted("disk full"));

    assertThat(workersOf(master, id)).containsExactly("w2");
    assertThat(master.application(id).avoided()).containsKey(new WorkerId("w1"));
    master.ended(id.executor(2), Ending.notStarted("disk full"));
    assertThat(workersOf(master, id)).containsExactly("w3");
    master.ended(id.executor(3), Ending.notStarted("disk full"));
    assertThat(master.application(id).avoided()).isEmpty();
    assertThat(workersOf(master, id)).containsExactly("w1");
  }

  @Test
  void targets_lowered_killNothing_raised_placeMore() {
    DecidingCore master = master(8);
    ApplicationId id = runClient(master, Samples.profile(1, 2, 0));

    set(master, id, 1, 0);
    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(2);
    set(master, id, 2, 5);
    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(5);
    set(master, id, 1, 8);

    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(5);
  }

  private static void set(DecidingCore master, ApplicationId id, long number, int target) {
    TreeMap<String, ExecutorTarget> targets = new TreeMap<>();
    targets.put("default", ExecutorTarget.of(target));
    master.ask(
        new Request.SetExecutorTargets(
            id, 1, number, targets, OptionalInt.empty(), new TreeSet<>()));
  }

  @Test
  void drainedAndSilentWorkers_getNothingNew() {
    DecidingCore master = master(4, 4);
    master.ask(new Request.DrainWorker(new WorkerId("w1"), true, "bob", "", Samples.DIGEST));
    ApplicationId id = runClient(master, Samples.profile(1, 2, 0));
    assertThat(workersOf(master, id)).containsExactly("w2", "w2");

    master.advance(Duration.ofSeconds(11));
    set(master, id, 1, 3);

    assertThat(workersOf(master, id)).hasSize(2);
    assertThat(why(master, id).kind()).isEqualTo(Explanation.Kind.NO_WORKERS);
  }

  @Test
  void finishedApplications_leaveTheStateWhenThereAreTooMany() {
    DecidingCore master = master(PACK, 64);
    ApplicationId[] ids = new ApplicationId[12];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = submit(master, Samples.cluster());
      master.ended(ids[i].driver(1), Ending.exited(0));
    }

    assertThat(master.state().applicationCount()).isEqualTo(10);
    assertThat(Arrays.stream(ids).filter(id -> master.state().application(id).isEmpty()))
        .containsExactly(ids[0], ids[1]);
  }
}
