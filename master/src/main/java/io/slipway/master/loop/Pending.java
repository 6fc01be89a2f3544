package io.slipway.master.loop;

import io.slipway.master.decide.RequestRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Replies that wait for a round to be committed, or for leadership to be confirmed. */
final class Pending {
  private record Reply<R>(
      CompletableFuture<R> future, Optional<R> value, Optional<RequestRefused> refusal) {
    void release(Executor executor) {
      if (refusal.isPresent()) {
        executor.execute(() -> future.completeExceptionally(refusal.get()));
      } else {
        executor.execute(() -> future.complete(value.orElseThrow()));
      }
    }

    void fail(Executor executor, RequestRefused reason) {
      executor.execute(() -> future.completeExceptionally(reason));
    }
  }

  private final List<Reply<?>> replies = new ArrayList<>();

  <R> void answer(CompletableFuture<R> future, R value) {
    replies.add(new Reply<>(future, Optional.of(value), Optional.empty()));
  }

  <R> void refuse(CompletableFuture<R> future, RequestRefused refusal) {
    replies.add(new Reply<>(future, Optional.empty(), Optional.of(refusal)));
  }

  boolean isEmpty() {
    return replies.isEmpty();
  }

  void release(Executor executor) {
    replies.forEach(reply -> reply.release(executor));
  }

  void fail(Executor executor, RequestRefused reason) {
    replies.forEach(reply -> reply.fail(executor, reason));
  }
}
