package io.slipway.worker.execution;

import io.slipway.model.ExecutionId;
import io.slipway.model.NanoClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executions that have ended and are acknowledged; removes the directory of each when its
 * retention has passed. Nothing else removes one. Safe for use by several threads.
 */
final class RetentionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionQueue.class);
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** A hundred years: as good as for ever, and can be added to any time. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** After which a directory that could not be removed is tried again. */
  private static final Duration REMOVE_AGAIN = Duration.ofHours(1);

  private final Duration retention;
  private final InstantSource wallClock;
  private final NanoClock clock;
  private final Executor threads;
  private final PriorityQueue<Retained> queue =
      new PriorityQueue<>(Comparator.comparing(Retained::until));

  private record Retained(Instant until, ExecutionDirectory directory) {}

  /**
   * A queue.
   *
   * @param retention not negative
   * @param threads runs what removes, which may take long
   */
  RetentionQueue(Duration retention, InstantSource wallClock, NanoClock clock, Executor threads) {
    this.retention = retention.compareTo(LONGEST) < 0 ? retention : LONGEST;
    this.wallClock = wallClock;
    this.clock = clock;
    this.threads = threads;
  }

  /** Begins to remove; for ever, as the clock's timers do. */
  void start() {
    Duration wait = retention.compareTo(LONGEST_WAIT) < 0 ? retention : LONGEST_WAIT;
    clock.schedule(
        Math.max(SHORTEST_WAIT.toNanos(), wait.toNanos()),
        () -> {
          try {
            threads.execute(
                () -> {
                  removeDue();
                  start();
                });
          } catch (RejectedExecutionException e) {
            LOG.debug("nothing is removed any more: the worker is ending");
          }
        });
  }

  void add(ExecutionDirectory directory) throws IOException {
    Instant until = directory.endTime().plus(retention);
    synchronized (this) {
      queue.add(new Retained(until, directory));
    }
  }

  /** Removes what is due now. */
  void removeDue() {
    for (ExecutionDirectory due = next(); due != null; due = next()) {
      ExecutionId id = due.id();
      try {
        due.delete();
        LOG.info("execution {}: its directory is removed, its retention has passed", id);
      } catch (IOException e) {
        LOG.warn("execution {}: its directory could not be removed: {}", id, e.toString());
        synchronized (this) {
          queue.add(new Retained(wallClock.instant().plus(REMOVE_AGAIN), due));
        }
      }
    }
  }

  private synchronized ExecutionDirectory next() {
    Retained first = queue.peek();
    if (first == null || first.until().isAfter(wallClock.instant())) {
      return null;
    }
    return queue.remove().directory();
  }
}
