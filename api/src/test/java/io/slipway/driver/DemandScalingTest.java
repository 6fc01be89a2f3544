package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.driver.DemandScaling.Load;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemandScalingTest {
  private static final long BACKLOG = 10;
  private static final long IDLE = 100;
  private static CountDownLatch go = new CountDownLatch(1);

  private final DemandScaling scaling = scaling(1, 10);

  private static DemandScaling scaling(int minimum, int maximum) {
    return new DemandScaling(
        new OnDemandExecutors(minimum, maximum, Duration.ofNanos(BACKLOG), Duration.ofNanos(IDLE)),
        2);
  }

  private static Load load(int waiting, int sent, long... idleSince) {
    Map<Integer, Long> executors = new TreeMap<>();
    for (int i = 0; i < idleSince.length; i++) {
      executors.put(i + 1, idleSince[i]);
    }
    return new Load(waiting, sent, executors, idleSince.length * 4);
  }

  @Test
  void decide_atFirst_asksForTheMinimumOrWhatIsThere() {
    assertThat(scaling.decide(0, load(0, 0)).target()).isEqualTo(1);
    assertThat(scaling(1, 10).decide(0, load(0, 0, 0, 0, 0)).target()).isEqualTo(3);
    assertThat(scaling(1, 2).decide(0, load(0, 0, 0, 0, 0)).target()).isEqualTo(2);
  }

  @Test
  void decide_tasksWaitForLong_asksForAsManyAsRunThemAll() {
    assertThat(scaling.decide(0, load(7, 0)).target()).isEqualTo(1);
    assertThat(scaling.decide(BACKLOG - 1, load(7, 0)).target()).isEqualTo(1);

    assertThat(scaling.decide(BACKLOG, load(7, 0)).target()).isEqualTo(4); // of two cores
    assertThat(scaling.decide(BACKLOG, load(19, 4, Load.BUSY)).target()).isEqualTo(6); // of four
    assertThat(scaling.decide(BACKLOG, load(1_000, 4, Load.BUSY)).target()).isEqualTo(10);
  }

  @Test
  void decide_tasksWaitShortlyAgainAndAgain_asksForNoMore() {
    for (long now = 0; now < 10 * BACKLOG; now += BACKLOG - 1) {
      assertThat(scaling.decide(now, load(50, 4, Load.BUSY)).target()).isEqualTo(1);
      assertThat(scaling.decide(now + 1, load(0, 4, Load.BUSY)).target()).isEqualTo(1);
    }
  }

  @Test
  void decide_executorsAreIdle_lowersTheTargetAndReleasesTheLongestIdle() {
    Load load = load(0, 2, 30, Load.BUSY, 20, 10, IDLE);
    scaling.decide(0, load);

    DemandScaling.Decision decision = scaling.decide(IDLE + 20, load);

    assertThat(decision.idle()).containsExactly(4, 3);
    assertThat(decision.target()).isEqualTo(3);
    assertThat(scaling.decide(IDLE + 20, load).idle()).isEmpty(); // they are leaving
  }

  @Test
  void decide_allAreIdle_keepsTheMinimum() {
    Load load = load(0, 0, 0, 0, 0);
    scaling.decide(0, load);

    DemandScaling.Decision decision = scaling.decide(IDLE, load);

    assertThat(decision.idle()).hasSize(2);
    assertThat(decision.target()).isEqualTo(1);
  }

  @Test
  void decide_nothingToDoWhileExecutorsHaveNotCome_takesTheWishBack() {
    scaling.decide(0, load(100, 0));
    assertThat(scaling.decide(BACKLOG, load(100, 0)).target()).isEqualTo(10);
    scaling.decide(BACKLOG, load(0, 1, Load.BUSY));

    assertThat(scaling.decide(BACKLOG + IDLE, load(0, 1, Load.BUSY)).target()).isEqualTo(1);
  }

  @Test
  void stay_executorsGotTasksAfterAll_areWantedAgain() {
    Load load = load(0, 0, 0, 0);
    scaling.decide(0, load);
    DemandScaling.Decision decision = scaling.decide(IDLE, load);

    scaling.stay(decision.idle());

    assertThat(scaling.decide(IDLE, load(0, 2, Load.BUSY, Load.BUSY)).target()).isEqualTo(2);
  }

  @Test
  void onDemandExecutors_noRange_isRefused() {
    assertThatThrownBy(() -> OnDemandExecutors.between(-1, 3)).hasMessageContaining("-1");
    assertThatThrownBy(() -> OnDemandExecutors.between(4, 3)).hasMessageContaining("from 4 to 3");
    assertThatThrownBy(() -> OnDemandExecutors.between(0, 0)).hasMessageContaining("from 0 to 0");
    assertThatThrownBy(() -> new OnDemandExecutors(0, 1, Duration.ZERO, Duration.ofSeconds(1)))
        .hasMessageContaining("backlog");
  }

  private static int target(SessionBed bed) {
    List<SetExecutorTargetsRequest> targets = bed.master().targets();
    return targets.isEmpty()
        ? -1
        : targets.get(targets.size() - 1).getTargets(0).getTarget().getTotal();
  }

  @Test
  void setExecutorsOnDemand_backlogThenIdle_executorsComeAndGo() throws Exception {
    go = new CountDownLatch(1);
    try (SessionBed bed = new SessionBed()) {
      bed.executor()
          .setExecutorsOnDemand(
              new OnDemandExecutors(0, 3, Duration.ofMillis(20), Duration.ofMillis(100)));
      await().until(() -> target(bed) == 0);

      List<Future<Integer>> tasks =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      bed.executor()
                          .submit(
                              () -> {
                                go.await();
                                return i;
                              }))
              .toList();
      await().until(() -> target(bed) == 3);
      bed.startExecutor(1);
      bed.startExecutor(1);
      assertThat(bed.master().released()).isEmpty();
      go.countDown();
      for (Future<Integer> task : tasks) {
        task.get();
      }

      await().until(() -> bed.master().released().containsAll(List.of(1, 2)));
      assertThat(target(bed)).isZero();
    } finally {
      go.countDown();
    }
  }

  @Test
  void setExecutors_afterOnDemand_endsIt() throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);
      bed.executor()
          .setExecutorsOnDemand(
              new OnDemandExecutors(0, 3, Duration.ofMillis(5), Duration.ofMinutes(1)));

      bed.executor().setExecutors(7);

      await().until(() -> target(bed) == 7);
      assertThat(bed.executor().submit(() -> 1).get()).isEqualTo(1);
      assertThat(target(bed)).isEqualTo(7);
    }
  }
}
