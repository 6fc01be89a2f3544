package io.slipway.cli;

import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * The signals that have asked a client-mode command to end, for whoever can act on them now. Safe
 * for use by several threads.
 */
final class StopRequest {
  private int first;
  private int count;
  private IntConsumer listener = number -> {};

  /** A signal arrived. */
  synchronized void signalled(int number) {
    if (first == 0) {
      first = number;
    }
    count++;
    listener.accept(count);
  }

  /** The first signal, if there was one. */
  synchronized OptionalInt signal() {
    return first == 0 ? OptionalInt.empty() : OptionalInt.of(first);
  }

  /**
   * Tells {@code newListener} of each signal that arrives, the how-manieth it is, and at once of
   * what has arrived already. It must not block.
   */
  synchronized void listen(IntConsumer newListener) {
    listener = newListener;
    if (count > 0) {
      newListener.accept(count);
    }
  }
}
