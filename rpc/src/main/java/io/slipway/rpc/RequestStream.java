package io.slipway.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Sends the messages of one client stream, as fast as the other side takes them. */
final class RequestStream<Q, R> {
  private static final long LOOK_MILLIS = 1_000;

  private final ClientCall<Q, R> call;
  private final Semaphore ready = new Semaphore(0);
  private final CompletableFuture<Closed<R>> closed = new CompletableFuture<>();

  private record Closed<R>(R answer, Status status, Metadata trailers) {}

  private RequestStream(ClientCall<Q, R> call) {
    this.call = call;
  }

  /**
   * Sends all messages and waits for the answer.
   *
   * @param progress told after each message that was taken
   */
  static <Q, R> R send(
      Channel channel, MethodDescriptor<Q, R> method, Iterator<Q> messages, Runnable progress)
      throws InterruptedException, StreamBroken {
    RequestStream<Q, R> stream = new RequestStream<>(channel.newCall(method, CallOptions.DEFAULT));
    try {
      return stream.run(messages, progress);
    } finally {
      stream.call.cancel("no longer sent", null);
    }
  }

  private R run(Iterator<Q> messages, Runnable progress) throws InterruptedException, StreamBroken {
    call.start(
        new ClientCall.Listener<>() {
          private R answer;

          @Override
          public void onMessage(R message) {
            answer = message;
          }

          @Override
          public void onReady() {
            ready.release();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(new Closed<>(answer, status, trailers));
            ready.release();
          }
        },
        new Metadata());
    call.request(2);
    while (!closed.isDone() && messages.hasNext()) {
      while (!call.isReady() && !closed.isDone()) {
        if (ready.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          ready.drainPermits();
        }
      }
      if (!closed.isDone()) {
        call.sendMessage(messages.next());
        progress.run();
      }
    }
    if (!closed.isDone()) {
      call.halfClose();
    }
    Closed<R> end;
    try {
      end = closed.get();
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
    if (!end.status().isOk()) {
      throw new StreamBroken(end.status(), end.trailers());
    }
    if (end.answer() == null) {
      throw new StreamBroken(Status.INTERNAL.withDescription("no answer"), end.trailers());
    }
    return end.answer();
  }
}
