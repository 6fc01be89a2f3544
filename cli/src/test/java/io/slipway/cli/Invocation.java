package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * One run of the command in this JVM.
 *
 * @param code the exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Invocation(int code, String out, String err) {
  /** Runs {@code slipway} with these arguments. */
  static Invocation of(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        SlipwayMain.run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    return new Invocation(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
