package io.slipway.executor;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.slipway.proto.driver.v1.BroadcastServiceGrpc;
import io.slipway.proto.driver.v1.FetchBroadcastRequest;
import io.slipway.proto.driver.v1.FetchBroadcastResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;

/**
 * The bytes of a broadcast, as they come from the driver, which waits for the reader. For one
 * thread.
 */
final class BroadcastInputStream extends InputStream {
  private final Context.CancellableContext context = Context.ROOT.withCancellation();
  private final Iterator<FetchBroadcastResponse> pieces;
  private InputStream piece = InputStream.nullInputStream();

  BroadcastInputStream(Channel driver, long id) {
    Context before = context.attach();
    try {
      pieces =
          BroadcastServiceGrpc.newBlockingStub(driver)
              .fetchBroadcast(FetchBroadcastRequest.newBuilder().setBroadcastId(id).build());
    } finally {
      context.detach(before);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = piece.read(into, offset, length);
      if (count > 0) {
        return count;
      }
      try {
        if (!pieces.hasNext()) {
          return -1;
        }
        ByteString data = pieces.next().getData();
        piece = data.newInput();
      } catch (StatusRuntimeException e) {
        // Not as the cause, which could not travel to the driver.
        String description = e.getStatus().getDescription();
        throw new IOException(description == null ? e.getMessage() : description);
      }
    }
  }

  /** Ends the call, if it has not ended. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
