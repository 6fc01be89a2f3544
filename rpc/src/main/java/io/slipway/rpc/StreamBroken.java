package io.slipway.rpc;

import io.grpc.Metadata;
import io.grpc.Status;

/** A stream ended with a status other than OK; whether to open another one is yet to be judged. */
final class StreamBroken extends Exception {
  private static final long serialVersionUID = 1;

  final transient Status status;
  final transient Metadata trailers;

  StreamBroken(Status status, Metadata trailers) {
    super(status.toString(), status.getCause());
    this.status = status;
    this.trailers = trailers;
  }
}
