package io.slipway.driver;

import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.TaskResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All tasks of one profile of a session: those that wait, and by executor those that were sent.
 * Decides who gets the next one: of the executors that have credit, the one with the fewest tasks
 * for each core. Safe for use by several threads; nothing in it blocks but waiting for something,
 * and no code of the application's runs in it.
 */
final class TaskBoard {
  private static final Comparator<ExecutorStream> BY_LOAD =
      Comparator.comparingLong(ExecutorStream::load).thenComparingInt(ExecutorStream::number);

  private final Supplier<List<Long>> openBroadcasts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TaskCounts counts;
  private final ExecutorArrivals arrivals;
  private final WaitingTasks waiting = new WaitingTasks();
  private final Map<Integer, ExecutorStream> streams = new TreeMap<>();
  private final NavigableSet<ExecutorStream> withCredit = new TreeSet<>(BY_LOAD);
  private int sentCount;
  private boolean shutDown;
  private SessionClosedException ended;

  /**
   * Makes a board.
   *
   * @param openBroadcasts the broadcasts that have not been closed; must not block
   * @param counts told of each task
   * @param arrivals told when executors come and go
   */
  TaskBoard(Supplier<List<Long>> openBroadcasts, TaskCounts counts, ExecutorArrivals arrivals) {
    this.openBroadcasts = openBroadcasts;
    this.counts = counts;
    this.arrivals = arrivals;
  }

  /**
   * Takes in a task.
   *
   * @throws RejectedExecutionException after {@link #shutDown}
   */
  <T> TaskFuture<T> submit(TaskPayload payload, ResultReader<T> reader) {
    lock.lock();
    try {
      if (ended != null) {
        throw new RejectedExecutionException(ended.getMessage(), ended);
      }
      if (shutDown) {
        throw new RejectedExecutionException("the executor has been shut down");
      }
      TaskFuture<T> task = new TaskFuture<>(counts.submitted(), this, payload, reader);
      waiting.add(task);
      dispatch();
      return task;
    } finally {
      lock.unlock();
    }
  }

