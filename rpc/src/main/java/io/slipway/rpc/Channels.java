package io.slipway.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Opens every gRPC connection of ours. All channels of one object share one thread, on which
 * callbacks of asynchronous calls run too: they must not block. Safe for use by several threads.
 */
public final class Channels implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final int KEEPALIVE_SECONDS = 10;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

  private final EventLoopGroup loops;
  private final Set<ManagedChannel> open = ConcurrentHashMap.newKeySet();

  /** Starts the thread. */
  public Channels(String threadName) {
    loops = EventLoops.create(threadName, 1);
  }

  /**
   * Opens a channel; it connects with the first call, and again whenever it must. The host's name
   * is resolved here and may block.
   */
  public ManagedChannel open(HostPort address, TokenSource tokens) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.resolve())
            .usePlaintext()
            .directExecutor()
            .eventLoopGroup(loops)
            .channelType(NioSocketChannel.class)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .disableServiceConfigLookUp()
            .disableRetry()
            .maxInboundMessageSize(Limits.MESSAGE_BYTES)
            .maxInboundMetadataSize(Limits.METADATA_BYTES)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .idleTimeout(365, TimeUnit.DAYS)
            .intercept(new WithToken(tokens))
            .build();
    open.add(channel);
    return channel;
  }

  /** Runs a task on the thread of all callbacks. */
  void schedule(Runnable task, long delayNanos) {
    try {
      loops.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw Refusal.of(
              Status.Code.CANCELLED, Reason.REASON_UNSPECIFIED, "the connection has been closed")
          .causedBy(e);
    }
  }

  /** Closes one channel of these at once. */
  public void close(ManagedChannel channel) {
    channel.shutdownNow();
    open.remove(channel);
  }

  /** Closes all channels at once, and ends the thread. Idempotent. */
  @Override
  public void close() {
    open.forEach(ManagedChannel::shutdownNow);
    open.clear();
    EventLoops.closeSoon(loops);
  }

  private record WithToken(TokenSource tokens) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          String token = tokens.token();
          if (!token.isEmpty()) {
            headers.put(CallGuard.AUTHORIZATION, CallGuard.BEARER + token);
          }
          super.start(listener, headers);
        }
      };
    }
  }
}
