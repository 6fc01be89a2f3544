package io.slipway.master.journal;

import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioServerSocketChannel;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Closes the port that Ratis listens on. A master alone has no peer, so every call is refused:
 * without this, anybody who reaches the port could write records of his own, or delete the group
 * with its directory.
 */
final class RatisJournalPort implements GrpcServices.Customizer, ServerInterceptor, AutoCloseable {
  /** One thread without native code, since nobody calls; Ratis' own take 2 seconds to close. */
  private final EventLoopGroup loop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("raft-port", true));

  @Override
  public NettyServerBuilder customize(
      NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
    return builder
        .channelType(NioServerSocketChannel.class)
        .bossEventLoopGroup(loop)
        .workerEventLoopGroup(loop)
        .intercept(this);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    call.close(
        Status.PERMISSION_DENIED.withDescription("this master has no peers"), new Metadata());
    return new ServerCall.Listener<Q>() {};
  }

  /** Ends the thread; to be called after the server was closed. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
