package io.slipway.cli;

import java.io.PrintWriter;

/**
 * Where a command speaks.
 *
 * @param out results
 * @param err everything else
 */
record Console(PrintWriter out, PrintWriter err) {
  /** A line for people about what happens. */
  void note(String text) {
    err.println("slipway: " + TextTable.printable(text));
    err.flush();
  }
}
