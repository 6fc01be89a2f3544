package io.slipway.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * Calls of one kind, of which the latest is what counts: one is under way at a time, so that none
 * overtakes another, and what is asked for meanwhile becomes one call. However long no master
 * answers, no more than two are kept. Safe for use by several threads; nothing in it blocks.
 */
final class LatestCall<Q> {
  private final Function<Q, CompletableFuture<?>> calls;
  private final BinaryOperator<Q> merge;
  private Q next;
  private boolean underWay;

  /**
   * Makes it.
   *
   * @param calls makes one call
   * @param merge what has not been asked yet and what is asked for now, as one request
   */
  LatestCall(Function<Q, CompletableFuture<?>> calls, BinaryOperator<Q> merge) {
    this.calls = calls;
    this.merge = merge;
  }

  /** Asks, now or when the call that is under way has been answered. */
  void call(Q request) {
    synchronized (this) {
      if (underWay) {
        next = next == null ? request : merge.apply(next, request);
        return;
      }
      underWay = true;
    }
    start(request);
  }

  private void start(Q request) {
    Future<?> unused = calls.apply(request).whenComplete((answer, failure) -> answered());
  }

  private void answered() {
    Q request;
    synchronized (this) {
      request = next;
      next = null;
      underWay = request != null;
    }
    if (request != null) {
      start(request);
    }
  }
}
