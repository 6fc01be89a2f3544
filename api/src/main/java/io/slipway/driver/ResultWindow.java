package io.slipway.driver;

/**
 * How many tasks of a stream may be between their element and the reader of their result: many
 * while they are small, so that no executor waits for the reader; few when they are large, so that
 * what waits here stays below a number of bytes. For one thread.
 */
final class ResultWindow {
  /** What elements and results that wait here may take together. */
  static final long BYTES = 16 << 20;

  static final int MOST = 16_384;

  /** Tasks for each core of the executors, however large they are. */
  private static final int LEAST_FOR_A_CORE = 2;

  private static final double WEIGHT = 0.05;

  private double taskBytes;
  private long seen;

  /** A task's element and result have taken so many bytes. */
  void took(long bytes) {
    seen++;
    // Up at once and down slowly: what is to be avoided is too much.
    taskBytes = bytes > taskBytes ? bytes : taskBytes + WEIGHT * (bytes - taskBytes);
  }

  /** How many there may be, if executors have so many cores. */
  int limit(int cores) {
    long least = Math.max(1, (long) LEAST_FOR_A_CORE * cores);
    long bySize = (long) (BYTES / Math.max(1, taskBytes));
    // It grows with what has been seen, so that the first large ones come alone.
    long known = Math.min(bySize, 2 * seen);
    return (int) Math.min(MOST, Math.max(least, known));
  }
}
