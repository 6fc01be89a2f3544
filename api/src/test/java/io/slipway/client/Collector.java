package io.slipway.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** A subscriber that notes what it is told. */
final class Collector<T> implements Flow.Subscriber<T> {
  final List<T> elements = new CopyOnWriteArrayList<>();
  final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  final CompletableFuture<Boolean> completion = new CompletableFuture<>();
  private final long first;

  /**
   * Makes it.
   *
   * @param first how many elements it asks for at once
   */
  Collector(long first) {
    this.first = first;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
    if (first != 0) {
      given.request(first);
    }
  }

  @Override
  public void onNext(T element) {
    elements.add(element);
  }

  @Override
  public void onError(Throwable problem) {
    failure.complete(problem);
  }

  @Override
  public void onComplete() {
    completion.complete(true);
  }
}
