package io.slipway.client;

import io.slipway.model.ExecutionId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which output to read. Where several fields say where to begin, the latest place counts.
 *
 * @param execution whose
 * @param standardError standard error instead of standard output
 * @param offset where to begin, counted from the first byte that the process ever wrote; not
 *     negative; what has been rolled away is passed over
 * @param tailBytes if positive, begin so many bytes before the end instead
 * @param follow go on as the process writes, until it has ended
 * @param tailLines if present, begin so many lines before the end; not negative
 * @param writtenWithin if present, pass over what was written longer ago, as far as the worker can
 *     tell: it knows when each of its files was written to last, not when each line was
 */
public record LogQuery(
    ExecutionId execution,
    boolean standardError,
    long offset,
    long tailBytes,
    boolean follow,
    OptionalLong tailLines,
    Optional<Duration> writtenWithin) {
  /** Checks. */
  public LogQuery {
    if (offset < 0 || tailBytes < 0 || tailLines.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "negative offset or tail: " + offset + ", " + tailBytes + ", " + tailLines.orElse(0));
    }
    if (writtenWithin.orElse(Duration.ZERO).isNegative()) {
      throw new IllegalArgumentException("negative span of time: " + writtenWithin.get());
    }
  }

  /** All that there is, from a place on. */
  public LogQuery(
      ExecutionId execution, boolean standardError, long offset, long tailBytes, boolean follow) {
    this(
        execution,
        standardError,
        offset,
        tailBytes,
        follow,
        OptionalLong.empty(),
        Optional.empty());
  }

  /** All of the standard output that there is now. */
  public static LogQuery of(ExecutionId execution) {
    return new LogQuery(execution, false, 0, 0, false);
  }

  /** The same of the standard error. */
  public LogQuery ofStandardError() {
    return new LogQuery(execution, true, offset, tailBytes, follow, tailLines, writtenWithin);
  }

  /** The same, going on until the process has ended. */
  public LogQuery following() {
    return new LogQuery(
        execution, standardError, offset, tailBytes, true, tailLines, writtenWithin);
  }

  /** The same, but no more than so many lines of what is there now. */
  public LogQuery lastLines(long lines) {
    return new LogQuery(
        execution, standardError, offset, tailBytes, follow, OptionalLong.of(lines), writtenWithin);
  }

  /** The same without what was written longer ago, as far as the worker can tell. */
  public LogQuery writtenWithin(Duration span) {
    return new LogQuery(
        execution, standardError, offset, tailBytes, follow, tailLines, Optional.of(span));
  }
}
