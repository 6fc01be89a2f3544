package io.slipway.client;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/**
 * Publishes elements that come from a cluster. Each subscriber has a stream of its own, and a
 * thread of its own that ends with it: all signals come on that thread, and nothing is read before
 * it is asked for.
 */
final class ElementPublisher<T> implements Flow.Publisher<T> {
  private final String threadName;
  private final Supplier<CloseableIterator<T>> source;

  ElementPublisher(String threadName, Supplier<CloseableIterator<T>> source) {
    this.threadName = threadName;
    this.source = source;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    Subscribed<T> subscribed = new Subscribed<>(subscriber, source.get());
    Thread thread = new Thread(subscribed::run, threadName);
    thread.setDaemon(true);
    thread.start();
  }

  private static final class Subscribed<T> implements Flow.Subscription {
    private final Flow.Subscriber<? super T> subscriber;
    private final CloseableIterator<T> elements;

    // Of its thread.
    private RuntimeException failure;

    // Guarded by this.
    private long wanted;
    private boolean cancelled;
    private IllegalArgumentException misuse;

    Subscribed(Flow.Subscriber<? super T> subscriber, CloseableIterator<T> elements) {
      this.subscriber = subscriber;
      this.elements = elements;
    }

    void run() {
      try (elements) {
        subscriber.onSubscribe(this);
        for (Optional<T> next = take(); next.isPresent() && !isCancelled(); next = take()) {
          subscriber.onNext(next.get());
        }
      }
      RuntimeException reason = misused() == null ? failure : misused();
      if (isCancelled()) {
        return;
      }
      if (reason == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(reason);
      }
    }

    /** The next element, once it is wanted; empty if none shall come. */
    private Optional<T> take() {
      try {
        return awaitDemand() && elements.hasNext()
            ? Optional.of(elements.next())
            : Optional.empty();
      } catch (InterruptedException e) {
        failure = CloseableIterator.interrupted(e);
      } catch (RuntimeException e) {
        failure = e;
      }
      return Optional.empty();
    }

    private synchronized boolean awaitDemand() throws InterruptedException {
      while (wanted == 0 && !cancelled && misuse == null) {
        wait();
      }
      if (wanted > 0 && wanted != Long.MAX_VALUE) {
        wanted--;
      }
      return !cancelled && misuse == null;
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    private synchronized IllegalArgumentException misused() {
      return misuse;
    }

    @Override
    public void request(long count) {
      synchronized (this) {
        if (count < 1) {
          misuse = new IllegalArgumentException("asked for " + count + " elements (§3.9)");
        } else {
          wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
        }
        notifyAll();
      }
      if (count < 1) {
        elements.close();
      }
    }

    @Override
    public void cancel() {
      synchronized (this) {
        cancelled = true;
        notifyAll();
      }
      elements.close();
    }
  }
}
