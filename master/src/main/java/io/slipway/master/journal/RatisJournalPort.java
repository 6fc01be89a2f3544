package io.slipway.master.journal;

import java.util.EnumSet;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * Closes the port that Ratis listens on. A master alone has no peer, so every call is refused:
 * without this, anybody who reaches the port could write records of his own, or delete the group
 * with its directory.
 */
final class RatisJournalPort implements GrpcServices.Customizer, ServerInterceptor {
  @Override
  public NettyServerBuilder customize(
      NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
    return builder.intercept(this);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    call.close(
        Status.PERMISSION_DENIED.withDescription("this master has no peers"), new Metadata());
    return new ServerCall.Listener<Q>() {};
  }
}
