package io.slipway.rpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The threads that read and write connections: plain NIO, which loads quickest. */
final class EventLoops {
  private static final long QUIET_MILLIS = 100;
  private static final long LONGEST_MILLIS = 5_000;

  private EventLoops() {}

  static EventLoopGroup create(String threadName, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(threadName, true), NioIoHandler.newFactory());
  }

  /**
   * Ends the threads of a server, and waits for that, a second at most: a selector that runs still
   * keeps the port of a channel that was closed.
   */
  static void close(EventLoopGroup loops) {
    Future<?> end = loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    for (EventExecutor loop : loops) {
      if (loop.inEventLoop()) {
        return;
      }
    }
    end.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /**
   * Ends the threads in a moment: what connections that are being closed have to do still finds
   * them, or it would be logged as an error.
   */
  static void closeSoon(EventLoopGroup loops) {
    loops.shutdownGracefully(QUIET_MILLIS, LONGEST_MILLIS, TimeUnit.MILLISECONDS);
  }
}
