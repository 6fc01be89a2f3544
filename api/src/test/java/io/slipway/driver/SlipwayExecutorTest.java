package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.executor.NamedTask;
import io.slipway.executor.RunningExecutor;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks travel for real, over loopback; tasks and test meet in static fields. */
@Timeout(60)
class SlipwayExecutorTest {
  private static final Map<String, CountDownLatch> LATCHES = new ConcurrentHashMap<>();
  private static final Map<String, AtomicInteger> COUNTERS = new ConcurrentHashMap<>();

  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    LATCHES.clear();
    COUNTERS.clear();
    bed = new SessionBed();
  }

  @AfterEach
  void close() {
    LATCHES.values().forEach(CountDownLatch::countDown);
    bed.close();
  }

  private static CountDownLatch latch(String name) {
    return LATCHES.computeIfAbsent(name, key -> new CountDownLatch(1));
  }

  private static int count(String name) {
    return COUNTERS.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
  }

  private static int counted(String name) {
    return COUNTERS.containsKey(name) ? COUNTERS.get(name).get() : 0;
  }

  private static String awaitLatch(String name) throws InterruptedException {
    latch(name).await();
    return name;
  }

  @Test
  void submit_lambdaWithoutCast_givesItsResult() throws Exception {
    bed.startExecutor(1);

    assertThat(bed.executor().submit(() -> 1).get()).isEqualTo(1);
    assertThat(bed.executor().submit(() -> Thread.currentThread().getName()).get())
        .isEqualTo("task-1");
  }

  @Test
  void submit_runnable_runsThere() throws Exception {
    bed.startExecutor(1);

    bed.executor().submit(() -> latch("ran").countDown()).get();

    assertThat(latch("ran").getCount()).isZero();
    assertThat(bed.executor().submit(() -> latch("x").countDown(), "done").get()).isEqualTo("done");
  }

  @Test
  void submit_beforeAnyExecutor_waitsForOne() throws Exception {
    Future<Integer> future = bed.executor().submit(() -> 2);
    assertThatThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    bed.startExecutor(1);

    assertThat(future.get()).isEqualTo(2);
  }

  @Test
  void submit_null_givesNull() throws Exception {
    bed.startExecutor(1);

    assertThat(bed.executor().submit(() -> (String) null).get()).isNull();
  }

  @Test
  void submitNamed_bytes_areGivenToTheClass() throws Exception {
    bed.startExecutor(1);

    Future<byte[]> upper =
        bed.executor()
            .submitNamed(UpperCase.class.getName(), "abc".getBytes(StandardCharsets.UTF_8));

    assertThat(upper.get()).asString().isEqualTo("ABC");
  }

  /** A task by name. */
  public static final class UpperCase implements NamedTask {
    @Override
    public byte[] run(byte[] input) {
      return new String(input, StandardCharsets.UTF_8)
          .toUpperCase(java.util.Locale.ROOT)
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  @Test
  void get_taskThrew_causeIsItsExceptionWithTheRemoteStackTrace() throws Exception {
    bed.startExecutor(1);

    Future<Object> future =
        bed.executor()
            .submit(
                () -> {
                  throw new IllegalStateException("boom");
                });

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("executor 1 on 127.0.0.1")
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("boom")
        .satisfies(
            cause ->
                assertThat(cause.getStackTrace()[0].getClassName())
                    .isEqualTo(SlipwayExecutorTest.class.getName()));
  }

  @Test
  void get_exceptionCannotTravel_causeShowsTheRemoteStackTrace() throws Exception {
    bed.startExecutor(1);

    Future<Object> future =
        bed.executor()
            .submit(
                () -> {
                  throw new Unserializable("no way");
                });

    assertThatThrownBy(future::get)
        .cause()
        .isInstanceOf(RemoteTaskException.class)
        .hasMessageContaining("no way")
        .hasStackTraceContaining("SlipwayExecutorTest.");
  }

  private static final class Unserializable extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("unused")
    private final Object lock = new Object();

    Unserializable(String message) {
      super(message);
    }
  }

  private record Point(int x, int y) implements Serializable {}

  @Test
  void get_threadCannotSeeTheResultsClass_failsNamingItAndAnotherThreadCanReadIt()
      throws Exception {
    bed.startExecutor(1);
    Future<Point> task = bed.executor().submit(() -> new Point(1, 2));
    Thread reader = Thread.currentThread();
    ClassLoader itsOwn = reader.getContextClassLoader();

    reader.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertThatThrownBy(task::get)
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("the task's result can't be deserialized")
          .hasMessageContaining(Point.class.getName());
    } finally {
      reader.setContextClassLoader(itsOwn);
    }

    assertThat(task.get()).isEqualTo(new Point(1, 2));
  }

  @Test
  void get_resultCannotBeSerialized_failsNamingTheField() throws Exception {
    bed.startExecutor(1);

    Future<Holder> future = bed.executor().submit(() -> new Holder(new Object()));

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasStackTraceContaining("the task's result can't be serialized")
        .hasStackTraceContaining("field 'connection' of class " + Holder.class.getName());
  }

  private record Holder(Object connection) implements Serializable {}

  @Test
  void submit_capturesUnserializable_isRefusedNamingTheField() {
    Holder holder = new Holder(new Thread());

    assertThatThrownBy(() -> bed.executor().submit(() -> holder.toString()))
        .isInstanceOf(TaskNotSerializableException.class)
        .hasMessageContaining("captures a variable")
        .hasMessageContaining("field 'connection' of class " + Holder.class.getName())
        .hasMessageContaining("java.lang.Thread");
    assertThatThrownBy(() -> bed.executor().submit(() -> bed.toString()))
        .hasMessageContaining("captures 'this', a " + SlipwayExecutorTest.class.getName());
    Callable<Integer> plain = () -> 1;
    assertThatThrownBy(() -> bed.executor().submit(plain))
        .hasMessageContaining("SerializableCallable");
  }

  @Test
  void map_elements_givesResultsInOrder() throws Exception {
    bed.startExecutor(2);
    bed.startExecutor(2);

    List<Integer> squares =
        bed.executor().map(IntStream.range(0, 1_000).boxed().toList(), i -> i * i);

    assertThat(squares).isEqualTo(IntStream.range(0, 1_000).mapToObj(i -> i * i).toList());
  }

  @Test
  void map_oneFails_throwsAndCancelsTheOthers() throws Exception {
    bed.startExecutor(2);

    assertThatThrownBy(
            () ->
                bed.executor()
                    .map(
                        List.of("wait", "fail"),
                        name -> {
                          if (name.equals("fail")) {
                            throw new IllegalArgumentException(name);
                          }
                          return awaitLatch(name);
                        }))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("fail");

    await().untilAsserted(() -> assertThat(bed.executor().sentTasks()).isZero());
  }

  @Test
  void invokeAll_tasks_areAllDone() throws Exception {
    bed.startExecutor(1);
    List<SerializableCallable<Integer>> tasks =
        List.of(
            () -> 1,
            () -> {
              throw new IllegalStateException("x");
            });

    List<Future<Integer>> futures = bed.executor().invokeAll(tasks);

    assertThat(futures).allMatch(Future::isDone);
    assertThat(futures.get(0).get()).isEqualTo(1);
    assertThatThrownBy(() -> futures.get(1).get()).isInstanceOf(ExecutionException.class);
  }

  @Test
  void invokeAll_timeOver_cancelsTheRest() throws Exception {
    bed.startExecutor(1);
    List<SerializableCallable<String>> tasks = List.of(() -> awaitLatch("never"));

    List<Future<String>> futures = bed.executor().invokeAll(tasks, 1, TimeUnit.MILLISECONDS);

    assertThat(futures.get(0).isCancelled()).isTrue();
  }

  @Test
  void invokeAny_oneSucceeds_givesItsResult() throws Exception {
    bed.startExecutor(3);
    List<SerializableCallable<String>> tasks =
        List.of(
            () -> awaitLatch("never"),
            () -> {
              throw new IllegalStateException("x");
            },
            () -> "first");

    assertThat(bed.executor().invokeAny(tasks)).isEqualTo("first");
  }

  @Test
  void cancel_runningTask_interruptsItsThread() throws Exception {
    bed.startExecutor(1);
    Future<String> future =
        bed.executor()
            .submit(
                () -> {
                  latch("begun").countDown();
                  try {
                    return awaitLatch("never");
                  } catch (InterruptedException e) {
                    latch("interrupted").countDown();
                    throw e;
                  }
                });
    latch("begun").await();

    assertThat(future.cancel(true)).isTrue();

    latch("interrupted").await();
    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    assertThat(bed.executor().submit(() -> "next").get()).isEqualTo("next");
  }

  @Test
  void cancel_waitingTask_neverRuns() throws Exception {
    Future<Integer> cancelled = bed.executor().submit(() -> count("cancelled"));
    Future<Integer> kept = bed.executor().submit(() -> count("kept"));

    cancelled.cancel(false);
    assertThat(bed.executor().waitingTasks()).isEqualTo(1);
    bed.startExecutor(1);

    assertThat(kept.get()).isEqualTo(1);
    assertThat(counted("cancelled")).isZero();
  }

  @Test
  void shutdown_tasksThatWereHandedIn_areFinished() throws Exception {
    bed.startExecutor(1);
    Future<Integer> before = bed.executor().submit(() -> 1);

    bed.executor().shutdown();

    assertThatThrownBy(() -> bed.executor().submit(() -> 2))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(bed.executor().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(before.get()).isEqualTo(1);
  }

  @Test
  void shutdownNow_waitingTasks_areGivenBackAndRunningOnesCancelled() throws Exception {
    bed.startExecutor(1);
    Future<String> running =
        bed.executor()
            .submit(
                () -> {
                  latch("begun").countDown();
                  return awaitLatch("never");
                });
    latch("begun").await();
    Future<Integer> waiting = bed.executor().submit(() -> 5);

    List<Runnable> back = bed.executor().shutdownNow();

    assertThat(running.isCancelled()).isTrue();
    assertThat(back).hasSize(1);
    back.get(0).run();
    assertThat(waiting.get()).isEqualTo(5);
    assertThat(bed.executor().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shutdownNow_taskGivenBackThrowsAnError_failsItsFuture() throws Exception {
    Future<?> failing =
        bed.executor()
            .submit(
                () -> {
                  throw new StackOverflowError("too deep");
                });

    bed.executor().shutdownNow().forEach(Runnable::run);

    assertThatThrownBy(() -> failing.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void shutdownNow_taskGivenBackWithAKnownResult_givesIt() throws Exception {
    Future<String> known = bed.executor().submit(() -> latch("x").countDown(), "done");

    bed.executor().shutdownNow().forEach(Runnable::run);

    assertThat(known.get(10, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void executorLost_inTheMiddle_itsTasksRunAgainElsewhere() throws Exception {
    RunningExecutor first = bed.startExecutor(2);
    List<Future<String>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String name = "task" + i;
      futures.add(
          bed.executor()
              .submit(
                  () -> {
                    latch("begun").countDown();
                    count(name);
                    return awaitLatch("go");
                  }));
    }
    latch("begun").await();

    first.kill();
    await().until(() -> bed.executor().connectedExecutors() == 0);
    assertThat(bed.executor().sentTasks()).isZero();
    latch("go").countDown();
    bed.startExecutor(2);

    for (Future<String> future : futures) {
      assertThat(future.get()).isEqualTo("go");
    }
  }

  @Test
  void slowExecutor_manyTasks_takesInNoMoreThanItsCredits() throws Exception {
    bed.startExecutor(2);
    byte[] large = new byte[100_000];
    List<Future<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      futures.add(
          bed.executor()
              .submit(
                  () -> {
                    latch("begun").countDown();
                    awaitLatch("go");
                    return large.length;
                  }));
    }
    latch("begun").await();

    assertThat(bed.executor().sentTasks()).isLessThanOrEqualTo(2);
    assertThat(bed.executor().waitingTasks()).isGreaterThanOrEqualTo(198);
    bed.startExecutor(4);
    await().until(() -> bed.executor().sentTasks() == 6);
    latch("go").countDown();

    for (Future<Integer> future : futures) {
      assertThat(future.get()).isEqualTo(large.length);
    }
  }

  @Test
  void largePayloadAndResult_travelInPieces() throws Exception {
    bed.startExecutor(1);
    byte[] large = new byte[20 << 20];
    large[large.length - 1] = 7;

    Future<byte[]> echo =
        bed.executor()
            .submit(
                () -> {
                  large[0] = 8;
                  return large;
                });

    byte[] result = echo.get();
    assertThat(result).hasSize(large.length);
    assertThat(result[0]).isEqualTo((byte) 8);
    assertThat(result[result.length - 1]).isEqualTo((byte) 7);
  }

  @Test
  void noOpTasks_hundredThousand_allFinish() throws Exception {
    bed.startExecutor(1);
    bed.startExecutor(1);
    List<Future<Integer>> futures = new ArrayList<>(100_000);

    for (int i = 0; i < 100_000; i++) {
      futures.add(bed.executor().submit(() -> 1));
    }

    int sum = 0;
    for (Future<Integer> future : futures) {
      sum += future.get();
    }
    assertThat(sum).isEqualTo(100_000);
  }

  @Test
  void longTasks_afterManyShortOnes_areSharedWithALaterExecutor() throws Exception {
    bed.startExecutor(1);
    bed.executor().map(IntStream.range(0, 5_000).boxed().toList(), i -> i);
    List<Future<String>> futures = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String name = "long" + i;
      futures.add(
          bed.executor()
              .submit(
                  () -> {
                    count("begun");
                    return awaitLatch(name);
                  }));
    }
    await().until(() -> counted("begun") == 1);

    bed.startExecutor(1);

    await().until(() -> counted("begun") == 2);
    for (int i = 0; i < 20; i++) {
      latch("long" + i).countDown();
    }
    for (Future<String> future : futures) {
      future.get();
    }
  }

  /** An object whose reading leaves a trace. */
  static final class Trap implements SerializableCallable<Integer> {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) throws Exception {
      in.defaultReadObject();
      count("deserialized");
    }

    @Override
    public Integer call() {
      return 1;
    }
  }
}
