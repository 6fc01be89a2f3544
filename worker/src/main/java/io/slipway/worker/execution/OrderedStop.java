package io.slipway.worker.execution;

import io.slipway.model.ExecutionId;
import java.time.Duration;
import java.util.Optional;

/**
 * A request to stop an execution.
 *
 * @param id the execution
 * @param grace time between asking and forcing, not negative; empty for the template's
 * @param requestedBy by whose request, in words, for people
 */
public record OrderedStop(ExecutionId id, Optional<Duration> grace, String requestedBy) {
  /** Checks. */
  public OrderedStop {
    if (grace.isPresent() && grace.get().isNegative()) {
      throw new IllegalArgumentException("negative grace for " + id + ": " + grace.get());
    }
  }
}
