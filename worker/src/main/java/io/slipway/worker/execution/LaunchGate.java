package io.slipway.worker.execution;

import io.slipway.model.NanoClock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets only so many JVMs start at a time, in the order in which they came: more at once start more
 * slowly, all of them. A JVM counts as starting until it has been up for a short time, or has
 * ended; a launch that takes long does something else, such as to fetch an image, and keeps nobody
 * back.
 */
final class LaunchGate {
  /** What a small JVM needs of a core until it is up. */
  private static final Duration SETTLING = Duration.ofMillis(200);

  /** Longer than a busy machine takes to start a JVM. */
  private static final Duration LONGEST_START = Duration.ofSeconds(5);

  private final Semaphore permits;
  private final NanoClock clock;

  /** One launch that has been let through. */
  final class Pass {
    private final AtomicBoolean returned = new AtomicBoolean();

    /** Gives the place back, now; idempotent. */
    void giveBack() {
      if (returned.compareAndSet(false, true)) {
        permits.release();
      }
    }

    /** Gives the place back when the JVM has had time to start. */
    void giveBackSoon() {
      clock.schedule(SETTLING.toNanos(), this::giveBack);
    }
  }

  LaunchGate(int atOnce, NanoClock clock) {
    this.permits = new Semaphore(atOnce, true);
    this.clock = clock;
  }

  /** Waits for a place. */
  Pass enter() throws InterruptedException {
    permits.acquire();
    Pass pass = new Pass();
    clock.schedule(LONGEST_START.toNanos(), pass::giveBack);
    return pass;
  }

  /** For what needs no place: programs other than JVMs. */
  Pass pass() {
    Pass free = new Pass();
    free.returned.set(true);
    return free;
  }
}
