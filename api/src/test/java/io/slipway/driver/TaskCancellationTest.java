package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.executor.NamedTask;
import io.slipway.executor.TaskTimeLimitException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that are not wanted any more, or run for too long. */
@Timeout(60)
class TaskCancellationTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Map<String, CountDownLatch> LATCHES = new ConcurrentHashMap<>();
  private static final AtomicInteger RAN = new AtomicInteger();

  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    LATCHES.clear();
    RAN.set(0);
    bed = new SessionBed();
    bed.startExecutor(1);
  }

  @AfterEach
  void close() {
    LATCHES.values().forEach(CountDownLatch::countDown);
    bed.close();
  }

  private static CountDownLatch latch(String name) {
    return LATCHES.computeIfAbsent(name, key -> new CountDownLatch(1));
  }

  private static int begin() throws InterruptedException {
    latch("begun").countDown();
    latch("go").await();
    return 1;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cancel_taskSentButNotBegun_neverRuns(boolean interrupt) throws Exception {
    bed.executor().map(IntStream.range(0, 2_000).boxed().toList(), i -> i); // takes many ahead
    Future<Integer> running = bed.executor().submit(TaskCancellationTest::begin);
    Future<Integer> sent = bed.executor().submit(RAN::incrementAndGet);
    latch("begun").await();

    sent.cancel(interrupt);
    latch("go").countDown();

    assertThat(running.get()).isEqualTo(1);
    assertThat(bed.executor().submit(() -> 2).get()).isEqualTo(2);
    await().until(() -> bed.executor().sentTasks() == 0);
    assertThat(RAN).hasValue(0);
  }

  @Test
  void cancel_withoutInterrupt_runningTaskGoesOn() throws Exception {
    Future<Integer> task =
        bed.executor()
            .submit(
                () -> {
                  begin();
                  return RAN.incrementAndGet();
                });
    latch("begun").await();

    task.cancel(false);
    latch("go").countDown();

    await().until(() -> RAN.get() == 1);
    assertThat(task.isCancelled()).isTrue();
  }

  @Test
  void withTimeLimit_taskRunsTooLong_isInterruptedAndFailsWhereItWas() throws Exception {
    Future<Integer> task =
        bed.executor()
            .withTimeLimit(SHORT)
            .submit(
                () -> {
                  try {
                    return begin();
                  } catch (InterruptedException e) {
                    latch("interrupted").countDown();
                    throw e;
                  }
                });

    assertThatThrownBy(task::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("executor 1 on 127.0.0.1")
        .cause()
        .isInstanceOf(TaskTimeLimitException.class)
        .hasMessageContaining("PT0.05S")
        .hasStackTraceContaining("TaskCancellationTest.begin");
    latch("interrupted").await();
    assertThat(bed.executor().submit(() -> 2).get()).isEqualTo(2);
  }

  @Test
  void withTimeLimit_taskIgnoresInterrupts_failsAllTheSame() throws Exception {
    Future<Integer> task =
        bed.executor()
            .withTimeLimit(SHORT)
            .submit(
                () -> {
                  while (latch("go").getCount() > 0) {
                    Thread.onSpinWait();
                  }
                  return RAN.incrementAndGet();
                });

    assertThatThrownBy(task::get).hasCauseInstanceOf(TaskTimeLimitException.class);
    assertThat(RAN).hasValue(0);
    latch("go").countDown();
    assertThat(bed.executor().submit(() -> 2).get()).isEqualTo(2);
  }

  @Test
  void withTimeLimit_taskInTime_givesItsResultAndDisturbsNobody() throws Exception {
    SlipwayExecutor limited = bed.executor().withTimeLimit(LONG);

    assertThat(limited.map(List.of(1, 2, 3), i -> i + 1)).containsExactly(2, 3, 4);
    assertThat(bed.executor().submit(Thread::interrupted).get()).isFalse();
  }

  /** A task by name that ends when it is interrupted. */
  public static final class Endless implements NamedTask {
    @Override
    public byte[] run(byte[] input) throws Exception {
      latch("never").await();
      return input;
    }
  }

  @Test
  void withTimeLimit_namedTaskWithLargeInput_isLimitedToo() {
    Future<byte[]> task =
        bed.executor()
            .withTimeLimit(SHORT)
            .submitNamed(Endless.class.getName(), new byte[2 * TaskPayload.PIECE_BYTES]);

    assertThatThrownBy(task::get).hasCauseInstanceOf(TaskTimeLimitException.class);
  }

  @Test
  void withTimeLimit_executorIsLost_taskHasAllOfItAgainInAnother() throws Exception {
    Future<Integer> task =
        bed.executor()
            .withTimeLimit(LONG)
            .submit(
                () -> {
                  RAN.incrementAndGet();
                  return begin();
                });
    latch("begun").await();

    bed.startExecutor(1);
    bed.killExecutor(1);
    await().until(() -> RAN.get() == 2);
    latch("go").countDown();

    assertThat(task.get()).isEqualTo(1);
  }

  @Test
  void withTimeLimit_nothingOrTooMuch_isRefused() {
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(366))) {
      assertThatThrownBy(() -> bed.executor().withTimeLimit(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong.toString());
    }
  }
}
