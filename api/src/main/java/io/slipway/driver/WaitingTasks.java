package io.slipway.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The tasks that wait for an executor, in their order. What is cancelled stays in its place and is
 * passed over there, until it is too much. Guarded by the lock of its {@link TaskBoard}.
 */
final class WaitingTasks {
  /** Cancelled tasks that may stay whatever the length of the queue. */
  private static final int MOST_CANCELLED = 1_000;

  private final Deque<TaskFuture<?>> queue = new ArrayDeque<>();
  private int count;

  /** How many wait. */
  int count() {
    return count;
  }

  void add(TaskFuture<?> task) {
    task.waiting(true);
    queue.add(task);
    count++;
  }

  /** Puts tasks that had their turn before all others, unless they are done. */
  void addFirst(List<TaskFuture<?>> tasks) {
    for (int i = tasks.size() - 1; i >= 0; i--) {
      TaskFuture<?> task = tasks.get(i);
      if (!task.isDone()) {
        task.waiting(true);
        queue.addFirst(task);
        count++;
      }
    }
  }

  /** Takes the next one; null if none waits. */
  TaskFuture<?> poll() {
    TaskFuture<?> task = queue.poll();
    while (task != null) {
      leave(task);
      if (!task.isDone()) {
        return task;
      }
      task = queue.poll();
    }
    return null;
  }

  /** One that waits has been cancelled. */
  void cancelled(TaskFuture<?> task) {
    leave(task);
    int cancelled = queue.size() - count;
    if (cancelled > MOST_CANCELLED && cancelled > count) {
      queue.removeIf(TaskFuture::isDone);
    }
  }

  /** Takes all that are not done. */
  List<TaskFuture<?>> drain() {
    List<TaskFuture<?>> all = List.copyOf(queue);
    all.forEach(this::leave);
    queue.clear();
    return all.stream().filter(task -> !task.isDone()).toList();
  }

  private void leave(TaskFuture<?> task) {
    if (task.waiting()) {
      task.waiting(false);
      count--;
    }
  }
}
