package io.slipway.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Hands the reports of a watch to one reader, which gets the newest: those that came between two
 * questions are passed over. Watches nothing before the first question.
 */
final class NewestReport implements AutoCloseable {
  private final Function<Consumer<ApplicationReport>, CompletableFuture<ApplicationReport>> start;

  // Guarded by this.
  private CompletableFuture<ApplicationReport> watch;
  private ApplicationReport newest;
  private RuntimeException failure;
  private boolean ended;

  /**
   * Makes it.
   *
   * @param start begins a watch that tells its reports to what it is given
   */
  NewestReport(Function<Consumer<ApplicationReport>, CompletableFuture<ApplicationReport>> start) {
    this.start = start;
  }

  /**
   * Waits for a report that was not taken yet.
   *
   * @return empty after the final one, and once this is closed
   * @throws SlipwayException if the watch is refused
   */
  synchronized Optional<ApplicationReport> take() throws InterruptedException {
    if (watch == null && !ended) {
      watch = start.apply(this::tell);
      watch.whenComplete((done, problem) -> end(problem));
    }
    while (newest == null && !ended) {
      wait();
    }
    if (newest == null && failure != null) {
      throw failure;
    }
    Optional<ApplicationReport> report = Optional.ofNullable(newest);
    newest = null;
    return report;
  }

  private synchronized void tell(ApplicationReport report) {
    if (!ended) {
      newest = report;
      notifyAll();
    }
  }

  private synchronized void end(Throwable problem) {
    if (!ended) {
      ended = true;
      failure = problem == null ? null : Calls.exception(problem);
      notifyAll();
    }
  }

  /** Ends the watch; from any thread. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<ApplicationReport> open;
    synchronized (this) {
      ended = true;
      newest = null;
      open = watch;
      notifyAll();
    }
    if (open != null) {
      open.cancel(false);
    }
  }
}
