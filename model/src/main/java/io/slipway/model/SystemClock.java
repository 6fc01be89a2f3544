package io.slipway.model;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's own clock, with one daemon thread for its timers. */
public final class SystemClock implements NanoClock, AutoCloseable {
  private final ScheduledThreadPoolExecutor timers;

  /**
   * Starts the thread.
   *
   * @param threadName the name of the timers' thread
   */
  public SystemClock(String threadName) {
    timers =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            });
    timers.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    ScheduledFuture<?> future =
        timers.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** Drops all timers and ends the thread. */
  @Override
  public void close() {
    timers.shutdownNow();
  }
}
