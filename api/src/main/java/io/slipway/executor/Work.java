package io.slipway.executor;

import com.google.protobuf.ByteString;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.proto.driver.v1.TaskResult;

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
  }

  private final long id;
  private final TaskOrder.PayloadCase kind;
  private final Sink sink;
  private String className = "";
  private ByteString bytes = ByteString.EMPTY;

  // Guarded by the lock of TaskThreads.
  private Thread thread;
  private boolean cancelled;
  private long queuedNanos;

  Work(TaskOrder first, Sink sink) {
    this.id = first.getTaskId();
    this.kind = first.getPayloadCase();
    this.sink = sink;
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
