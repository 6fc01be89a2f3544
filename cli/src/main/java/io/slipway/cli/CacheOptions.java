package io.slipway.cli;

import io.slipway.worker.WorkerSettings;
import picocli.CommandLine.Option;

/** The flags of a worker's artifact cache. */
final class CacheOptions {
  @Option(
      names = "--artifact-cache",
      paramLabel = "SIZE",
      converter = Converters.Memory.class,
      description = {
        "How much disk the files of applications may take that this worker keeps for the next"
            + " launch; what was not used for longest goes first, and what runs stays. Default: 10g.",
        "Example: --artifact-cache 50g"
      })
  private Long bytes;

  /** What the cache may have. */
  long cacheBytes() {
    return bytes == null ? WorkerSettings.DEFAULT_CACHE_BYTES : bytes;
  }
}
