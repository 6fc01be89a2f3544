package io.slipway.master.state;

import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import java.util.Optional;

/**
 * How an application ends or ended; decided when it begins to stop, and complete once it is over.
 *
 * @param result the final state
 * @param driver the true ending of its last driver attempt, beside the result; empty while it has
 *     none, and for ever if no driver was placed
 * @param cause in words, for people; empty if the driver's ending says it all
 * @param by who asked for it to end; empty if nobody did
 * @param overTime whether it ends because its time limit passed
 */
public record Outcome(
    ApplicationState result,
    Optional<Ending> driver,
    String cause,
    Optional<String> by,
    boolean overTime) {
  /** Checks. */
  public Outcome {
    if (!result.isFinal()) {
      throw new IllegalArgumentException(result + " is not final");
    }
  }

  /** The same with the ending of the driver, once it is known. */
  public Outcome withDriver(Optional<Ending> newDriver) {
    return new Outcome(result, newDriver, cause, by, overTime);
  }
}
