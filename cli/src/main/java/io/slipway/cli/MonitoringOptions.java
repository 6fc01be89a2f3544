package io.slipway.cli;

import io.slipway.model.HostPort;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of a program that tells monitoring systems how it is. */
final class MonitoringOptions {
  @Option(
      names = "--http",
      paramLabel = "H:P",
      converter = Converters.Address.class,
      description = {
        "Serve /healthz, /readyz and /metrics (Prometheus' text format) there over HTTP, to anybody"
            + " who reaches it; port 0 means any. Beyond loopback only with --insecure. Default:"
            + " nowhere.",
        "Example: --http 127.0.0.1:9077"
      })
  private HostPort http;

  /** Where to serve; empty for nowhere. */
  Optional<HostPort> http() {
    return Optional.ofNullable(http);
  }
}
