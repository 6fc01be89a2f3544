package io.slipway.model;

/**
 * A source of elapsed time, and of timers that fall due by it; an argument of everything that
 * waits, so that tests need not.
 */
public interface NanoClock {
  /** Nanoseconds since some fixed moment, as {@link System#nanoTime}; never goes back. */
  long nanoTime();

  /**
   * Runs a task once, on a thread of the clock's; the task must not block.
   *
   * @param delayNanos from now; negative counts as zero
   */
  Timer schedule(long delayNanos, Runnable task);

  /** A task that was scheduled. */
  interface Timer {
    /** Makes sure that the task does not begin from now on; no effect if it has begun. */
    void cancel();
  }
}
