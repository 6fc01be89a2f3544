package io.slipway.driver;

import io.slipway.model.ExecutorTarget;
import io.slipway.rpc.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The executor service in front of the {@link TaskBoard} of one profile. */
final class BoardExecutor implements SlipwayExecutor {
  private final String profile;
  private final TaskBoard board;
  private final ProfileScaling scaling;
  private final SessionExecutors session;
  private final Duration timeLimit;

  BoardExecutor(String profile, TaskBoard board, ProfileScaling scaling, SessionExecutors session) {
    this(profile, board, scaling, session, Duration.ZERO);
  }

  private BoardExecutor(
      String profile,
      TaskBoard board,
      ProfileScaling scaling,
      SessionExecutors session,
      Duration timeLimit) {
    this.profile = profile;
    this.session = session;
    this.board = board;
    this.scaling = scaling;
    this.timeLimit = timeLimit;
  }

  @Override
  public SlipwayExecutor withTimeLimit(Duration limit) {
    if (limit.isZero() || limit.isNegative() || limit.compareTo(Limits.DURATION) > 0) {
      throw new IllegalArgumentException(
          "a time limit is more than nothing, and at most "
              + Limits.DURATION.toDays()
              + " days, not "
              + limit);
    }
    return new BoardExecutor(profile, board, scaling, session, limit);
  }

  private <T> TaskFuture<T> submitObject(Object task, ResultReader<T> reader) {
    checkTakesTasks();
    return board.submit(TaskPayload.serialized(task).withTimeLimit(timeLimit), reader);
  }

  private void checkTakesTasks() {
    if (session.isCommand(profile)) {
      throw new RejectedExecutionException(
          "the executors of profile '"
              + profile
              + "' are a command of the application's own, and take no tasks: submit to a profile"
              + " without a command"
              + session.advised()
              + ", and talk to these in their own way");
    }
  }

  @Override
  public <T> Future<T> submit(SerializableCallable<T> task) {
    return submitObject(task, ResultReader.serialized());
  }

  @Override
  public <T> Future<T> submit(Callable<T> task) {
    return submitObject(task, ResultReader.serialized());
  }

  @Override
  public Future<?> submit(SerializableRunnable task) {
    return submit((Runnable) task);
  }

  @Override
  public Future<?> submit(Runnable task) {
    return submit(task, null);
  }

  @Override
  public <T> Future<T> submit(SerializableRunnable task, T result) {
    return submit((Runnable) task, result);
  }

  @Override
  public <T> Future<T> submit(Runnable task, T result) {
    return submitObject(new RemoteWork.Action(task), ResultReader.constant(result));
  }

  @Override
  public void execute(SerializableRunnable task) {
    execute((Runnable) task);
  }

  @Override
  public void execute(Runnable task) {
    Future<?> unused = submitObject(new RemoteWork.Action(task), ResultReader.constant(null));
  }

  @Override
  public Future<byte[]> submitNamed(String className, byte[] input) {
    checkTakesTasks();
    return board.submit(
        TaskPayload.named(className, input).withTimeLimit(timeLimit), ResultReader.RAW);
  }

  @Override
  public <T, R> List<R> map(
      Collection<? extends T> elements, SerializableFunction<? super T, ? extends R> function)
      throws InterruptedException, ExecutionException {
    List<TaskFuture<R>> futures = new ArrayList<>(elements.size());
    boolean all = false;
    try {
      BlockingQueue<TaskFuture<R>> done = new LinkedBlockingQueue<>();
      for (T element : elements) {
        TaskFuture<R> future =
            submitObject(
                new RemoteWork.Application<T, R>(function, element), ResultReader.serialized());
        futures.add(future);
        future.whenDone(() -> done.add(future));
      }
      for (int i = 0; i < futures.size(); i++) {
        done.take().get(); // so that the first failure ends it, whichever element's it is
      }
      List<R> results = new ArrayList<>(futures.size());
      for (TaskFuture<R> future : futures) {
        results.add(future.get());
      }
      all = true;
      return results;
    } finally {
      if (!all) {
        futures.forEach(future -> future.cancel(true));
      }
    }
  }

