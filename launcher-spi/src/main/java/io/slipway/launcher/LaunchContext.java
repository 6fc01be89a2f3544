package io.slipway.launcher;

import io.slipway.model.ArtifactRef;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * What is known only where a process is launched, and turns a {@code LaunchTemplate} into a {@link
 * LaunchSpec}.
 *
 * @param executionId the execution
 * @param deployMode of its application
 * @param attempt the driver attempt it belongs to, from 1
 * @param masters the masters' addresses
 * @param token the application token; a secret
 * @param profile the executor's resource profile; empty for a driver
 * @param driver the driver's address; empty for a driver, and while none is registered
 * @param cores cores that are reserved: the template's, or more where an executor takes all of a
 *     worker
 * @param listen the address on which the process may listen
 * @param advertise the address under which others reach it
 * @param insecure whether listening beyond loopback without encryption is allowed
 * @param ports the named ports, allocated
 * @param userName the account that the process will run as, for {@code USER}
 * @param workDirectory the working directory, absolute
 * @param artifacts where the bytes of each artifact of a class path lie, absolute
 * @param stdout where standard output goes
 * @param stderr where standard error goes
 */
public record LaunchContext(
    ExecutionId executionId,
    DeployMode deployMode,
    int attempt,
    List<HostPort> masters,
    String token,
    Optional<String> profile,
    Optional<HostPort> driver,
    int cores,
    HostPort listen,
    HostPort advertise,
    boolean insecure,
    SortedMap<String, HostPort> ports,
    String userName,
    Path workDirectory,
    Function<ArtifactRef, Path> artifacts,
    LogTarget stdout,
    LogTarget stderr) {
  /** Copies. */
  public LaunchContext {
    masters = List.copyOf(masters);
  }
}
