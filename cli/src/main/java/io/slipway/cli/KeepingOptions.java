package io.slipway.cli;

import io.slipway.master.MasterSettings;
import io.slipway.master.artifact.ArtifactLimits;
import io.slipway.master.state.ClusterSettings;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of what a master keeps, and for how long. */
final class KeepingOptions {
  @Option(
      names = "--artifact-quota",
      paramLabel = "SIZE",
      converter = Converters.Memory.class,
      description = {
        "How much disk the files of applications may take on this master. An upload that would pass"
            + " it is refused, once what no application refers to has been removed. Default: all of"
            + " the disk but 256m.",
        "Example: --artifact-quota 50g"
      })
  private Long quotaBytes;

  @Option(
      names = "--artifact-min-age",
      paramLabel = "T",
      converter = Converters.Span.class,
      description = {
        "How long a file stays that no application refers to (any more), counted from when it was"
            + " uploaded or asked for last. Default: 1h.",
        "Example: --artifact-min-age 7d"
      })
  private Duration minimumAge;

  @Option(
      names = "--retained-applications",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {
        "How many applications that have ended are kept, with their outcomes and files; the oldest"
            + " are forgotten first. Default: 10000.",
        "Example: --retained-applications 1000"
      })
  private Integer applications;

  @Option(
      names = "--retention",
      paramLabel = "T",
      converter = Converters.Span.class,
      description = {
        "How long an application is kept after its end. Default: 30d.",
        "Example: --retention 7d"
      })
  private Duration retention;

  /** Settings of a master that keeps so much. */
  MasterSettings applyTo(MasterSettings settings) {
    ArtifactLimits artifacts = ArtifactLimits.DEFAULT;
    ClusterSettings cluster = ClusterSettings.DEFAULT;
    return settings
        .withArtifacts(
            new ArtifactLimits(
                artifacts.reserveBytes(),
                Optional.ofNullable(quotaBytes).orElse(artifacts.quotaBytes()),
                Optional.ofNullable(minimumAge).orElse(artifacts.minimumAge())))
        .withCluster(
            cluster.withRetention(
                Optional.ofNullable(applications).orElse(cluster.retainedApplications()),
                Optional.ofNullable(retention).orElse(cluster.retention())));
  }
}
