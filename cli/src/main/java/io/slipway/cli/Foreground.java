package io.slipway.cli;

import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** A master or a worker that runs until a signal asks it to end, or until it can't go on. */
final class Foreground {
  private final PrintWriter out;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /** From now on signals end it. */
  Foreground(PrintWriter out) {
    this.out = out;
    TerminalSignals.handle(number -> done.complete(null));
  }

  /**
   * Waits for the end.
   *
   * @param ready when to print that it is
   * @param line what to print then
   * @param ends each completes when it has ended by itself, or shall end; exceptionally, with a
   *     message for people, if that is an error
   */
  @SafeVarargs
  final int run(CompletionStage<Void> ready, String line, CompletionStage<Void>... ends)
      throws InterruptedException {
    ready.thenRun(
        () -> {
          out.println(line);
          out.flush();
        });
    for (CompletionStage<Void> end : ends) {
      end.whenComplete(
          (nothing, problem) -> {
            if (problem == null) {
              done.complete(null);
            } else {
              done.completeExceptionally(problem);
            }
          });
    }
    try {
      done.get();
      return ExitCodes.OK;
    } catch (ExecutionException e) {
      throw CommandFailedException.failed(Reasons.of(e.getCause()), e.getCause());
    }
  }
}
