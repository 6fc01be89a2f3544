package io.slipway.cli;

import io.slipway.model.HostPort;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.UserToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags with which a command finds its cluster and says who calls. */
final class ConnectionOptions {
  @Option(
      names = "--master",
      paramLabel = "H:P",
      split = ",",
      converter = Converters.Address.class,
      description = {
        "Address of the master, or addresses of all masters: HOST:PORT[,HOST:PORT], an IPv6 host in"
            + " brackets. Default: SLIPWAY_MASTER, then 'master' of the configuration file.",
        "Example: --master 10.0.0.5:7077"
      })
  private List<HostPort> masters;

  @Option(
      names = "--token-file",
      paramLabel = "F",
      converter = Converters.FilePath.class,
      description = {
        "File of mode 0600 with your user token, a line NAME:TOKEN. Default: SLIPWAY_TOKEN_FILE, then"
            + " 'user-token' in SLIPWAY_TOKEN_DIR or ~/.config/slipway, where a master of this"
            + " account has put it.",
        "Example: --token-file /etc/slipway/alice-token"
      })
  private Path tokenFile;

  private final Configuration configuration = Configuration.ofProcess();

  /** The masters' addresses. */
  List<HostPort> masters() {
    return masters(masters, configuration);
  }

  /**
   * The masters' addresses.
   *
   * @param flag the flag's value; null if it was not given
   * @throws CommandFailedException if they are given nowhere, or are no addresses
   */
  static List<HostPort> masters(List<HostPort> flag, Configuration configuration) {
    List<HostPort> found;
    String source = "--master";
    if (flag != null) {
      found = flag;
    } else {
      Configuration.Setting setting =
          configuration
              .find(Configuration.Key.MASTER)
              .orElseThrow(
                  () ->
                      CommandFailedException.usage(
                          "no master is named; give --master HOST:PORT, or set SLIPWAY_MASTER, or"
                              + " write 'master = HOST:PORT' into "
                              + configuration.file()));
      source = setting.source();
      try {
        found = HostPort.parseList(setting.text());
      } catch (IllegalArgumentException e) {
        throw CommandFailedException.usage(source + ": " + e.getMessage());
      }
    }
    if (found.isEmpty()) {
      throw CommandFailedException.usage(
          source + " names no address; give HOST:PORT, as 'slipway --help' tells");
    }
    for (HostPort address : found) {
      if (address.port() == 0) {
        throw CommandFailedException.usage(
            source + ": '" + address + "' has port 0; give the port that the master listens on");
      }
    }
    return found;
  }

  /** The user's token. */
  UserToken token() {
    Optional<Path> file =
        Optional.ofNullable(tokenFile)
            .or(
                () ->
                    configuration
                        .find(Configuration.Key.TOKEN_FILE)
                        .map(setting -> Path.of(setting.text())));
    if (file.filter(path -> !Files.exists(path)).isPresent()) {
      throw CommandFailedException.usage(
          "no token at "
              + file.get()
              + "; correct --token-file, SLIPWAY_TOKEN_FILE or 'token-file' in "
              + configuration.file());
    }
    try {
      return file.isPresent()
          ? TokenFiles.readUserToken(file.get())
          : tokenFiles(null, configuration).userToken();
    } catch (TokenException e) {
      throw CommandFailedException.usage(e.getMessage());
    }
  }

  /** Where both token files lie. */
  static TokenFiles tokenFiles(Path flag, Configuration configuration) {
    Optional<Path> directory =
        Optional.ofNullable(flag)
            .or(
                () ->
                    configuration
                        .find(Configuration.Key.TOKEN_DIR)
                        .map(setting -> Path.of(setting.text())));
    return TokenFiles.locate(directory, System.getenv());
  }
}
