package io.slipway.master.effects;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Completes a future with the one answer of a call. */
record SingleAnswer<R>(CompletableFuture<R> future) implements StreamObserver<R> {
  @Override
  public void onNext(R answer) {
    future.complete(answer);
  }

  @Override
  public void onError(Throwable failure) {
    future.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    if (!future.isDone()) {
      future.completeExceptionally(
          Status.INTERNAL.withDescription("no answer").asRuntimeException());
    }
  }
}
