package io.slipway.cli;

import io.slipway.worker.KeptFiles;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of what a worker keeps on its disk. */
final class KeptFilesOptions {
  @Option(
      names = "--artifact-cache",
      paramLabel = "SIZE",
      converter = Converters.Memory.class,
      description = {
        "How much disk the files of applications may take that this worker keeps for the next"
            + " launch; what was not used for longest goes first, and what runs stays. Default:"
            + " 10g.",
        "Example: --artifact-cache 50g"
      })
  private Long cacheBytes;

  @Option(
      names = "--retention",
      paramLabel = "T",
      converter = Converters.Span.class,
      description = {
        "How long the directory of an execution is kept after its end, its logs included. Default:"
            + " 1d.",
        "Example: --retention 7d"
      })
  private Duration retention;

  /** What is kept. */
  KeptFiles files() {
    KeptFiles usual = KeptFiles.DEFAULT;
    return new KeptFiles(
        usual.logMaxBytes(),
        usual.logMaxRolled(),
        Optional.ofNullable(retention).orElse(usual.retention()),
        Optional.ofNullable(cacheBytes).orElse(usual.cacheBytes()));
  }
}
