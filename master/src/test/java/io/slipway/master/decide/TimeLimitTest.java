package io.slipway.master.decide;

import static io.slipway.model.ApplicationState.FAILED;
import static io.slipway.model.ApplicationState.KILLED;
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
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Outcome;
import io.slipway.master.state.RoundCodec;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Applications that may run for so long. */
class TimeLimitTest {
  private static final WorkerId W1 = new WorkerId("w1");
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration NEARLY = LIMIT.minusSeconds(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Ending STOPPED =
      new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "was asked");

  private final DecidingCore master = new DecidingCore();

  @BeforeEach
  void worker() {
    master.ask(Samples.worker("w1", 4));
  }

  private static ApplicationSpec limited(int attempts, int executors) {
    return Samples.cluster(attempts, 0, OptionalInt.empty(), Samples.profile(1, executors, 0))
        .withTimeLimit(LIMIT);
  }

  private ApplicationId running(ApplicationSpec spec) {
    ApplicationId id = master.submit(Samples.submit("r" + master.records().size(), spec));
    master.launched(id.driver(1));
    master.executors(id).forEach(executor -> master.launched(executor.id()));
    return id;
  }

  /** In steps in which the worker is heard. */
  private void pass(Duration time) {
    for (Duration left = time; !left.isZero(); ) {
      Duration step = left.compareTo(Duration.ofSeconds(5)) < 0 ? left : Duration.ofSeconds(5);
      master.advance(step);
      master.ask(new Request.Heartbeat(W1, epoch(), ByteString.EMPTY, Optional.empty()));
      left = left.minus(step);
    }
  }

  private long epoch() {
    return master.state().worker(W1).orElseThrow().epoch();
  }

  private Outcome outcome(ApplicationId id) {
    return master.application(id).outcome().orElseThrow();
  }

  @Test
  void limit_passes_stopsAllAndFails() {
    ApplicationId id = running(limited(1, 2));

    pass(NEARLY);
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    pass(SECOND);

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    assertThat(outcome(id).result()).isEqualTo(FAILED);
    assertThat(outcome(id).cause()).isEqualTo("its time limit of 10m passed");
    assertThat(master.execution(id.driver(1)).stop().orElseThrow().reason())
        .isEqualTo("its time limit of 10m passed");
    assertThat(master.executors(id, ExecutionState.STOPPING)).hasSize(2);
    master.ended(id.executor(1), STOPPED);
    master.ended(id.executor(2), STOPPED);
    master.ended(id.driver(1), STOPPED);
    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(outcome(id).overTime()).isTrue();
    assertThat(outcome(id).driver()).contains(STOPPED);
  }

  @Test
  void limit_passed_staysTheOutcomeThoughTheDriverEndsWith0() {
    ApplicationId id = running(limited(1, 0));
    pass(LIMIT);

    master.ended(id.driver(1), Ending.exited(0));

    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(outcome(id).overTime()).isTrue();
    assertThat(outcome(id).driver()).contains(Ending.exited(0));
  }

