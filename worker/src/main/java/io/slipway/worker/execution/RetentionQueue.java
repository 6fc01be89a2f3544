package io.slipway.worker.execution;

import io.slipway.model.ExecutionId;
import io.slipway.model.NanoClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executions that have ended and are acknowledged; removes the directory of each when its
 * retention has passed. Nothing else removes one. Safe for use by several threads.
 */
final class RetentionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionQueue.class);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Duration retention;
  private final InstantSource wallClock;
  private final NanoClock clock;
  private final PriorityQueue<Retained> queue =
      new PriorityQueue<>(Comparator.comparing(Retained::until));

  private record Retained(Instant until, ExecutionDirectory directory) {}

  RetentionQueue(Duration retention, InstantSource wallClock, NanoClock clock) {
    this.retention = retention;
    this.wallClock = wallClock;
    this.clock = clock;
  }

  /** Begins to remove; for ever, as the clock's timers do. */
  void start() {
    clock.schedule(
        Math.min(retention.toNanos(), LONGEST_WAIT.toNanos()),
        () -> {
          removeDue();
          start();
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
