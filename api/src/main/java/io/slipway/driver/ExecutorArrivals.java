package io.slipway.driver;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Where threads wait for executors of a session. Safe for use by several threads. */
final class ExecutorArrivals {
  private static final Duration LONGEST = Duration.ofDays(365);

  private long changes;
  private boolean ended;

  /** There may be more executors than before. */
  synchronized void changed() {
    changes++;
    notifyAll();
  }

  /** There will be none any more. Idempotent. */
  synchronized void end() {
    ended = true;
    changed();
  }

  private synchronized long changes() {
    return changes;
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  /**
   * Waits until there are enough.
   *
   * @param there how many there are; asked anew after each change, without a lock
   * @return false if the time was over, or the session ended, first
   */
  boolean await(IntSupplier there, int wanted, Duration atMost) throws InterruptedException {
    Duration bounded = atMost.compareTo(LONGEST) > 0 ? LONGEST : atMost;
    long deadline = System.nanoTime() + bounded.toNanos();
    while (true) {
      long seen = changes();
      if (there.getAsInt() >= wanted) {
        return true;
      }
      if (hasEnded() || !awaitChange(seen, deadline)) {
        return false;
      }
    }
  }

  private synchronized boolean awaitChange(long seen, long deadline) throws InterruptedException {
    while (changes == seen) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }
}
