package io.slipway.driver;

import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.TaskResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All tasks of a session: those that wait, and by executor those that were sent. Decides who gets
 * the next one: of the executors that have credit, the one with the fewest tasks for each core.
 * Safe for use by several threads; nothing in it blocks but waiting for something, and no code of
 * the application's runs in it.
 */
final class TaskBoard {
  private static final Comparator<ExecutorStream> BY_LOAD =
      Comparator.comparingLong(ExecutorStream::load).thenComparingInt(ExecutorStream::number);

  /** Cancelled tasks that may stay in the queue whatever its length. */
  private static final int MOST_CANCELLED = 1_000;

  private final Supplier<List<Long>> openBroadcasts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<TaskFuture<?>> waiting = new ArrayDeque<>();
  private final Map<Integer, ExecutorStream> streams = new TreeMap<>();
  private final NavigableSet<ExecutorStream> withCredit = new TreeSet<>(BY_LOAD);
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private long lastId;
  private int waitingCount;
  private int sentCount;
  private boolean shutDown;
  private SessionClosedException ended;

  /** A board of a session without broadcasts. */
  TaskBoard() {
    this(List::of);
  }

  /**
   * Makes a board.
   *
   * @param openBroadcasts the broadcasts that have not been closed; must not block
   */
  TaskBoard(Supplier<List<Long>> openBroadcasts) {
    this.openBroadcasts = openBroadcasts;
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
      TaskFuture<T> task = new TaskFuture<>(++lastId, this, payload, reader);
      task.waiting(true);
      waiting.add(task);
      waitingCount++;
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
        noLongerWaiting(task); // it stays in the queue, and is passed over there
        trim();
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

  private void noLongerWaiting(TaskFuture<?> task) {
    if (task.waiting()) {
      task.waiting(false);
      waitingCount--;
    }
  }

  private void trim() {
    int cancelled = waiting.size() - waitingCount;
    if (cancelled > MOST_CANCELLED && cancelled > waitingCount) {
      waiting.removeIf(TaskFuture::isDone);
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
      changed.signalAll();
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
    for (int i = tasks.size() - 1; i >= 0; i--) {
      if (!tasks.get(i).isDone()) {
        tasks.get(i).waiting(true);
        waiting.addFirst(tasks.get(i));
        waitingCount++;
      }
    }
  }

  private void dispatch() {
    if (waiting.isEmpty() || withCredit.isEmpty()) {
      return;
    }
    Set<ExecutorStream> touched = new LinkedHashSet<>();
    while (!waiting.isEmpty() && !withCredit.isEmpty()) {
      TaskFuture<?> task = waiting.remove();
      noLongerWaiting(task);
      TaskPayload payload = task.payload();
      if (payload == null || task.isDone()) {
        continue;
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
    List<TaskFuture<?>> back = new ArrayList<>();
    lock.lock();
    try {
      shutDown = true;
      waiting.stream().filter(task -> !task.isDone()).forEach(back::add);
      waiting.forEach(this::noLongerWaiting);
      waiting.clear();
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
      unfinished.addAll(waiting);
      waiting.forEach(this::noLongerWaiting);
      waiting.clear();
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
      return shutDown && waitingCount == 0 && (sentCount == 0 || ended != null);
    } finally {
      lock.unlock();
    }
  }

  boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return await(this::isTerminated, unit.toNanos(timeout));
  }

  boolean awaitExecutors(int count, long nanos) throws InterruptedException {
    return await(() -> streams.size() >= count || ended != null, nanos)
        && connectedExecutors() >= count;
  }

  private boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (!condition.getAsBoolean()) {
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
    switch (kind) {
      case SUCCEEDED -> succeeded.increment();
      case FAILED -> failed.increment();
      case CANCELLED -> cancelled.increment();
    }
  }

  /** How the tasks get on. */
  TaskProgress progress() {
    lock.lock();
    try {
      return new TaskProgress(
          lastId, succeeded.sum(), failed.sum(), cancelled.sum(), waitingCount, sentCount);
    } finally {
      lock.unlock();
    }
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
      return new DemandScaling.Load(waitingCount, sentCount, executors, cores);
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
      return waitingCount;
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
