package io.slipway.driver;

import io.slipway.executor.ExecutorBroadcasts;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.function.LongConsumer;

/** A broadcast as its driver holds it, and as it travels with tasks. */
final class BroadcastHandle<T> implements Broadcast<T> {
  private static final long serialVersionUID = 1;

  private final long id;
  private final long size;
  private final boolean file;

  // In the driver.
  private transient T value;
  private transient LongConsumer close;
  private transient boolean closed;

  /** In an executor. */
  private transient ExecutorBroadcasts fetched;

  BroadcastHandle(long id, long size, boolean file, T value, LongConsumer close) {
    this.id = id;
    this.size = size;
    this.file = file;
    this.value = value;
    this.close = close;
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    fetched = ExecutorBroadcasts.ofThisThread();
  }

  @Override
  @SuppressWarnings("unchecked")
  public T value() {
    if (fetched != null) {
      return (T) (file ? fetched.file(id, size) : fetched.object(id));
    }
    synchronized (this) {
      if (close == null) {
        throw new IllegalStateException(
            "this broadcast came back from an executor: use the one that the session gave");
      }
      if (closed) {
        throw new IllegalStateException("the broadcast has been closed");
      }
      return value;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void close() {
    if (close == null) {
      throw new IllegalStateException("a broadcast is closed by its driver, not in a task");
    }
    synchronized (this) {
      closed = true;
      value = null;
    }
    close.accept(id);
  }
}
