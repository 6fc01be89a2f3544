package io.slipway.master.artifact;

import io.slipway.model.ByteSize;
import java.time.Duration;

/**
 * How much a master keeps of artifacts, and for how long.
 *
 * @param reserveBytes what must stay free on the disk, for the journal most of all
 * @param quotaBytes what all artifacts together may take
 * @param minimumAge how long an artifact that no application refers to stays, from when it was
 *     uploaded or asked for last
 */
public record ArtifactLimits(long reserveBytes, long quotaBytes, Duration minimumAge) {
  /** A master's, unless said otherwise: as much as the disk has, but for 256 MiB. */
  public static final ArtifactLimits DEFAULT =
      new ArtifactLimits(256 * ByteSize.MIB, Long.MAX_VALUE, Duration.ofHours(1));

  private static final Duration SELDOM = Duration.ofMinutes(10);
  private static final Duration OFTEN = Duration.ofSeconds(1);

  /** How often what nobody refers to is looked for. */
  public Duration collectEvery() {
    Duration tenth = minimumAge.dividedBy(10);
    if (tenth.compareTo(OFTEN) < 0) {
      return OFTEN;
    }
    return tenth.compareTo(SELDOM) < 0 ? tenth : SELDOM;
  }

  /** Checks. */
  public ArtifactLimits {
    if (quotaBytes < 1 || minimumAge.isNegative()) {
      throw new IllegalArgumentException("artifacts of " + quotaBytes + " bytes, " + minimumAge);
    }
  }
}
