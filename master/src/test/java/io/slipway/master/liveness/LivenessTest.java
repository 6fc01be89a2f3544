package io.slipway.master.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slipway.master.DecidingCore;
import io.slipway.master.Samples;
import io.slipway.master.decide.Request;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Leases, and what silence leads to. */
class LivenessTest {
  private static final WorkerId W1 = new WorkerId("w1");

  private final DecidingCore master = new DecidingCore();

  private Request.HeartbeatReply beat(String digest, Request.ListedExecution... listed) {
    return master.ask(
        new Request.Heartbeat(
            W1,
            master.state().worker(W1).orElseThrow().epoch(),
            ByteString.copyFromUtf8(digest),
            listed.length == 0 ? Optional.empty() : Optional.of(List.of(listed))));
  }

  @Test
  void lease_growsWithTheCluster_andIsRenewedThreeTimes() {
    assertThat(Liveness.leaseMillis(3)).isEqualTo(10_000);
    assertThat(Liveness.leaseMillis(30_000)).isEqualTo(30_000);
    assertThat(Liveness.renewMillis(30_000)).isEqualTo(10_000);
  }

  @Test
  void heartbeats_keepAWorkerLive_andAreNotRecorded() {
    master.ask(Samples.worker("w1", 4));
    int records = master.records().size();

    for (int i = 0; i < 5; i++) {
      master.advance(Duration.ofSeconds(9));
      beat("a");
    }

    assertThat(master.state().worker(W1).orElseThrow().state()).isEqualTo(WorkerState.LIVE);
    assertThat(master.records()).hasSize(records);
  }

  @Test
  void list_isWantedOnceForEachDigest() {
    master.ask(Samples.worker("w1", 4));
    ApplicationId id = master.submit(Samples.submit("r", Samples.cluster()));
    assertThat(beat("a").listWanted()).isTrue();

    Request.HeartbeatReply answer =
        beat(
            "a",
            new Request.ListedExecution(id.driver(1), ExecutionState.RUNNING, new TreeMap<>()));

    assertThat(answer.reconciliation().keep()).containsExactly(id.driver(1));
    assertThat(master.stateOf(id)).isEqualTo(ApplicationState.RUNNING);
    assertThat(beat("a").listWanted()).isFalse();
    assertThat(beat("b").listWanted()).isTrue();
  }

  @Test
  void suspectedWorker_heardAgain_losesNothing() {
    master.ask(Samples.worker("w1", 4));
    ApplicationId id = master.submit(Samples.submit("r", Samples.cluster()));
    master.launched(id.driver(1));
    master.advance(Duration.ofSeconds(40));
    assertThat(master.state().worker(W1).orElseThrow().state()).isEqualTo(WorkerState.SUSPECT);

    assertThat(beat("a").listWanted()).isTrue();
    master.advance(Duration.ofSeconds(9));

    assertThat(master.state().worker(W1).orElseThrow().state()).isEqualTo(WorkerState.LIVE);
    assertThat(master.state().deadlinesByTime()).isEmpty();
    assertThat(master.stateOf(id)).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void lostAfter_isTheApplicationsOwn() {
    master.ask(Samples.worker("w1", 8));
    ApplicationId patient = master.submit(Samples.submit("r1", lostAfter(300)));
    ApplicationId hasty = master.submit(Samples.submit("r2", lostAfter(15)));
    master.launched(patient.driver(1));
    master.launched(hasty.driver(1));
    master.advance(Duration.ofSeconds(11));

    master.advance(Duration.ofSeconds(5));
    assertThat(master.stateOf(hasty)).isEqualTo(ApplicationState.LOST);
    master.advance(Duration.ofSeconds(60));
    assertThat(master.state().worker(W1).orElseThrow().state()).isEqualTo(WorkerState.LOST);
    assertThat(master.stateOf(patient)).isEqualTo(ApplicationState.RUNNING);
    master.advance(Duration.ofSeconds(240));

    assertThat(master.stateOf(patient)).isEqualTo(ApplicationState.LOST);
  }

  private static ApplicationSpec lostAfter(int seconds) {
    return new ApplicationSpec(
        "sample",
        DeployMode.CLUSTER,
        Optional.of(Samples.template(1)),
        List.of(),
        OptionalInt.empty(),
        1,
        0,
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(60));
  }
}
