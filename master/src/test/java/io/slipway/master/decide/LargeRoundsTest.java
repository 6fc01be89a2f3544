package io.slipway.master.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slipway.master.DecidingCore;
import io.slipway.master.Samples;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Round;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What users may ask for at once, however much it is, is decided in rounds that the journal takes;
 * what has no room in one follows in the next.
 */
class LargeRoundsTest {
  private static final WorkerId WORKER = new WorkerId("w1");
  private static final Resources HUGE = new Resources(60_000, ByteSize.GIB << 16);
  private static final Resources UNIT = new Resources(1, ByteSize.MIB);

  private final DecidingCore master = new DecidingCore();

  @AfterEach
  void everyRoundFitsTheJournal() {
    assertThat(master.records()).extracting(ByteString::size).allMatch(n -> n <= Round.MAX_BYTES);
  }

  private static LaunchTemplate template(String... command) {
    return LaunchTemplate.of(new CommandTemplate.Program(List.of(command)), UNIT);
  }

  private static ExecutorProfile profile(int number, int target, int minimum) {
    return new ExecutorProfile(
        "profile-with-a-long-name-" + number,
        template("true"),
        false,
        ExecutorTarget.of(target),
        minimum);
  }

  private static List<ExecutorProfile> profiles(int count, int target, int minimum) {
    return IntStream.range(0, count).mapToObj(n -> profile(n, target, minimum)).toList();
  }

  private ApplicationId submit(LaunchTemplate driver, List<ExecutorProfile> profiles) {
    ApplicationSpec plain = Samples.cluster();
    return master.submit(
        Samples.submit(
            "request-" + master.records().size(),
            new ApplicationSpec(
                plain.name(),
                plain.deployMode(),
                Optional.of(driver),
                profiles,
                OptionalInt.empty(),
                1,
                0,
                plain.lostAfter(),
                plain.registerTimeout())));
  }

  private List<ApplicationId> submitMany(int count, List<ExecutorProfile> profiles) {
    List<ApplicationId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(submit(template("true"), profiles));
    }
    return ids;
  }

  /** Decides until nothing is left over. */
  private void settle() {
    master.advance(Duration.ZERO);
  }

  private void report(List<Request.ExecutionReport> reports) {
    List<Request.ExecutionReport> rest = new ArrayList<>(reports);
    while (!rest.isEmpty()) {
      TreeSet<ExecutionId> taken =
          new TreeSet<>(master.ask(new Request.ReportExecutions(WORKER, 1, rest)).acknowledged());
      assertThat(taken).isNotEmpty();
      rest.removeIf(report -> taken.contains(report.execution()));
    }
    settle();
  }

  private void launchAll() {
    List<Request.ExecutionReport> launched = new ArrayList<>();
    for (Execution row : master.state().activeOn(WORKER).values()) {
      if (row.state() == ExecutionState.LAUNCHING) {
        launched.add(new Request.ExecutionReport.Launched(row.id(), new TreeMap<>()));
      }
    }
    report(launched);
  }

  private void end(List<ExecutionId> executions, Ending ending) {
    report(
        executions.stream()
            .<Request.ExecutionReport>map(
                id ->
                    new Request.ExecutionReport.Ended(
                        id, ending, ByteString.EMPTY, ByteString.EMPTY))
            .toList());
  }

  @Test
  void manyDriversWithTheirExecutors_areAdmittedAtOnce() {
    List<ApplicationId> ids = submitMany(200, profiles(32, 1, 1));

    master.ask(Samples.worker(WORKER.value(), HUGE));
    settle();

    assertThat(ids).allMatch(id -> master.stateOf(id) == ApplicationState.STARTING);
  }

  @Test
  void manyKindsOfExecutors_arePlacedAtOnce() {
    master.ask(Samples.worker(WORKER.value(), new Resources(250, HUGE.memoryBytes())));
    List<ApplicationId> ids = submitMany(250, profiles(32, 1, 0));
    settle();
    launchAll();
    assertThat(ids).allMatch(id -> master.stateOf(id) == ApplicationState.RUNNING);

    master.ask(Samples.worker("w2", HUGE));
    settle();

    assertThat(ids).allMatch(id -> master.executors(id, ExecutionState.LAUNCHING).size() == 32);
  }

  @Test
  void tenThousandExecutors_ofOneTable_arePlacedAndStopped() {
    master.ask(Samples.worker(WORKER.value(), HUGE));
    ApplicationId id = submit(template("true"), List.of(profile(0, 0, 0)));
    launchAll();

    master.ask(
        new Request.SetExecutorTargets(
            id,
            1,
            1,
            new TreeMap<>(Map.of(profile(0, 0, 0).name(), ExecutorTarget.of(50_000))),
            OptionalInt.empty(),
            new TreeSet<>()));
    settle();

    assertThat(master.executors(id, ExecutionState.LAUNCHING)).hasSize(50_000);
    master.ask(new Request.KillApplication(id, "ann", Optional.empty()));
    settle();
    assertThat(master.executors(id)).noneMatch(Execution::wanted);
  }

  @Test
  void submissionsAsLargeAsAllowed_inOneRound() {
    Deliberation round = master.begin();
    int taken = 0;
    while (!round.full()) {
      ApplicationSpec plain = Samples.cluster();
      round
          .handle(
              Samples.submit(
                  "large-" + taken++,
                  new ApplicationSpec(
                      plain.name(),
                      plain.deployMode(),
                      Optional.of(template("true", "x".repeat(SubmissionLimits.BYTES - 1_000))),
                      List.of(),
                      OptionalInt.empty(),
                      1,
                      0,
                      plain.lostAfter(),
                      plain.registerTimeout())))
          .get();
    }

    master.commit(round);

    assertThat(master.state().applicationCount()).isEqualTo(taken);
  }

  @Test
  void manyDrivers_endingAtOnceWithManyWords_areAllConcluded() {
    master.ask(Samples.worker(WORKER.value(), HUGE));
    List<ApplicationId> ids = submitMany(100, List.of());
    settle();

    String words = "\u20ac".repeat(2_000);
    end(
        ids.stream().map(id -> id.driver(1)).toList(),
        new Ending(new ExitStatus.NotStarted(words), false, Optional.empty(), words));

    assertThat(ids).allMatch(id -> master.stateOf(id) == ApplicationState.FAILED);
  }

  @Test
  void manyExecutions_lostWithTheirWorker_areAllConcluded() {
    master.ask(Samples.worker(WORKER.value(), HUGE));
    List<ApplicationId> ids = submitMany(200, profiles(8, 2, 2));
    settle();
    launchAll();
    assertThat(ids).allMatch(id -> master.stateOf(id) == ApplicationState.RUNNING);

    master.advance(Duration.ofSeconds(15));
    master.advance(Duration.ofMinutes(5));

    assertThat(ids).allMatch(id -> master.stateOf(id) == ApplicationState.LOST);
  }
}
