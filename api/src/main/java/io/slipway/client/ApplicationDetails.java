package io.slipway.client;

import io.slipway.model.ApplicationSpec;
import java.util.List;
import java.util.Optional;

/**
 * All about one application.
 *
 * @param application its summary
 * @param executions driver attempts first, then executors, by number; executors that ended long ago
 *     may be missing
 * @param spec as submitted, without the values of secret variables; empty if the cluster's version
 *     wrote something that this one can't read
 */
public record ApplicationDetails(
    ApplicationReport application,
    List<ExecutionReport> executions,
    Optional<ApplicationSpec> spec) {
  /** Copies. */
  public ApplicationDetails {
    executions = List.copyOf(executions);
  }
}
