package io.slipway.cli;

import io.slipway.model.Signals;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/**
 * The signals by which a terminal, or whoever else started the command, asks it to end: SIGINT,
 * SIGTERM and SIGHUP. One that was ignored when the command began (by {@code nohup}, say) stays
 * ignored.
 */
final class TerminalSignals {
  private TerminalSignals() {}

  /**
   * From now on tells {@code handler} the number of each signal that arrives, on a thread of the
   * JVM's, instead of ending the process.
   */
  static void handle(IntConsumer handler) {
    handle("INT", Signals.INT, handler);
    handle("TERM", Signals.TERM, handler);
    handle("HUP", Signals.HUP, handler);
  }

  private static void handle(String name, int number, IntConsumer handler) {
    Signal.handle(new Signal(name), signal -> handler.accept(number));
  }
}
