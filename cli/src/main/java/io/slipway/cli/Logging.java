package io.slipway.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What the libraries may say on standard error. */
final class Logging {
  // Held here, or the settings would be collected with the logger.
  private static final Logger ROOT = Logger.getLogger("");

  private Logging() {}

  /** Nothing: a command says itself what went wrong. */
  static void quiet() {
    if (System.getenv("SLIPWAY_DEBUG") == null) {
      ROOT.setLevel(Level.OFF);
    }
  }

  /** Warnings: a master or a worker runs for months. */
  static void warningsOnly() {
    ROOT.setLevel(Level.WARNING);
  }
}
