package io.slipway.client;

import io.slipway.model.ExecutionId;

/**
 * Which output to read.
 *
 * @param execution whose
 * @param standardError standard error instead of standard output
 * @param offset where to begin, counted from the first byte that the process ever wrote; not
 *     negative; what has been rolled away is passed over
 * @param tailBytes if positive, begin so many bytes before the end instead
 * @param follow go on as the process writes, until it has ended
 */
public record LogQuery(
    ExecutionId execution, boolean standardError, long offset, long tailBytes, boolean follow) {
  /** Checks. */
  public LogQuery {
    if (offset < 0 || tailBytes < 0) {
      throw new IllegalArgumentException("negative offset or tail: " + offset + ", " + tailBytes);
    }
  }

  /** All of the standard output that there is now. */
  public static LogQuery of(ExecutionId execution) {
    return new LogQuery(execution, false, 0, 0, false);
  }

  /** The same of the standard error. */
  public LogQuery ofStandardError() {
    return new LogQuery(execution, true, offset, tailBytes, follow);
  }

  /** The same, going on until the process has ended. */
  public LogQuery following() {
    return new LogQuery(execution, standardError, offset, tailBytes, true);
  }
}
