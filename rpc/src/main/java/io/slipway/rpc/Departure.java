package io.slipway.rpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Whether one try of a call has left for the other side: until then nobody can have acted on it,
 * however the try ends.
 */
final class Departure extends ClientStreamTracer.Factory {
  private volatile boolean left;

  boolean hasLeft() {
    return left;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void outboundHeaders() {
        left = true;
      }
    };
  }
}
