package io.slipway.driver;

import com.google.protobuf.ByteString;
import io.slipway.proto.driver.v1.TaskFailure;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A task and its future. Results stay bytes until somebody asks for them, so that no code of the
 * application's runs on the threads that serve the connections.
 */
final class TaskFuture<T> implements Future<T> {
  /** What became of a task. */
  enum Kind {
    /** It has a result. */
    SUCCEEDED,
    /** It threw something, or was given up. */
    FAILED,
    /** Nobody wanted it any more. */
    CANCELLED
  }

  private sealed interface Outcome {
    record Value(ByteString bytes) implements Outcome {
      @Override
      public Kind kind() {
        return Kind.SUCCEEDED;
      }
    }

    record Read(Object value) implements Outcome {
      @Override
      public Kind kind() {
        return Kind.SUCCEEDED;
      }
    }

    record Failed(TaskFailure failure, String where) implements Outcome {
      @Override
      public Kind kind() {
        return Kind.FAILED;
      }
    }

    record Broken(String message, Throwable cause) implements Outcome {
      @Override
      public Kind kind() {
        return Kind.FAILED;
      }
    }

    record Cancelled() implements Outcome {
      @Override
      public Kind kind() {
        return Kind.CANCELLED;
      }
    }

    Kind kind();
  }

  private final long id;
  private final TaskBoard board;
  private final ResultReader<T> reader;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile TaskPayload payload;
  private long bytes;
  private Outcome outcome;
  private Runnable whenDone;

  // Guarded by the board's lock.
  private int losses;
  private boolean waiting;
  private ExecutorStream stream;

  TaskFuture(long id, TaskBoard board, TaskPayload payload, ResultReader<T> reader) {
    this.id = id;
    this.board = board;
    this.payload = payload;
    this.bytes = payload.bytes().size();
    this.reader = reader;
  }

  long id() {
    return id;
  }

  /** Null once the task is done. */
  TaskPayload payload() {
    return payload;
  }

  ExecutorStream stream() {
    return stream;
  }

  void stream(ExecutorStream newStream) {
    stream = newStream;
  }

  boolean waiting() {
    return waiting;
  }

  void waiting(boolean nowWaiting) {
    waiting = nowWaiting;
  }

  int countLoss() {
    return ++losses;
  }

  /** The task as something that runs in this JVM, on whichever thread runs it. */
  Runnable here() {
    return () -> {
      TaskPayload work = payload;
      if (work != null) {
        try {
          complete(new Outcome.Read(reader.ofCall(work.call())));
        } catch (Throwable thrown) { // whatever a task throws is its result
          fail(thrown);
        }
      }
    };
  }

  void succeed(ByteString result) {
    bytes += result.size();
    complete(new Outcome.Value(result));
  }

  /** How many bytes travelled for it, for whoever has seen that it is done. */
  long bytes() {
    return bytes;
  }

  void fail(TaskFailure failure, String where) {
    complete(new Outcome.Failed(failure, where));
  }

  void fail(Throwable cause) {
    complete(new Outcome.Broken(cause.getMessage(), cause));
  }

  private boolean complete(Outcome reached) {
    Runnable listener;
    synchronized (this) {
      if (outcome != null) {
        return false;
      }
      outcome = reached;
      payload = null;
      listener = whenDone;
    }
    board.count(reached.kind()); // first, so that whoever waited finds it counted
    done.countDown();
    if (listener != null) {
      listener.run();
    }
    return true;
  }

  /** Runs {@code listener}, which must not block, when the task is done, or now if it is. */
  void whenDone(Runnable listener) {
    synchronized (this) {
      if (outcome == null) {
        whenDone = listener;
        return;
      }
    }
    listener.run();
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!complete(new Outcome.Cancelled())) {
      return false;
    }
    board.cancelled(this, mayInterruptIfRunning);
    return true;
  }

  @Override
  public synchronized boolean isCancelled() {
    return outcome instanceof Outcome.Cancelled;
  }

  @Override
  public boolean isDone() {
    return done.getCount() == 0;
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    done.await();
    return read();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!done.await(timeout, unit)) {
      throw new TimeoutException();
    }
    return read();
  }

  @SuppressWarnings("unchecked")
  private T read() throws ExecutionException {
    Outcome reached;
    synchronized (this) {
      reached = outcome;
    }
    if (reached instanceof Outcome.Read read) {
      return (T) read.value();
    }
    if (reached instanceof Outcome.Value value) {
      try {
        T result = reader.read(value.bytes());
        synchronized (this) {
          // Of several threads that read at once, all see the first one's object.
          if (outcome instanceof Outcome.Read first) {
            return (T) first.value();
          }
          outcome = new Outcome.Read(result);
        }
        return result;
      } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
        throw new ExecutionException("the task's result can't be deserialized: " + e, e);
      }
    }
    if (reached instanceof Outcome.Failed failed) {
      Throwable cause = RemoteFailures.toThrowable(failed.failure());
      throw new ExecutionException("the task failed in " + failed.where() + ": " + cause, cause);
    }
    if (reached instanceof Outcome.Broken broken) {
      throw new ExecutionException(broken.message(), broken.cause());
    }
    throw new CancellationException();
  }
}
