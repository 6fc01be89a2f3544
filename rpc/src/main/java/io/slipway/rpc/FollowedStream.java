package io.slipway.rpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.slipway.model.HostPort;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One server stream that is read across breaks, on the channels' thread. */
final class FollowedStream<Q, R> {
  private final Masters masters;
  private final Channels channels;
  private final MethodDescriptor<Q, R> method;
  private final Supplier<Q> request;
  private final Predicate<R> reader;
  private final Retries retries;
  private final Duration connectTimeout;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile ClientCall<Q, R> underWay;

  FollowedStream(
      Masters masters,
      Channels channels,
      MethodDescriptor<Q, R> method,
      Supplier<Q> request,
      Predicate<R> reader,
      Retries retries,
      Duration connectTimeout) {
    this.masters = masters;
    this.channels = channels;
    this.method = method;
    this.request = request;
    this.reader = reader;
    this.retries = retries;
    this.connectTimeout = connectTimeout;
    end.whenComplete(
        (done, failure) -> {
          ClientCall<Q, R> call = underWay;
          if (call != null) {
            call.cancel("no longer read", null);
          }
        });
  }

  /** Completes when there is nothing more to read; cancelling it ends the reading. */
  CompletableFuture<Void> end() {
    return end;
  }

  /** Opens the stream, now and after each break. */
  void attempt() {
    if (end.isDone()) {
      return;
    }
    HostPort address = masters.current();
    try {
      ManagedChannel channel = masters.channel(address);
      ClientCall<Q, R> call = channel.newCall(method, CallOptions.DEFAULT);
      underWay = call;
      call.start(new Listener(address, call), new Metadata());
      call.request(1);
      call.sendMessage(request.get());
      call.halfClose();
      if (end.isDone()) {
        call.cancel("no longer read", null);
        return;
      }
      // Streams have no deadline, so something that takes connections and never speaks is met here.
      channels.schedule(
          () -> {
            if (underWay == call && channel.getState(false) != ConnectivityState.READY) {
              call.cancel("no connection", null);
            }
          },
          connectTimeout.toNanos());
    } catch (RuntimeException e) {
      end.completeExceptionally(StatusMapping.toRefusal(e));
    }
  }

  private final class Listener extends ClientCall.Listener<R> {
    private final HostPort address;
    private final ClientCall<Q, R> call;

    Listener(HostPort address, ClientCall<Q, R> call) {
      this.address = address;
      this.call = call;
    }

    @Override
    public void onMessage(R message) {
      if (end.isDone()) {
        return;
      }
      retries.progress(address);
      try {
        if (reader.test(message)) {
          call.request(1);
        } else {
          end.complete(null);
        }
      } catch (RuntimeException e) {
        end.completeExceptionally(e);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (end.isDone()) {
        return;
      }
      if (status.isOk()) {
        retries.progress(address);
        end.complete(null);
        return;
      }
      try {
        channels.schedule(
            FollowedStream.this::attempt, retries.delayAfter(address, status, trailers));
      } catch (RuntimeException e) {
        end.completeExceptionally(e);
      }
    }
  }
}
