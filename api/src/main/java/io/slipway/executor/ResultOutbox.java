package io.slipway.executor;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.TaskResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;

/**
 * Results on their way to the driver: what is finished goes together, large ones in pieces, and no
 * faster than the connection takes it. Safe for use by several threads.
 */
final class ResultOutbox implements AutoCloseable {
  private static final int PIECE_BYTES = 256 << 10;
  private static final int MESSAGE_BYTES = 512 << 10;
  private static final int MESSAGE_RESULTS = 1_024;

  /** How long a result waits for others to go with it while tasks wait. */
  private static final long LINGER_NANOS = 500_000;

  private static final long MOST_WAITING_BYTES = 16 << 20;

  private final ClientCallStreamObserver<RunTasksRequest> out;
  private final IntUnaryOperator credits;
  private final ReentrantLock sending = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<TaskResult> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean finishing;
  private boolean finished;
  private boolean closed;

  /**
   * Makes an outbox.
   *
   * @param credits told how many results go out now, says how many more tasks may come
   */
  ResultOutbox(ClientCallStreamObserver<RunTasksRequest> out, IntUnaryOperator credits) {
    this.out = out;
    this.credits = credits;
  }

  /**
   * Adds a result; never waits.
   *
   * @param more whether the caller has more to do and will not {@link #flush}: then {@link
   *     #flushOrWait} sends it soon
   */
  void add(TaskResult result, boolean more) {
    lock.lock();
    try {
      if (more && waiting.isEmpty()) {
        changed.signalAll();
      }
      waiting.add(result);
      waitingBytes += result.getValue().size();
    } finally {
      lock.unlock();
    }
  }

  /** Holds up a task thread while too much waits here. */
  void holdUp() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waitingBytes > MOST_WAITING_BYTES && !closed) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The connection takes more. */
  void ready() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** After what waits now the stream is ended from this side; never waits. */
  void finish() {
    lock.lock();
    try {
      finishing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what waits; waits for something for so long. */
  @SuppressWarnings("WaitNotInLoop") // the caller's loop: waking early does no harm
  void flushOrWait(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (waiting.isEmpty() && !closed && (!finishing || finished)) {
        changed.awaitNanos(nanos);
        long left = LINGER_NANOS;
        while (!waiting.isEmpty()
            && waiting.size() < MESSAGE_RESULTS
            && left > 0
            && !closed
            && !finishing) {
          left = changed.awaitNanos(left);
        }
      }
    } finally {
      lock.unlock();
    }
    flush();
  }

  /** Sends what waits; waits while the connection takes nothing. */
  void flush() throws InterruptedException {
    sending.lockInterruptibly();
    try {
      for (RunTasksRequest.Builder message = next(); message != null; message = next()) {
        if (!awaitReady()) {
          return;
        }
        out.onNext(message.build());
      }
    } finally {
      sending.unlock();
    }
  }

  private boolean awaitReady() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!out.isReady() && !closed) {
        changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** The next message, or null if nothing waits; ends the stream after the last one. */
  private RunTasksRequest.Builder next() {
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      if (waiting.isEmpty()) {
        if (finishing && !finished) {
          finished = true;
          out.onCompleted();
        }
        return null;
      }
      RunTasksRequest.Builder message = RunTasksRequest.newBuilder();
      int bytes = 0;
      int whole = 0;
      while (!waiting.isEmpty()
          && bytes < MESSAGE_BYTES
          && message.getResultsCount() < MESSAGE_RESULTS) {
        TaskResult result = waiting.remove();
        ByteString value = result.getValue();
        if (value.size() > PIECE_BYTES) {
          message.addResults(
              result.toBuilder().setValue(value.substring(0, PIECE_BYTES)).setContinued(true));
          waiting.addFirst(result.toBuilder().setValue(value.substring(PIECE_BYTES)).build());
          bytes += PIECE_BYTES;
          waitingBytes -= PIECE_BYTES;
        } else {
          message.addResults(result);
          bytes += result.getSerializedSize();
          waitingBytes -= value.size();
          whole++;
        }
      }
      changed.signalAll();
      return message.setCredits(credits.applyAsInt(whole));
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is sent any more, and nobody is held up. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
