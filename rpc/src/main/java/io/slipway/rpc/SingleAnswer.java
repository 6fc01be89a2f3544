package io.slipway.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Completes a future with the one answer of a call. */
final class SingleAnswer<R> implements StreamObserver<R> {
  private final CompletableFuture<R> future;
  private R value;

  SingleAnswer(CompletableFuture<R> future) {
    this.future = future;
  }

  @Override
  public void onNext(R answer) {
    value = answer;
  }

  @Override
  public void onError(Throwable failure) {
    future.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    if (value == null) {
      future.completeExceptionally(
          Status.INTERNAL.withDescription("no answer").asRuntimeException());
    } else {
      future.complete(value);
    }
  }
}
