package io.slipway.executor;

import io.slipway.proto.driver.v1.TaskResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that run tasks, as many as the executor has cores, and the tasks that wait for them.
 * Safe for use by several threads; nothing but the task threads themselves ever waits here.
 */
final class TaskThreads implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition offered = lock.newCondition();
  private final Deque<Work> queue = new ArrayDeque<>();
  private final Set<Work> running = new HashSet<>();
  private final List<Thread> threads = new ArrayList<>();
  private ScheduledThreadPoolExecutor alarms;
  private boolean closed;

  /** Starts the threads. */
  TaskThreads(int cores, ExecutorBroadcasts broadcasts) {
    ClassLoader classes = Thread.currentThread().getContextClassLoader();
    if (classes == null) {
      classes = ClassLoader.getSystemClassLoader();
    }
    for (int i = 1; i <= cores; i++) {
      TaskCall call = new TaskCall(classes);
      Thread thread = new Thread(() -> runTasks(call, broadcasts), "task-" + i);
      thread.setDaemon(true);
      thread.setContextClassLoader(classes);
      threads.add(thread);
      thread.start();
    }
  }

  private void runTasks(TaskCall call, ExecutorBroadcasts broadcasts) {
    broadcasts.serveThisThread();
    while (true) {
      try {
        Work work = take();
        if (work == null) {
          return;
        }
        long begin = System.nanoTime();
        Future<?> alarm = work.timeLimit().isZero() ? null : expireLater(work);
        TaskResult result = call.run(work);
        long nanos = System.nanoTime() - begin;
        TaskResult told = done(work, result);
        if (alarm != null) {
          alarm.cancel(false);
        }
        work.sink().finished(work, told, nanos);
      } catch (InterruptedException late) {
        // Meant for a task that has ended.
      }
    }
  }

  private Work take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        offered.await();
      }
      if (closed) {
        return null;
      }
      Work work = queue.remove();
      work.thread(Thread.currentThread());
      running.add(work);
      return work;
    } finally {
      lock.unlock();
    }
  }

  /** The task is done; from here on nobody interrupts its thread. Returns what is to be told. */
  private TaskResult done(Work work, TaskResult result) {
    lock.lock();
    try {
      work.thread(null);
      running.remove(work);
      Thread.interrupted();
      if (work.expired() != null) {
        return work.expired();
      }
      return work.cancelled() && result.hasFailure()
          ? TaskResult.newBuilder().setTaskId(work.id()).setCancelled(true).build()
          : result;
    } finally {
      lock.unlock();
    }
  }

  private Future<?> expireLater(Work work) {
    lock.lock();
    try {
      if (closed) {
        return null; // the thread is being interrupted on account of that
      }
      if (alarms == null) {
        alarms = new ScheduledThreadPoolExecutor(1, TaskThreads::alarmThread);
        alarms.setRemoveOnCancelPolicy(true);
      }
      return alarms.schedule(() -> expire(work), work.timeLimit().toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      lock.unlock();
    }
  }

  private static Thread alarmThread(Runnable task) {
    Thread thread = new Thread(task, "task-time-limits");
    thread.setDaemon(true);
    return thread;
  }

  private void expire(Work work) {
    TaskResult result;
    lock.lock();
    try {
      if (work.thread() == null || work.cancelled()) {
        return;
      }
      result = TaskCall.expired(work, work.thread().getStackTrace());
      work.expired(result);
      work.thread().interrupt();
    } finally {
      lock.unlock();
    }
    work.sink().expired(work, result);
  }

  /** Hands in tasks, all at once. */
  void offer(Collection<Work> batch) {
    long now = System.nanoTime();
    lock.lock();
    try {
      for (Work work : batch) {
        work.queuedNanos(now);
        queue.add(work);
      }
      if (batch.size() == 1) {
        offered.signal();
      } else {
        offered.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a task that was handed in waits still. */
  boolean hasWaiting() {
    lock.lock();
    try {
      return !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Interrupts a task that runs, or takes one back that waits.
   *
   * @return true if it had not begun, and never will
   */
  boolean cancel(Work work) {
    lock.lock();
    try {
      work.cancelled(true);
      if (work.thread() != null) {
        work.thread().interrupt();
        return false;
      }
      return queue.remove(work);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a task back that waits; one that runs goes on.
   *
   * @return true if it had not begun, and never will
   */
  boolean withdraw(Work work) {
    lock.lock();
    try {
      return queue.remove(work);
    } finally {
      lock.unlock();
    }
  }

  /** Takes back all that wait, if the first of them has waited for so long. */
  List<Work> takeBackWaiting(long olderThanNanos) {
    lock.lock();
    try {
      Work first = queue.peek();
      if (first == null || System.nanoTime() - first.queuedNanos() < olderThanNanos) {
        return List.of();
      }
      List<Work> back = List.copyOf(queue);
      queue.clear();
      return back;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up all tasks whose results go to {@code sink}: nobody waits for them any more. */
  void abandon(Work.Sink sink) {
    lock.lock();
    try {
      for (Iterator<Work> all = queue.iterator(); all.hasNext(); ) {
        if (all.next().sink() == sink) {
          all.remove();
        }
      }
      for (Work work : running) {
        if (work.sink() == sink) {
          work.cancelled(true);
          work.thread().interrupt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts what runs and ends the threads. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      offered.signalAll();
      threads.forEach(Thread::interrupt);
      if (alarms != null) {
        alarms.shutdownNow();
      }
    } finally {
      lock.unlock();
    }
  }
}
