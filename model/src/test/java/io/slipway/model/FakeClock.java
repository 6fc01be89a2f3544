package io.slipway.model;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that stands still until a test moves it; {@link #advance} also runs the timers that fall
 * due, in order.
 */
public final class FakeClock implements NanoClock {
  private record Due(long at, long order, Runnable task) {}

  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
  private long now;
  private long scheduled;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Timer schedule(long delayNanos, Runnable task) {
    Due due = new Due(now + Math.max(0, delayNanos), scheduled++, task);
    timers.add(due);
    return () -> remove(due);
  }

  private synchronized void remove(Due due) {
    timers.remove(due);
  }

  /** Moves time on, and runs on the caller's thread what falls due on the way. */
  public void advance(Duration duration) {
    long until = nanoTime() + duration.toNanos();
    for (Due due = next(until); due != null; due = next(until)) {
      due.task().run();
    }
    synchronized (this) {
      now = until;
    }
  }

  private synchronized Due next(long until) {
    Due due = timers.peek();
    if (due == null || due.at() > until) {
      return null;
    }
    timers.remove();
    now = Math.max(now, due.at());
    return due;
  }
}
