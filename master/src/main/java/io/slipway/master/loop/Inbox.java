package io.slipway.master.loop;

import io.slipway.master.decide.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What waits for the loop: events in order, which are never refused, and requests in order, of
 * which there may be so many. Safe for use by several threads.
 */
final class Inbox {
  /** A request, who waits for its reply, and since when by the loop's clock. */
  record Asked<R>(Request<R> request, CompletableFuture<R> reply, long sinceNanos) {}

  private final int capacity;
  private final ArrayDeque<LoopEvent> events = new ArrayDeque<>();
  private final ArrayDeque<Asked<?>> requests = new ArrayDeque<>();
  private boolean news;
  private boolean closed;

  Inbox(int capacity) {
    this.capacity = capacity;
  }

  /** Whether it was taken. */
  synchronized boolean enqueue(LoopEvent event) {
    if (closed) {
      return false;
    }
    events.add(event);
    news = true;
    notifyAll();
    return true;
  }

  /** Whether there was room. */
  synchronized boolean offer(Asked<?> asked) {
    if (closed || requests.size() >= capacity) {
      return false;
    }
    requests.add(asked);
    news = true;
    notifyAll();
    return true;
  }

  /** The next event, or null. */
  synchronized LoopEvent pollEvent() {
    return events.poll();
  }

  /** The next request, or null. */
  synchronized Asked<?> pollRequest() {
    return requests.poll();
  }

  synchronized boolean hasEvents() {
    return !events.isEmpty();
  }

  synchronized boolean hasRequests() {
    return !requests.isEmpty();
  }

  synchronized int waitingRequests() {
    return requests.size();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Blocks until something came since the last call; false once it is closed. */
  synchronized boolean awaitWork() {
    while (!news && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts the loop", e);
      }
    }
    news = false;
    return !closed;
  }

  /** Takes nothing any more; returns the requests that wait. */
  synchronized List<Asked<?>> close() {
    closed = true;
    List<Asked<?>> rest = new ArrayList<>(requests);
    requests.clear();
    notifyAll();
    return rest;
  }
}
