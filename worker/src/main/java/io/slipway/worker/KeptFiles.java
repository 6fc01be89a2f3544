package io.slipway.worker;

import io.slipway.model.ByteSize;
import java.time.Duration;

/**
 * How much a worker keeps on its disk, and for how long.
 *
 * @param logMaxBytes size at which a log file of an execution is rolled, positive
 * @param logMaxRolled how many rolled files are kept for each stream, not negative
 * @param retention how long the directory of an execution, its logs included, is kept after its end
 * @param cacheBytes what the artifact cache may have, positive
 */
public record KeptFiles(long logMaxBytes, int logMaxRolled, Duration retention, long cacheBytes) {
  /** Unless said otherwise: eight files of 16 MiB, for a day, and a cache of 10 GiB. */
  public static final KeptFiles DEFAULT =
      new KeptFiles(16 * ByteSize.MIB, 7, Duration.ofDays(1), 10 * ByteSize.GIB);

  /** Checks. */
  public KeptFiles {
    if (logMaxBytes < 1 || logMaxRolled < 0) {
      throw new IllegalArgumentException(
          "log files of " + logMaxBytes + " bytes, " + logMaxRolled + " rolled ones");
    }
    if (cacheBytes < 1) {
      throw new IllegalArgumentException("an artifact cache of " + cacheBytes + " bytes");
    }
    if (retention.isNegative()) {
      throw new IllegalArgumentException("negative retention: " + retention);
    }
  }
}