  @Override
  public <T, R> Stream<R> map(
      Iterable<? extends T> elements,
      SerializableFunction<? super T, ? extends R> function,
      ResultOrder order) {
    MappedResults<T, R> results =
        new MappedResults<>(
            elements.iterator(),
            element ->
                submitObject(
                    new RemoteWork.Application<T, R>(function, element), ResultReader.serialized()),
            this::connectedCores,
            order);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
        .onClose(results::close);
  }

  @Override
  public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
      throws InterruptedException {
    return invokeAll(tasks, Long.MAX_VALUE);
  }

  @Override
  public <T> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    return invokeAll(tasks, unit.toNanos(timeout));
  }

  private <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long nanos)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    boolean all = false;
    try {
      for (Callable<T> task : tasks) {
        futures.add(submit(task));
      }
      for (Future<T> future : futures) {
        try {
          if (nanos == Long.MAX_VALUE) {
            future.get();
          } else {
            future.get(nanos - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
          }
        } catch (ExecutionException | CancellationException ended) {
          // The caller asks the future.
        } catch (TimeoutException late) {
          return futures;
        }
      }
      all = true;
      return futures;
    } finally {
      if (!all) {
        futures.forEach(future -> future.cancel(true));
      }
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(tasks, Long.MAX_VALUE);
    } catch (TimeoutException e) {
      throw new AssertionError("no time-out was given", e);
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return invokeAny(tasks, unit.toNanos(timeout));
  }

  private <T> T invokeAny(Collection<? extends Callable<T>> tasks, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("no tasks");
    }
    long begin = System.nanoTime();
    List<TaskFuture<T>> futures = new ArrayList<>(tasks.size());
    try {
      BlockingQueue<TaskFuture<T>> done = new LinkedBlockingQueue<>();
      for (Callable<T> task : tasks) {
        TaskFuture<T> future = submitObject(task, ResultReader.serialized());
        futures.add(future);
        future.whenDone(() -> done.add(future));
      }
      ExecutionException last = null;
      for (int left = futures.size(); left > 0; left--) {
        TaskFuture<T> next =
            nanos == Long.MAX_VALUE
                ? done.take()
                : done.poll(nanos - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
        if (next == null) {
          throw new TimeoutException();
        }
        try {
          return next.get();
        } catch (ExecutionException e) {
          last = e;
        }
      }
      throw last;
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  @Override
  public void setExecutors(int executors) {
    scaling.fixed(ExecutorTarget.of(executors));
  }

  @Override
  public void setExecutorsAsManyAsFit() {
    scaling.fixed(ExecutorTarget.AS_MANY_AS_FIT);
  }

  @Override
  public void setExecutorsOnDemand(OnDemandExecutors range) {
    if (session.isCommand(profile)) {
      throw new IllegalStateException(
          "the executors of profile '"
              + profile
              + "' run no tasks, so that nothing tells how many are needed: say a number with"
              + " setExecutors");
    }
    scaling.onDemand(range);
  }

  @Override
  public String profile() {
    return profile;
  }

  @Override
  public boolean awaitExecutors(int count, Duration atMost) throws InterruptedException {
    scaling.checkOpen();
    return session.await(profile, count, atMost);
  }

  @Override
  public int connectedExecutors() {
    return session.there(profile);
  }

  @Override
  public int connectedCores() {
    AtomicInteger cores = new AtomicInteger();
    board.forEachStream(stream -> cores.addAndGet(stream.cores()));
    return cores.get();
  }

  @Override
  public int waitingTasks() {
    return board.waitingTasks();
  }

  @Override
  public int sentTasks() {
    return board.sentTasks();
  }

  @Override
  public void shutdown() {
    board.shutDown();
  }

  /** {@inheritDoc} What is given back completes its future when it is run, here. */
  @Override
  public List<Runnable> shutdownNow() {
    return List.copyOf(board.shutDownNow().stream().map(TaskFuture::here).toList());
  }

  @Override
  public boolean isShutdown() {
    return board.isShutDown();
  }

  @Override
  public boolean isTerminated() {
    return board.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return board.awaitTermination(timeout, unit);
  }
}
