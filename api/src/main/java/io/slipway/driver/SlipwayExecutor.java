package io.slipway.driver;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * An {@code ExecutorService} whose tasks run in the executors of a session, on other machines: in
 * those of one profile. What is said here of executors is said of that profile's.
 *
 * <p>Tasks and results are serialized by Java. A task that is no {@code Serializable}, or captures
 * something that is none, is refused at once with a {@link TaskNotSerializableException} that names
 * the field to blame. Lambdas are serializable where the type they are assigned to is: {@code
 * submit(() -> 1)} works as it stands; elsewhere declare them as {@link SerializableCallable} or
 * {@link SerializableRunnable}.
 *
 * <p><b>At least once.</b> When an executor is lost, the tasks that it had not finished run again
 * in another one; so a task may run more than once, even at the same time, and its effects on the
 * outside must bear that. Its future completes once. A task whose executor is lost {@value
 * #MAXIMUM_LOSSES} times fails with an {@link ExecutorLostException}.
 *
 * <p>A task that throws fails its future with an {@code ExecutionException}, whose cause is the
 * exception with the stack trace of the executor (a {@link RemoteTaskException} with the same text
 * where it can't be brought here). Results are deserialized by the thread that calls {@code get};
 * what can't be, fails there with an {@code ExecutionException}.
 *
 * <p>While there are no executors, tasks wait. Cancelling withdraws a task that has not begun, here
 * or in the executor that it was sent to; with {@code mayInterruptIfRunning} it also interrupts the
 * thread of a task that runs. A task that goes on all the same keeps its thread, but nobody waits
 * for it any more. Safe for use by several threads; no method but those that say so waits.
 */
public interface SlipwayExecutor extends ExecutorService {
  /** How many executors a task may lose before it is given up. */
  int MAXIMUM_LOSSES = 10;

  /**
   * Hands in a task.
   *
   * @throws TaskNotSerializableException if it can't be serialized
   * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown}, when the
   *     session is closed, or if the executors are a command of the application's own
   */
  <T> Future<T> submit(SerializableCallable<T> task);

  /** Hands in a task without a result; see {@link #submit(SerializableCallable)}. */
  Future<?> submit(SerializableRunnable task);

  /**
   * Hands in a task with a result that is known; see {@link #submit(SerializableCallable)}. The
   * result does not travel.
   */
  <T> Future<T> submit(SerializableRunnable task, T result);

  /**
   * Hands in a task whose failure nobody sees; see {@link #submit(SerializableCallable)}.
   *
   * @param task what to do
   */
  void execute(SerializableRunnable task);

  /**
   * {@inheritDoc}
   *
   * @throws TaskNotSerializableException if it is not {@code Serializable}, or holds something that
   *     is not
   */
  @Override
  <T> Future<T> submit(Callable<T> task);

  /**
   * {@inheritDoc}
   *
   * @throws TaskNotSerializableException if it is not {@code Serializable}, or holds something that
   *     is not
   */
  @Override
  Future<?> submit(Runnable task);

  /**
   * Hands in a task as the name of a class that implements {@link io.slipway.executor.NamedTask}
   * and bytes for it.
   */
  Future<byte[]> submitNamed(String className, byte[] input);

  /**
   * Applies a function to each element, one task each, and waits for all.
   *
   * @return the results, in the order of the elements
   * @throws ExecutionException if a task failed, with its exception as the cause; the others are
   *     cancelled
   * @throws InterruptedException if the thread is interrupted; all are cancelled
   */
  <T, R> List<R> map(
      Collection<? extends T> elements, SerializableFunction<? super T, ? extends R> function)
      throws InterruptedException, ExecutionException;

  /**
   * Applies a function to each element, one task each, while its results are being read: elements
   * are taken only as results are, so that there may be any number of them, and neither they nor
   * their results need fit into memory. Between the elements and the reader are at most 16,384
   * tasks, and so many only if what they take here is below some 16 MiB together; but always two
   * for each core of the executors, or they would idle.
   *
   * <p>The stream is read by one thread. It ends with a {@link TaskFailedException} at the first
   * task that fails, as it comes in the order; all others are cancelled then. An interrupt of the
   * thread that reads ends it with a {@link java.util.concurrent.CancellationException}, and stays
   * set. Whoever does not read it to the end closes the stream, which cancels what is under way.
   *
   * @param elements asked for an iterator once; a stream is {@code stream::iterator}
   * @param order whether a result waits for those of the elements before
   */
  <T, R> Stream<R> map(
      Iterable<? extends T> elements,
      SerializableFunction<? super T, ? extends R> function,
      ResultOrder order);

  /** {@inheritDoc} The tasks must be {@code Serializable}: {@link SerializableCallable}. */
  @Override
  <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
      throws InterruptedException;

  /** {@inheritDoc} The tasks must be {@code Serializable}: {@link SerializableCallable}. */
  @Override
  <T> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException;

  /** {@inheritDoc} The tasks must be {@code Serializable}: {@link SerializableCallable}. */
  @Override
  <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException;

  /** {@inheritDoc} The tasks must be {@code Serializable}: {@link SerializableCallable}. */
  @Override
  <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException;

  /** The name of the profile whose executors these are. */
  String profile();

  /**
   * Asks for a number of executors in all, of this profile. They come as the cluster has room.
   * Lowering the number stops none that run; use {@link SlipwaySession#releaseExecutors} for that.
   *
   * @param executors not negative
   * @throws IllegalStateException if the session has been closed
   */
  void setExecutors(int executors);

  /** Asks for as many executors of this profile as the cluster has room for. */
  void setExecutorsAsManyAsFit();

  /**
   * Asks for as many executors as there is work for, from now on: more when tasks have waited for a
   * while, fewer when executors have had nothing to do. Only executors without a task are released.
   * {@link #setExecutors} and {@link #setExecutorsAsManyAsFit} end it.
   *
   * @throws IllegalStateException if the executors are a command of the application's own, which
   *     runs no tasks; or if the session has been closed
   */
  void setExecutorsOnDemand(OnDemandExecutors range);

  /**
   * The same executor, for tasks that may run for so long. A task that is over its limit is
   * interrupted, and its future fails at once with a {@link
   * io.slipway.executor.TaskTimeLimitException} that shows where it was; it is not run again. The
   * time counts from when an executor begins it: what a task waits does not count, and a task that
   * runs again after the loss of its executor has all of it again.
   *
   * @param limit more than zero, at most 365 days
   */
  SlipwayExecutor withTimeLimit(Duration limit);

  /**
   * Waits until so many executors of this profile are there, as {@link #connectedExecutors} counts
   * them.
   *
   * @return false if the time was over first, or the session was closed meanwhile
   * @throws IllegalStateException if the session has been closed before
   */
  boolean awaitExecutors(int count, Duration atMost) throws InterruptedException;

  /**
   * How many executors of this profile are connected now; where they are a command of the
   * application's own, how many run.
   */
  int connectedExecutors();

  /** How many task threads the connected executors have together. */
  int connectedCores();

  /** How many tasks wait in this driver. */
  int waitingTasks();

  /** How many tasks have been sent to executors and have not finished. */
  int sentTasks();
}
