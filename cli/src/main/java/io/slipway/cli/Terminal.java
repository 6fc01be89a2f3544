package io.slipway.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Optional;

/** Whether a person looks on. */
final class Terminal {
  private static final int USUAL_ROWS = 24;

  private Terminal() {}

  /** Whether standard error is a terminal; the script that starts the command can tell. */
  static boolean onStandardError() {
    return Boolean.getBoolean("slipway.terminal");
  }

  /** Whether standard output is a terminal. */
  static boolean onStandardOutput() {
    return Boolean.getBoolean("slipway.screen");
  }

  /** How many rows the terminal has at standard output; the usual 24 if that is not known. */
  static int rows() {
    int rows = Integer.getInteger("slipway.rows", USUAL_ROWS);
    return rows > 2 ? rows : USUAL_ROWS;
  }

  /** Where a person types answers; empty if standard input and error are not both a terminal. */
  static Optional<BufferedReader> answers() {
    return Boolean.getBoolean("slipway.answers")
        ? Optional.of(
            new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())))
        : Optional.empty();
  }
}
