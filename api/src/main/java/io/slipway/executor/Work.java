package io.slipway.executor;

import com.google.protobuf.ByteString;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.proto.driver.v1.TaskResult;
import io.slipway.rpc.mapping.Fields;
import java.time.Duration;

/** One task of this executor, from its first piece to its result. */
final class Work {
  /** Takes results; called on task threads, which it may hold up while the connection is slow. */
  interface Sink {
    /**
     * A task has been done.
     *
     * @param nanos how long it took
     */
    void finished(Work work, TaskResult result, long nanos) throws InterruptedException;

    /** A task's time is over, although it runs still; called on another thread, must not block. */
    void expired(Work work, TaskResult result);
  }

  private final long id;
  private final TaskOrder.PayloadCase kind;
  private final Sink sink;
  private final Duration timeLimit;
  private String className = "";
  private ByteString bytes = ByteString.EMPTY;

  // Guarded by the lock of TaskThreads.
  private Thread thread;
  private boolean cancelled;
  private TaskResult expired;
  private long queuedNanos;

  Work(TaskOrder first, Sink sink) {
    this.id = first.getTaskId();
    this.kind = first.getPayloadCase();
    this.sink = sink;
    this.timeLimit = Fields.bounded(first.getTimeLimit());
  }

  /** Adds the next piece of the payload. */
  void add(TaskOrder order) {
    switch (kind) {
      case SERIALIZED_JAVA -> bytes = bytes.concat(order.getSerializedJava());
      case NAMED -> {
        className = order.getNamed().getClassName();
        bytes = bytes.concat(order.getNamed().getInput());
      }
      case RAW, PAYLOAD_NOT_SET -> bytes = ByteString.EMPTY;
    }
  }

  long id() {
    return id;
  }

  TaskOrder.PayloadCase kind() {
    return kind;
  }

  String className() {
    return className;
  }

  ByteString bytes() {
    return bytes;
  }

  Sink sink() {
    return sink;
  }

  /** Zero if there is none. */
  Duration timeLimit() {
    return timeLimit;
  }

  /** What became of it when its time was over; null while it is not. */
  TaskResult expired() {
    return expired;
  }

  void expired(TaskResult result) {
    expired = result;
  }

  Thread thread() {
    return thread;
  }

  void thread(Thread runningOn) {
    thread = runningOn;
  }

  boolean cancelled() {
    return cancelled;
  }

  void cancelled(boolean wanted) {
    cancelled = wanted;
  }

  long queuedNanos() {
    return queuedNanos;
  }

  void queuedNanos(long at) {
    queuedNanos = at;
  }
}
