package io.slipway.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The messages of one server stream, read by one thread. At most a few messages are under way: the
 * other side waits for the reader.
 */
final class ResponseStream<R> implements AutoCloseable {
  private static final int WINDOW = 4;

  private final ClientCall<?, R> call;
  private final BlockingQueue<Event<R>> events = new LinkedBlockingQueue<>();
  private Event<R> head;

  private record Event<R>(R message, Status status, Metadata trailers) {}

  private ResponseStream(ClientCall<?, R> call) {
    this.call = call;
  }

  /** Opens a stream. */
  static <Q, R> ResponseStream<R> open(Channel channel, MethodDescriptor<Q, R> method, Q request) {
    ClientCall<Q, R> call = channel.newCall(method, CallOptions.DEFAULT);
    ResponseStream<R> stream = new ResponseStream<>(call);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(R message) {
            stream.events.add(new Event<>(message, null, null));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            stream.events.add(new Event<>(null, status, trailers));
          }
        },
        new Metadata());
    call.request(WINDOW);
    call.sendMessage(request);
    call.halfClose();
    return stream;
  }

  /** Waits for the next message or the end. */
  boolean hasNext() throws InterruptedException, StreamBroken {
    if (head == null) {
      head = events.take();
    }
    if (head.message() != null) {
      return true;
    }
    if (!head.status().isOk()) {
      throw new StreamBroken(head.status(), head.trailers());
    }
    return false;
  }

  /** The message that {@link #hasNext} found. */
  R next() {
    if (head == null || head.message() == null) {
      throw new NoSuchElementException();
    }
    R message = head.message();
    head = null;
    call.request(1);
    return message;
  }

  /** Cancels what has not ended. */
  @Override
  public void close() {
    call.cancel("no longer read", null);
  }
}
