package io.slipway.master;

import io.slipway.master.artifact.ArtifactLimits;
import io.slipway.master.state.ClusterSettings;
import io.slipway.model.HostPort;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a master is started with.
 *
 * @param listen where it listens; port 0 for a free one
 * @param advertise the address under which others reach it; port 0 means the one listened on; empty
 *     for the address listened on
 * @param dataDirectory of journal and artifacts; made if it is missing
 * @param insecure whether listening beyond loopback without encryption is allowed
 * @param tokenDirectory of user token and cluster token; empty for the usual place
 * @param http where health and metrics are served; empty for nowhere
 * @param artifacts how much is kept of artifacts, and for how long
 * @param cluster what is decided about all applications, and how long finished ones are kept
 */
public record MasterSettings(
    HostPort listen,
    Optional<HostPort> advertise,
    Path dataDirectory,
    boolean insecure,
    Optional<Path> tokenDirectory,
    Optional<HostPort> http,
    ArtifactLimits artifacts,
    ClusterSettings cluster) {
  /** The port of a master unless said otherwise. */
  public static final int DEFAULT_PORT = 7077;

  /** Where a master listens unless said otherwise. */
  public static final HostPort DEFAULT_LISTEN = new HostPort("127.0.0.1", DEFAULT_PORT);

  /** Makes the directories absolute. */
  public MasterSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    tokenDirectory = tokenDirectory.map(Path::toAbsolutePath);
  }

  /** Without health and metrics, and with the usual limits of artifacts and applications. */
  public MasterSettings(
      HostPort listen,
      Optional<HostPort> advertise,
      Path dataDirectory,
      boolean insecure,
      Optional<Path> tokenDirectory) {
    this(
        listen,
        advertise,
        dataDirectory,
        insecure,
        tokenDirectory,
        Optional.empty(),
        ArtifactLimits.DEFAULT,
        ClusterSettings.DEFAULT);
  }

  /** The same with a port for health and metrics. */
  public MasterSettings withHttp(Optional<HostPort> address) {
    return new MasterSettings(
        listen, advertise, dataDirectory, insecure, tokenDirectory, address, artifacts, cluster);
  }

  /** The same with other limits of artifacts. */
  public MasterSettings withArtifacts(ArtifactLimits limits) {
    return new MasterSettings(
        listen, advertise, dataDirectory, insecure, tokenDirectory, http, limits, cluster);
  }

  /** The same with other settings of the cluster. */
  public MasterSettings withCluster(ClusterSettings other) {
    return new MasterSettings(
        listen, advertise, dataDirectory, insecure, tokenDirectory, http, artifacts, other);
  }
}