  /** Called by a task that has just been cancelled. */
  void cancelled(TaskFuture<?> task, boolean interrupt) {
    lock.lock();
    try {
      ExecutorStream stream = task.stream();
      if (task.waiting()) {
        waiting.cancelled(task);
      } else if (stream != null) {
        if (interrupt) {
          stream.cancel(task);
        } else {
          stream.withdraw(task);
        }
        stream.pump();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** An executor is there; one of the same number that was there before is replaced. */
  void attach(ExecutorStream stream) {
    lock.lock();
    try {
      ExecutorStream before = streams.put(stream.number(), stream);
      if (before != null) {
        before.breakOff(DriverEndpoint.replaced());
        takeBack(before, "was replaced");
      }
      stream.tellBroadcasts(openBroadcasts.get());
      if (ended != null) {
        stream.beginClosing();
        stream.pump();
      }
      arrivals.changed();
    } finally {
      lock.unlock();
    }
  }

  /** An executor says something. */
  void receive(ExecutorStream stream, RunTasksRequest message) {
    lock.lock();
    try {
      if (streams.get(stream.number()) != stream) {
        return;
      }
      withCredit.remove(stream);
      for (TaskResult result : message.getResultsList()) {
        receive(stream, result);
      }
      stream.addCredits(message.getCredits());
      if (stream.hasCredit()) {
        withCredit.add(stream);
      }
      dispatch();
      if (message.getResultsCount() > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void receive(ExecutorStream stream, TaskResult result) {
    TaskFuture<?> task = stream.find(result.getTaskId());
    if (task == null) {
      return;
    }
    switch (result.getResultCase()) {
      case VALUE -> {
        if (result.getContinued()) {
          if (!task.isDone()) { // else nobody wants it
            stream.addPiece(result);
          }
          return;
        }
        task.succeed(stream.whole(result));
        forget(stream, task);
      }
      case FAILURE -> {
        task.fail(result.getFailure(), stream.where());
        forget(stream, task);
      }
      case CANCELLED -> {
        forget(stream, task);
        waitAgain(List.of(task)); // handed back, unless it was cancelled here
      }
      case RESULT_NOT_SET -> {
        task.succeed(stream.whole(result));
        forget(stream, task);
      }
    }
  }

  private void forget(ExecutorStream stream, TaskFuture<?> task) {
    stream.remove(task);
    task.stream(null);
    sentCount--;
  }

  /** A broadcast has been closed: executors drop it. */
  void broadcastClosed() {
    lock.lock();
    try {
      // Asked under the lock: a task of a broadcast that is not in the list comes after the list.
      List<Long> open = openBroadcasts.get();
      for (ExecutorStream stream : streams.values()) {
        stream.tellBroadcasts(open);
        stream.pump();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The connection of an executor takes more. */
  void ready(ExecutorStream stream) {
    lock.lock();
    try {
      stream.pump();
    } finally {
      lock.unlock();
    }
  }

  /** The executor has ended its side: it leaves. */
  void leave(ExecutorStream stream) {
    lock.lock();
    try {
      stream.complete();
      lose(stream, "left");
    } finally {
      lock.unlock();
    }
  }

  /** The connection of an executor is gone. */
  void lose(ExecutorStream stream, String how) {
    lock.lock();
    try {
      stream.end();
      if (streams.remove(stream.number(), stream)) {
        takeBack(stream, how);
        dispatch();
      }
      arrivals.changed();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The masters say that an executor has ended; its connection may not know it yet. */
  void executorEnded(int number) {
    lock.lock();
    try {
      ExecutorStream stream = streams.get(number);
      if (stream != null) {
        stream.breakOff(DriverEndpoint.takenForLost());
        lose(stream, "ended");
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeBack(ExecutorStream stream, String how) {
    withCredit.remove(stream);
    List<TaskFuture<?>> again = new ArrayList<>();
    for (TaskFuture<?> task : stream.unfinished()) {
      forget(stream, task);
      if (!task.isDone() && task.countLoss() >= SlipwayExecutor.MAXIMUM_LOSSES) {
        task.fail(
            new ExecutorLostException(
                "given up: "
                    + SlipwayExecutor.MAXIMUM_LOSSES
                    + " executors were lost while they had this task; the last, "
                    + stream.where()
                    + ", "
                    + how));
      } else {
        again.add(task);
      }
    }
    waitAgain(again);
  }

  private void waitAgain(List<TaskFuture<?>> tasks) {
    if (ended != null) {
      return; // they fail, or have failed: nothing waits for an executor any more
    }
    waiting.addFirst(tasks);
  }

  private void dispatch() {
    if (waiting.count() == 0 || withCredit.isEmpty()) {
      return;
    }
    Set<ExecutorStream> touched = new LinkedHashSet<>();
    while (!withCredit.isEmpty()) {
      TaskFuture<?> task = waiting.poll();
      if (task == null) {
        break;
      }
      TaskPayload payload = task.payload();
      if (payload == null) {
        continue; // cancelled at this moment
      }
      ExecutorStream stream = withCredit.pollFirst();
      stream.add(task, payload);
      task.stream(stream);
      sentCount++;
      touched.add(stream);
      if (stream.hasCredit()) {
        withCredit.add(stream);
      }
    }
    touched.forEach(ExecutorStream::pump);
  }

  /** Takes no more tasks. */
  void shutDown() {
    lock.lock();
    try {
      shutDown = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more tasks, gives back those that wait, and interrupts those that were sent. */
  List<TaskFuture<?>> shutDownNow() {
    List<TaskFuture<?>> sent = new ArrayList<>();
    List<TaskFuture<?>> back;
    lock.lock();
    try {
      shutDown = true;
      back = waiting.drain();
      streams.values().forEach(stream -> sent.addAll(stream.unfinished()));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    sent.forEach(task -> task.cancel(true));
    return back;
  }

  /** Ends everything: unfinished tasks fail, executors are told to leave. Idempotent. */
  void end(SessionClosedException reason) {
    Collection<TaskFuture<?>> unfinished = new ArrayList<>();
    lock.lock();
    try {
      if (ended != null) {
        return;
      }
      ended = reason;
      shutDown = true;
      unfinished.addAll(waiting.drain());
      for (ExecutorStream stream : streams.values()) {
        for (TaskFuture<?> task : stream.unfinished()) {
          unfinished.add(task);
          if (!task.isDone()) {
            stream.cancel(task);
          }
        }
        stream.beginClosing();
        stream.pump();
      }
      withCredit.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    unfinished.forEach(task -> task.fail(reason));
  }

  boolean isShutDown() {
    lock.lock();
    try {
      return shutDown;
    } finally {
      lock.unlock();
    }
  }

  boolean isTerminated() {
    lock.lock();
    try {
      return shutDown && waiting.count() == 0 && (sentCount == 0 || ended != null);
    } finally {
      lock.unlock();
    }
  }

  boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = unit.toNanos(timeout);
      while (!isTerminated()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  int connectedExecutors() {
    lock.lock();
    try {
      return streams.size();
    } finally {
      lock.unlock();
    }
  }

  /** Calls {@code each} for every connected executor; it must not block. */
  void forEachStream(Consumer<ExecutorStream> each) {
    lock.lock();
    try {
      streams.values().forEach(each);
    } finally {
      lock.unlock();
    }
  }

  /** A task has reached its outcome; called on any thread, also with the lock held. */
  void count(TaskFuture.Kind kind) {
    counts.ended(kind);
  }

  /** What there is to do, and who does it. */
  DemandScaling.Load load() {
    lock.lock();
    try {
      Map<Integer, Long> executors = new TreeMap<>();
      int cores = 0;
      for (ExecutorStream stream : streams.values()) {
        executors.put(stream.number(), stream.idleSince());
        cores += stream.cores();
      }
      return new DemandScaling.Load(waiting.count(), sentCount, executors, cores);
    } finally {
      lock.unlock();
    }
  }

  /** Gives no more tasks to those of these executors that have none; returns which they are. */
  List<Integer> retire(List<Integer> numbers) {
    List<Integer> retired = new ArrayList<>();
    lock.lock();
    try {
      for (int number : numbers) {
        ExecutorStream stream = streams.get(number);
        if (stream != null && stream.sentTasks() == 0) {
          withCredit.remove(stream);
          stream.retire();
          retired.add(number);
        }
      }
    } finally {
      lock.unlock();
    }
    return retired;
  }

  int waitingTasks() {
    lock.lock();
    try {
      return waiting.count();
    } finally {
      lock.unlock();
    }
  }

  int sentTasks() {
    lock.lock();
    try {
      return sentCount;
    } finally {
      lock.unlock();
    }
  }
}
