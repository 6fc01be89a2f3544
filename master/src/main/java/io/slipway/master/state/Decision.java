package io.slipway.master.state;

import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Something that a master chose, with its whole result. */
public sealed interface Decision {

  /**
   * A driver attempt starts, together with the executors that are reserved for it.
   *
   * @param driver where; its number is the attempt
   * @param reserved by profile; they are launched later
   */
  record Admitted(
      ApplicationId application, Placement driver, SortedMap<String, List<Placement>> reserved)
      implements Decision {}

  /** Executors of one profile are launched. */
  record Placed(ApplicationId application, int attempt, String profile, List<Placement> placements)
      implements Decision {}

  /** Reserved executors are launched now. */
  record LaunchesOrdered(ApplicationId application, List<Integer> executors) implements Decision {}

  /** The driver of the present attempt is stopped. */
  record DriverStopped(ApplicationId application, String by, String reason, Duration grace)
      implements Decision {}

  /** Executors are stopped. */
  record ExecutorsStopped(
      ApplicationId application, List<Integer> executors, String by, String reason, Duration grace)
      implements Decision {}

  /** Executors that were reserved and never launched are given back. */
  record ReservationsReturned(ApplicationId application, List<Integer> executors, String reason)
      implements Decision {}

  /** An application enters a state, or its outcome is put right. */
  record ApplicationChanged(
      ApplicationId application, ApplicationState state, Optional<Outcome> outcome)
      implements Decision {}

  /** A finished application leaves the state. */
  record ApplicationRemoved(ApplicationId application) implements Decision {}

  /** A worker that has been lost for long leaves the state. */
  record WorkerRemoved(WorkerId worker) implements Decision {}
}
