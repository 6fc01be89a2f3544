package io.slipway.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.model.FakeClock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaunchGateTest {
  private final FakeClock clock = new FakeClock();
  private final LaunchGate gate = new LaunchGate(2, clock);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void enter_full_waitsUntilOneHasSettled() throws Exception {
    LaunchGate.Pass first = gate.enter();
    gate.enter();
    Future<LaunchGate.Pass> third = threads.submit(gate::enter);

    first.giveBackSoon();
    assertThat(third).isNotDone();
    clock.advance(Duration.ofSeconds(1));

    await().until(third::isDone);
  }

  @Test
  void giveBack_endedBeforeItSettled_countsOnce() throws Exception {
    LaunchGate.Pass first = gate.enter();
    gate.enter();
    first.giveBackSoon();
    first.giveBack();
    clock.advance(Duration.ofSeconds(1));

    gate.enter();
    Future<LaunchGate.Pass> fourth = threads.submit(gate::enter);
    assertThat(fourth).isNotDone();
  }

  @Test
  void enter_launchesThatTakeLong_areNotWaitedFor() throws Exception {
    LaunchGate.Pass slow = gate.enter();
    gate.enter();
    Future<LaunchGate.Pass> third = threads.submit(gate::enter);

    clock.advance(Duration.ofSeconds(5));

    await().until(third::isDone);
    slow.giveBack();
    gate.enter();
    assertThat(threads.submit(gate::enter)).isNotDone();
  }

  @Test
  void pass_full_doesNotWait() throws Exception {
    gate.enter();
    gate.enter();

    gate.pass().giveBack();

    assertThat(threads.submit(gate::enter)).isNotDone();
  }
}
