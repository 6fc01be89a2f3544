package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeClockTest {
  private final FakeClock clock = new FakeClock();
  private final List<Long> ran = new ArrayList<>();

  @Test
  void advance_pastTwoTimers_runsThemInOrderAtTheirTimes() {
    clock.schedule(20, () -> ran.add(clock.nanoTime()));
    clock.schedule(10, () -> ran.add(clock.nanoTime()));

    clock.advance(Duration.ofNanos(30));

    assertThat(ran).containsExactly(10L, 20L);
    assertThat(clock.nanoTime()).isEqualTo(30);
  }

  @Test
  void advance_timerThatSchedulesAnother_runsBoth() {
    clock.schedule(10, () -> clock.schedule(5, () -> ran.add(clock.nanoTime())));

    clock.advance(Duration.ofNanos(15));

    assertThat(ran).containsExactly(15L);
  }

  @Test
  void cancel_beforeItIsDue_neverRuns() {
    clock.schedule(10, () -> ran.add(0L)).cancel();

    clock.advance(Duration.ofNanos(10));

    assertThat(ran).isEmpty();
  }
}
