package io.slipway.master.loop;

import io.slipway.model.ApplicationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Follows one application. Changes wait in a bounded buffer until they are drained; when it
 * overflows they are dropped, and a snapshot follows. Safe for use by several threads.
 */
public final class Watch implements AutoCloseable {
  private final ApplicationId application;
  private final int capacity;
  private final Runnable available;
  private final Consumer<Watch> snapshotWanted;
  private final Consumer<Watch> onClose;
  private final ArrayDeque<WatchEvent> buffer = new ArrayDeque<>();
  private boolean overflowed;
  private boolean closed;

  Watch(
      ApplicationId application,
      int capacity,
      Runnable available,
      Consumer<Watch> snapshotWanted,
      Consumer<Watch> onClose) {
    this.application = application;
    this.capacity = capacity;
    this.available = available;
    this.snapshotWanted = snapshotWanted;
    this.onClose = onClose;
  }

  ApplicationId application() {
    return application;
  }

  void offer(WatchEvent event) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (event instanceof WatchEvent.Changed) {
        if (overflowed) {
          return;
        }
        if (buffer.size() >= capacity) {
          buffer.clear();
          overflowed = true;
          return;
        }
      } else {
        buffer.clear();
        overflowed = false;
      }
      buffer.add(event);
    }
    available.run();
  }

  /** Takes what has come since the last call, in order; empty if nothing has. */
  public List<WatchEvent> drain() {
    List<WatchEvent> events;
    boolean snapshot;
    synchronized (this) {
      events = new ArrayList<>(buffer);
      buffer.clear();
      snapshot = overflowed;
    }
    if (snapshot) {
      snapshotWanted.accept(this);
    }
    return events;
  }

  /** Ends it; nothing is offered any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      buffer.clear();
    }
    onClose.accept(this);
  }
}
