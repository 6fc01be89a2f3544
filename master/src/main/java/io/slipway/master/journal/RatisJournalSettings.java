package io.slipway.master.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a {@link RatisJournal} lies and when it asks for a snapshot.
 *
 * @param directory of the journal alone; made when it is missing
 * @param snapshotBytes bytes of records after which a snapshot is due, at least 1
 * @param snapshotRecords number of records after which a snapshot is due, at least 1
 * @param appendLimit how long an append may stay without an answer, above zero
 */
public record RatisJournalSettings(
    Path directory, long snapshotBytes, long snapshotRecords, Duration appendLimit) {
  /** Checks the numbers. */
  public RatisJournalSettings {
    directory = directory.toAbsolutePath().normalize();
    if (snapshotBytes < 1 || snapshotRecords < 1) {
      throw new IllegalArgumentException(
          "a snapshot can't be due after "
              + snapshotBytes
              + " bytes or "
              + snapshotRecords
              + " records");
    }
    if (appendLimit.isNegative() || appendLimit.isZero()) {
      throw new IllegalArgumentException("the append limit must be above zero: " + appendLimit);
    }
  }

  /** The usual values: a snapshot after 64 MiB or 50,000 records, 5 seconds for an append. */
  public static RatisJournalSettings of(Path directory) {
    return new RatisJournalSettings(directory, 64L << 20, 50_000, Duration.ofSeconds(5));
  }
}