  @Test
  void limit_countsFromWhenTheDriverRuns() {
    ApplicationId first = running(Samples.cluster(Samples.profile(3, 1, 1)));
    ApplicationId id = master.submit(Samples.submit("queued", limited(1, 0)));
    pass(LIMIT);
    assertThat(master.stateOf(id)).isEqualTo(QUEUED);
    master.ended(first.driver(1), Ending.exited(0));
    assertThat(master.stateOf(id)).isEqualTo(STARTING);
    pass(SECOND);
    master.launched(id.driver(1));

    pass(NEARLY);
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);
    pass(SECOND);

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
  }

  @Test
  void limit_countsOverAllAttempts() {
    ApplicationId id = running(limited(3, 0));
    pass(NEARLY);
    master.ended(id.driver(1), Ending.exited(1));
    master.launched(id.driver(2));
    assertThat(master.stateOf(id)).isEqualTo(RUNNING);

    pass(SECOND);

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    master.ended(id.driver(2), STOPPED);
    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(master.application(id).attempt()).isEqualTo(2);
  }

  @Test
  void limit_passesBetweenAttempts_startsNoOther() {
    ApplicationId id = running(limited(3, 1));
    master.ask(new Request.DrainWorker(W1, true, "bob", "", Samples.DIGEST));
    master.ended(id.driver(1), Ending.exited(1));
    assertThat(master.stateOf(id)).isEqualTo(RESTARTING);

    pass(LIMIT);

    assertThat(master.stateOf(id)).isEqualTo(STOPPING);
    master.ended(id.executor(1), STOPPED);
    assertThat(master.stateOf(id)).isEqualTo(FAILED);
    assertThat(outcome(id).overTime()).isTrue();
    assertThat(outcome(id).driver()).contains(Ending.exited(1));
    assertThat(master.state().execution(id.driver(2))).isEmpty();
  }

  @Test
  void driver_endsBeforeItIsStopped_decidesByItself() {
    ApplicationId id = running(limited(1, 0));
    pass(NEARLY);

    master.ended(id.driver(1), Ending.exited(0));
    pass(LIMIT);

    assertThat(master.stateOf(id)).isEqualTo(SUCCEEDED);
    assertThat(outcome(id).overTime()).isFalse();
    assertThat(master.state().timeLimits()).isZero();
  }

  @Test
  void kill_beforeTheLimit_isTheOutcome() {
    ApplicationId id = running(limited(1, 0));
    master.ask(new Request.KillApplication(id, "bob", Optional.empty()));

    pass(LIMIT);
    master.ended(id.driver(1), STOPPED);

    assertThat(master.stateOf(id)).isEqualTo(KILLED);
    assertThat(outcome(id).overTime()).isFalse();
  }

  @Test
  void clientMode_limitPasses_isToldWithTheLease() {
    ApplicationId id = master.submit(Samples.submit("c", Samples.client().withTimeLimit(LIMIT)));
    master.ask(new Request.RenewLease(id, 1, "", true));
    pass(Duration.ofSeconds(5));
    assertThat(master.state().timeLimits()).isZero();
    master.ask(new Request.RenewLease(id, 1, "", false));
    for (Duration passed = Duration.ZERO;
        passed.compareTo(LIMIT) < 0;
        passed = passed.plusSeconds(5)) {
      assertThat(master.ask(new Request.RenewLease(id, 1, "", false)).stop()).isEmpty();
      pass(Duration.ofSeconds(5));
    }

    assertThat(master.ask(new Request.RenewLease(id, 1, "", false)).stop().orElseThrow().reason())
        .isEqualTo("its time limit of 10m passed");
  }

  @Test
  void time_isInTheJournalNowAndThen_whileALimitCounts() throws Exception {
    running(limited(1, 0));
    long began = master.state().nowMillis();
    pass(NEARLY);

    ClusterState started = new ClusterState();
    for (ByteString record : master.records()) {
      started.apply(RoundCodec.decode(record));
    }

    assertThat(started.nowMillis() - began).isGreaterThanOrEqualTo(NEARLY.toMillis() - 15_000);
    assertThat(started.timeLimits()).isEqualTo(1);
  }

  @Test
  void time_isNotInTheJournal_whereNoLimitCounts() {
    running(Samples.cluster());
    List<ByteString> before = List.copyOf(master.records());

    pass(NEARLY);

    assertThat(master.records()).isEqualTo(before);
  }

  @Test
  void limit_ofAThousandYears_isRefused() {
    ApplicationSpec spec = Samples.cluster().withTimeLimit(Duration.ofDays(365_000));

    assertThatThrownBy(() -> master.submit(Samples.submit("r", spec)))
        .isInstanceOf(RequestRefused.class)
        .hasMessage("time limit of 365000 days is too long");
  }
}
