package io.slipway.executor;

/**
 * How many tasks an executor takes in ahead: few while they are long, so that none waits here that
 * another executor could run; many while they are short, so that no thread waits for the network.
 * Safe for use by several threads; calls nothing.
 */
final class CreditWindow {
  /** Work that is wanted in the queue of each thread. */
  private static final long AHEAD_NANOS = 20_000_000;

  private static final int MOST_FOR_A_CORE = 1_024;
  private static final int MOST = 8_192;
  private static final double WEIGHT = 0.1;

  private final int cores;
  private double taskNanos = Double.MAX_VALUE;
  private int held;
  private int granted;

  CreditWindow(int cores) {
    this.cores = cores;
  }

  /** A task has come. */
  synchronized void received() {
    granted--;
    held++;
  }

  /** A task's result goes out. */
  synchronized void reported() {
    held--;
  }

  /** A task has taken so long. */
  synchronized void took(long nanos) {
    taskNanos = taskNanos == Double.MAX_VALUE ? nanos : taskNanos + WEIGHT * (nanos - taskNanos);
  }

  /** Tasks have waited here: begin again with few. */
  synchronized void shrink() {
    taskNanos = Double.MAX_VALUE;
  }

  /** How many more tasks may be sent now. */
  synchronized int grant() {
    double ahead = Math.min(MOST_FOR_A_CORE - 1, AHEAD_NANOS / Math.max(1, taskNanos));
    int window = (int) Math.min(MOST, cores * (1L + (long) ahead));
    int more = Math.max(0, Math.max(cores, window) - held - granted);
    granted += more;
    return more;
  }
}
