package io.slipway.rpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for a channel to be connected. */
final class Connecting {
  private Connecting() {}

  /**
   * Waits until the channel is connected, or can't be.
   *
   * @return false if neither came in time; after true a call tells which it was
   */
  static boolean await(ManagedChannel channel, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    ConnectivityState state = channel.getState(true);
    while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (!changed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      state = channel.getState(true);
    }
    return true;
  }
}
