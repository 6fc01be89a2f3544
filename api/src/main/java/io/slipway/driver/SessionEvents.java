package io.slipway.driver;

import io.slipway.model.ExitStatus;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells listeners what happens in a session, on one thread of its own, which is started with the
 * first listener. Safe for use by several threads; only the listeners can block, and they hold up
 * nobody else.
 */
final class SessionEvents implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final long LAST_WORDS_SECONDS = 2;

  private final Supplier<TaskProgress> progressNow;
  private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
  private final List<Progress> progress = new CopyOnWriteArrayList<>();
  private final BitSet started = new BitSet();
  private ScheduledThreadPoolExecutor thread;
  private volatile Thread worker;
  private boolean closed;

  SessionEvents(Supplier<TaskProgress> progressNow) {
    this.progressNow = progressNow;
  }

  synchronized void add(SessionListener listener) {
    listeners.add(listener);
    startThread();
  }

  synchronized void add(Duration every, Consumer<TaskProgress> listener) {
    if (every.isZero() || every.isNegative()) {
      throw new IllegalArgumentException("a listener can't be told every " + every);
    }
    Progress told = new Progress(progressNow, listener);
    progress.add(told);
    startThread();
    if (!closed) {
      long nanos = every.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : every.toNanos();
      thread.scheduleWithFixedDelay(told::tell, 0, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void startThread() {
    if (thread == null && !closed) {
      thread =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread made = new Thread(task, "slipway-events");
                made.setDaemon(true);
                worker = made;
                return made;
              });
      thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
      // What was asked for at once is done all the same.
      thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(true);
    }
  }

  /** An executor has connected, or a command of the application's own runs; told once for each. */
  synchronized void started(ExecutorView executor) {
    if (!started.get(executor.number())) {
      started.set(executor.number());
      tell(listener -> listener.executorStarted(executor));
    }
  }

  /** The masters have told that an executor has ended. */
  synchronized void ended(ExecutorDirectory.Ended ended) {
    if (ended.ending().status() instanceof ExitStatus.Lost lost) {
      tell(listener -> listener.executorLost(ended.executor(), lost.reason()));
    } else {
      tell(listener -> listener.executorEnded(ended.executor(), ended.ending()));
    }
  }

  private void tell(Consumer<SessionListener> event) {
    if (thread != null && !closed) {
      List<SessionListener> now = List.copyOf(listeners);
      thread.execute(() -> now.forEach(listener -> guarded(() -> event.accept(listener))));
    }
  }

  /** What a listener throws is its own affair; the others are told all the same. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error thrown) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, thrown);
    }
  }

  /**
   * Tells how the tasks have got on in the end, after what was to be told before; waits for that,
   * but not for long. Idempotent.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed || thread == null) {
        closed = true;
        return;
      }
      closed = true;
      progress.forEach(listener -> thread.execute(listener::tell));
      thread.shutdown();
    }
    if (Thread.currentThread() != worker) {
      try {
        boolean unused = thread.awaitTermination(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One listener and what it was told last; used by the thread alone. */
  private static final class Progress {
    private final Supplier<TaskProgress> progressNow;
    private final Consumer<TaskProgress> listener;
    private TaskProgress told;

    Progress(Supplier<TaskProgress> progressNow, Consumer<TaskProgress> listener) {
      this.progressNow = progressNow;
      this.listener = listener;
    }

    void tell() {
      TaskProgress now = progressNow.get();
      if (!now.equals(told)) {
        told = now;
        guarded(() -> listener.accept(now));
      }
    }
  }
}
