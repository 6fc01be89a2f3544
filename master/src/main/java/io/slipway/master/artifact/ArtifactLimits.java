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

  /** Checks. */
  public ArtifactLimits {
    if (quotaBytes < 1 || minimumAge.isNegative()) {
      throw new IllegalArgumentException("artifacts of " + quotaBytes + " bytes, " + minimumAge);
    }
  }
}
