package io.slipway.bench.cluster;

import io.slipway.driver.SerializableCallable;
import io.slipway.driver.SlipwaySession;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;

/** A driver without executors that queues tasks, keeps their futures, and says what that takes. */
public final class QueuedTasksMain {
  private QueuedTasksMain() {}

  /**
   * Prints one line.
   *
   * @param args how many tasks
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    try (SlipwaySession session = SlipwaySession.builder().name("queued").executors(0).open()) {
      List<Future<Integer>> futures = new ArrayList<>(count);
      long before = heap();
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        int number = i;
        SerializableCallable<Integer> task = () -> number;
        futures.add(session.executor().submit(task));
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      long grown = heap() - before;
      System.out.printf(
          Locale.ROOT,
          "%,d tasks queued: %,.0f MB of heap, %d bytes each, %.1f s%n",
          futures.size(),
          grown / (double) (1 << 20),
          grown / count,
          seconds);
    }
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
