package io.slipway.driver;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts the tasks of a session over all of its boards. Safe for use by several threads. */
final class TaskCounts {
  private final AtomicLong submitted = new AtomicLong();
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  /** A task is handed in; returns its id, which is unique in the session. */
  long submitted() {
    return submitted.incrementAndGet();
  }

  /** A task has reached its outcome. */
  void ended(TaskFuture.Kind kind) {
    switch (kind) {
      case SUCCEEDED -> succeeded.increment();
      case FAILED -> failed.increment();
      case CANCELLED -> cancelled.increment();
    }
  }

  /** How the tasks get on, of which so many wait and were sent. */
  TaskProgress progress(int waiting, int sent) {
    long succeededNow = succeeded.sum();
    long failedNow = failed.sum();
    long cancelledNow = cancelled.sum();
    // Last, so that no more have ended than were handed in.
    return new TaskProgress(submitted.get(), succeededNow, failedNow, cancelledNow, waiting, sent);
  }
}
