package io.slipway.master.rpc;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a task on an executor after each signal, never twice at once; signals may merge. */
final class Signal {
  private final Executor executor;
  private final Runnable task;
  private final AtomicInteger signals = new AtomicInteger();

  Signal(Executor executor, Runnable task) {
    this.executor = executor;
    this.task = task;
  }

  /** Asks for the task to be run from now on; never blocks. */
  void raise() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = signals.get();
      task.run();
    } while (signals.addAndGet(-seen) != 0);
  }
}
