package io.slipway.worker.execution;

import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionKind;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import java.util.Optional;

/**
 * What a master ordered to be launched. Holds secrets.
 *
 * @param id the execution
 * @param attempt the driver attempt that it belongs to, from 1
 * @param cores cores that are reserved for it
 * @param deployMode of its application
 * @param template how to start it
 * @param token the application token; a secret
 * @param profile the executor's resource profile; present for executors alone
 * @param driver the driver's address, if it is an executor and one is known
 */
public record OrderedLaunch(
    ExecutionId id,
    int attempt,
    int cores,
    DeployMode deployMode,
    LaunchTemplate template,
    String token,
    Optional<String> profile,
    Optional<HostPort> driver) {
  /** Checks. */
  public OrderedLaunch {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt " + attempt + " of " + id + " is not positive");
    }
    if (cores < 0) {
      throw new IllegalArgumentException("negative cores of " + id + ": " + cores);
    }
    if (profile.isPresent() != (id.kind() == ExecutionKind.EXECUTOR)) {
      throw new IllegalArgumentException(
          id + (profile.isPresent() ? " is no executor but has" : " has no") + " profile");
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "OrderedLaunch[" + id + ", attempt " + attempt + "]";
  }
}
