package io.slipway.master.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import java.util.HashMap;
import java.util.Map;

/** Counts the streams that each principal keeps open. Safe for use by several threads. */
final class StreamLimit {
  private final Map<Principal, Integer> open = new HashMap<>();

  /**
   * Counts one stream of the caller's until it ends; {@code ended} is run then, however it ends.
   *
   * @throws Refusal if the caller has too many
   */
  void enter(ServerCallStreamObserver<?> call, Runnable ended) {
    Principal principal = Principal.current();
    synchronized (open) {
      int count = open.getOrDefault(principal, 0);
      if (count >= Limits.WATCHERS_PER_PRINCIPAL) {
        throw Refusal.of(
                Status.Code.RESOURCE_EXHAUSTED,
                Reason.REASON_LIMIT_EXCEEDED,
                principal + " has " + count + " streams open, as many as are allowed")
            .with("limit", "open streams")
            .with("maximum", Integer.toString(Limits.WATCHERS_PER_PRINCIPAL))
            .with("value", Integer.toString(count + 1));
      }
      open.put(principal, count + 1);
    }
    Runnable leave =
        new Runnable() {
          private boolean left;

          @Override
          public void run() {
            synchronized (open) {
              if (left) {
                return;
              }
              left = true;
              open.computeIfPresent(principal, (key, count) -> count == 1 ? null : count - 1);
            }
            ended.run();
          }
        };
    call.setOnCancelHandler(leave);
    call.setOnCloseHandler(leave);
  }
}
