package io.slipway.cli;

import io.slipway.model.HostPort;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * The flags of a command that runs until it is asked to end, and that others call. Where it listens
 * unless told otherwise is the command's own: {@link #listen(HostPort)}.
 */
final class ServingOptions {
  @Option(
      names = "--listen",
      paramLabel = "H:P",
      converter = Converters.Address.class,
      description = {
        "Where to listen; port 0 means any. What a worker launches listens on the same host."
            + " Default: 127.0.0.1:7077 of a master, 127.0.0.1:0 of a worker.",
        "Example: --listen 10.0.0.5:7077 --insecure"
      })
  private HostPort listen;

  @Option(
      names = "--advertise",
      paramLabel = "H:P",
      converter = Converters.Address.class,
      description = {
        "The address under which others reach this machine; port 0 means the port listened on."
            + " Default: that of --listen.",
        "Example: --advertise build7.example.org:7077"
      })
  private HostPort advertise;

  @Option(
      names = "--insecure",
      description =
          "Listen beyond loopback, and let what a worker launches do so, although connections are"
              + " not encrypted.")
  private boolean insecure;

  @Option(
      names = "--token-dir",
      paramLabel = "D",
      converter = Converters.FilePath.class,
      description = {
        "Directory of the files 'user-token' and 'cluster-token'. A master makes what is missing; a"
            + " worker needs copies of the master's. Default: SLIPWAY_TOKEN_DIR, then"
            + " ~/.config/slipway.",
        "Example: --token-dir /etc/slipway"
      })
  private Path tokenDirectory;

  /** Where to listen. */
  HostPort listen(HostPort usual) {
    return listen == null ? usual : listen;
  }

  /** Under which address others call, if that was said. */
  Optional<HostPort> advertise() {
    return Optional.ofNullable(advertise);
  }

  /** Whether to listen beyond loopback. */
  boolean insecure() {
    return insecure;
  }

  /** The directory with both token files. */
  Path tokenDirectory(Configuration configuration) {
    return ConnectionOptions.tokenFiles(tokenDirectory, configuration).directory();
  }
}
