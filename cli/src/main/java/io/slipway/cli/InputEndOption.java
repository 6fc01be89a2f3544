package io.slipway.cli;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Option;

/**
 * The flag of a command that is part of another one, and ends with it. Whoever holds the other end
 * of its standard input leaves nothing behind, even if it is killed.
 */
final class InputEndOption {
  private static final String FLAG = "--until-input-ends";
  private static final int BUFFER = 1 << 10;

  @Option(names = FLAG, hidden = true, description = "End when standard input does.")
  private boolean wanted;

  /** The flag itself. */
  static String flag() {
    return FLAG;
  }

  /** Whether the flag was given. */
  boolean wanted() {
    return wanted;
  }

  /** Completes at the end of standard input if the flag was given, else never. */
  CompletableFuture<Void> end() {
    CompletableFuture<Void> end = new CompletableFuture<>();
    if (wanted) {
      Thread reader = new Thread(() -> read(end), "input");
      reader.setDaemon(true);
      reader.start();
    }
    return end;
  }

  private static void read(CompletableFuture<Void> end) {
    byte[] ignored = new byte[BUFFER];
    try {
      while (System.in.read(ignored) >= 0) {
        // Nothing is said there.
      }
    } catch (IOException e) {
      // What can't be read has ended.
    }
    end.complete(null);
  }
}
