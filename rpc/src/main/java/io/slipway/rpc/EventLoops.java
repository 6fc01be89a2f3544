package io.slipway.rpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads that read and write connections: plain NIO, which loads quickest. */
final class EventLoops {
  private EventLoops() {}

  static EventLoopGroup create(String threadName, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(threadName, true), NioIoHandler.newFactory());
  }

  static void close(EventLoopGroup loops) {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }
}
