package io.slipway.master.state;

import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionKind;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One launched process: a driver attempt or an executor.
 *
 * @param id names it for ever
 * @param attempt the driver attempt that it is or belongs to
 * @param profile the executor's profile; empty for a driver
 * @param worker where it was placed; empty for a driver in client mode
 * @param reserved what is allocated for it there
 * @param state its life cycle
 * @param created when it was decided
 * @param running when the launcher confirmed it
 * @param ports its named ports, as others reach them; unmodifiable
 * @param stop why it is being stopped, or was
 * @param end how it ended
 */
public record Execution(
    ExecutionId id,
    int attempt,
    String profile,
    Optional<WorkerId> worker,
    Resources reserved,
    ExecutionState state,
    Moment created,
    Optional<Moment> running,
    SortedMap<String, HostPort> ports,
    Optional<StopOrder> stop,
    Optional<ExecutionEnd> end) {

  /** Whether it has not ended: its resources are allocated. */
  public boolean active() {
    return state != ExecutionState.ENDED;
  }

  /** Whether it counts towards a target: it has not ended, and no stop is ordered. */
  public boolean wanted() {
    return state != ExecutionState.ENDED && state != ExecutionState.STOPPING;
  }

  /** Whether it is a driver attempt. */
  public boolean isDriver() {
    return id.kind() == ExecutionKind.DRIVER;
  }

  Execution withState(ExecutionState newState) {
    return new Execution(
        id, attempt, profile, worker, reserved, newState, created, running, ports, stop, end);
  }

  Execution launched(SortedMap<String, HostPort> newPorts, Moment now) {
    return new Execution(
        id,
        attempt,
        profile,
        worker,
        reserved,
        state == ExecutionState.STOPPING ? state : ExecutionState.RUNNING,
        created,
        Optional.of(now),
        newPorts,
        stop,
        end);
  }

  Execution stopping(StopOrder order) {
    return new Execution(
        id,
        attempt,
        profile,
        worker,
        reserved,
        ExecutionState.STOPPING,
        created,
        running,
        ports,
        Optional.of(order),
        end);
  }

  Execution ended(ExecutionEnd newEnd) {
    return new Execution(
        id,
        attempt,
        profile,
        worker,
        reserved,
        ExecutionState.ENDED,
        created,
        running,
        ports,
        stop,
        Optional.of(newEnd));
  }
}
