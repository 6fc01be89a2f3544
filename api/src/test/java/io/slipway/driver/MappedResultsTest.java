package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of results, over loopback. */
@Timeout(60)
class MappedResultsTest {
  private static volatile CountDownLatch go;

  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    go = new CountDownLatch(1);
    bed = new SessionBed();
    bed.startExecutor(1);
    bed.startExecutor(1);
  }

  @AfterEach
  void close() {
    go.countDown();
    bed.close();
  }

  private static int waitIfFirst(int element) throws InterruptedException {
    if (element == 0) {
      go.await();
    }
    return element;
  }

  @Test
  void map_asGiven_resultsComeInOrder() {
    List<Integer> elements = IntStream.range(0, 10_000).boxed().toList();

    try (Stream<Integer> results = bed.executor().map(elements, i -> i + 1, ResultOrder.AS_GIVEN)) {
      assertThat(results.toList()).isEqualTo(IntStream.rangeClosed(1, 10_000).boxed().toList());
    }
  }

  @Test
  void map_asCompleted_aSlowOneHoldsUpNobody() {
    Iterator<Integer> results =
        bed.executor()
            .map(List.of(0, 1, 2, 3), MappedResultsTest::waitIfFirst, ResultOrder.AS_COMPLETED)
            .iterator();

    assertThat(List.of(results.next(), results.next(), results.next()))
        .containsExactlyInAnyOrder(1, 2, 3);
    go.countDown();
    assertThat(results.next()).isZero();
    assertThat(results.hasNext()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void map_noElements_noResults(ResultOrder order) {
    assertThat(bed.executor().map(List.<Integer>of(), i -> i, order)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void map_endlessElements_areTakenOnlyAsResultsAreRead(ResultOrder order) {
    AtomicInteger taken = new AtomicInteger();
    Stream<Integer> endless = Stream.generate(taken::incrementAndGet);

    try (Stream<Integer> results = bed.executor().map(endless::iterator, i -> i, order)) {
      assertThat(results.limit(100)).hasSize(100);
    }

    assertThat(taken.get()).isBetween(100, 1_000);
    await().until(() -> bed.executor().sentTasks() + bed.executor().waitingTasks() == 0);
  }

  @Test
  void map_oneFails_endsThereAndCancelsTheOthers() {
    List<Integer> read = new java.util.concurrent.CopyOnWriteArrayList<>();
    Stream<Integer> results =
        bed.executor()
            .map(
                IntStream.range(1, 1_000_000).boxed()::iterator,
                i -> {
                  if (i == 50) {
                    throw new IllegalArgumentException("fifty");
                  }
                  return i;
                },
                ResultOrder.AS_GIVEN);

    assertThatThrownBy(() -> results.forEach(read::add))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fifty");

    assertThat(read).hasSize(49);
    await().until(() -> bed.executor().sentTasks() + bed.executor().waitingTasks() == 0);
  }

  @Test
  void map_elementsFail_endsAndCancelsTheOthers() {
    Stream<Integer> elements =
        Stream.of(0, 1)
            .peek(
                i -> {
                  if (i == 1) {
                    throw new IllegalStateException("no more");
                  }
                });
    Stream<Integer> results =
        bed.executor()
            .map(elements::iterator, MappedResultsTest::waitIfFirst, ResultOrder.AS_GIVEN);

    assertThatThrownBy(results::toList).hasMessage("no more");

    await().until(() -> bed.executor().sentTasks() + bed.executor().waitingTasks() == 0);
  }

  @Test
  void map_readerIsInterrupted_endsAndCancels() {
    Stream<Integer> results =
        bed.executor().map(List.of(0, 1), MappedResultsTest::waitIfFirst, ResultOrder.AS_GIVEN);
    Thread.currentThread().interrupt();

    assertThatThrownBy(results::toList).isInstanceOf(CancellationException.class);

    assertThat(Thread.interrupted()).isTrue();
    await().until(() -> bed.executor().sentTasks() + bed.executor().waitingTasks() == 0);
  }

  @Test
  void map_executorIsLostInTheMiddle_allResultsCome() {
    Iterator<Integer> results =
        bed.executor()
            .map(IntStream.range(0, 5_000).boxed()::iterator, i -> i, ResultOrder.AS_GIVEN)
            .iterator();
    for (int i = 0; i < 1_000; i++) {
      assertThat(results.next()).isEqualTo(i);
    }

    bed.killExecutor(1);

    for (int i = 1_000; i < 5_000; i++) {
      assertThat(results.next()).isEqualTo(i);
    }
    assertThat(results.hasNext()).isFalse();
  }

  @Test
  void window_sizeOfTasks_saysHowManyThereMayBe() {
    ResultWindow window = new ResultWindow();
    assertThat(window.limit(4)).isEqualTo(8);
    for (int i = 0; i < 20_000; i++) {
      window.took(100);
    }
    assertThat(window.limit(4)).isEqualTo(ResultWindow.MOST);

    window.took(ResultWindow.BYTES / 10);
    assertThat(window.limit(4)).isEqualTo(10);
    window.took(ResultWindow.BYTES * 2);
    assertThat(window.limit(4)).isEqualTo(8);
    assertThat(window.limit(0)).isEqualTo(1);
  }
}
