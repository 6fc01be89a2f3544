package io.slipway.master.state;

import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;

/**
 * One worker.
 *
 * @param id names it for the life of its work directory
 * @param epoch grows with each registration, from 1
 * @param registration what it said of itself last
 * @param allocated the sum of what its executions have reserved, until their exits are confirmed
 * @param liveness LIVE, SUSPECT or LOST; never DRAINING
 * @param draining whether an operator said that nothing new goes there
 * @param since when its liveness changed last
 * @param registered when it registered last
 */
public record Worker(
    WorkerId id,
    long epoch,
    WorkerRegistration registration,
    Resources allocated,
    WorkerState liveness,
    boolean draining,
    Moment since,
    Moment registered) {

  /** What people are told: DRAINING stands for a live one that drains. */
  public WorkerState state() {
    return liveness == WorkerState.LIVE && draining ? WorkerState.DRAINING : liveness;
  }

  /** Whether something new may be placed there. */
  public boolean usable() {
    return liveness == WorkerState.LIVE && !draining;
  }

  /** What is free; nothing where a worker came back smaller than what it runs. */
  public Resources free() {
    Resources capacity = registration.capacity();
    return capacity.fits(allocated) ? capacity.minus(allocated) : Resources.NONE;
  }

  Worker withAllocated(Resources newAllocated) {
    return new Worker(id, epoch, registration, newAllocated, liveness, draining, since, registered);
  }

  Worker withLiveness(WorkerState newLiveness, Moment now) {
    return new Worker(id, epoch, registration, allocated, newLiveness, draining, now, registered);
  }

  Worker withDraining(boolean newDraining) {
    return new Worker(id, epoch, registration, allocated, liveness, newDraining, since, registered);
  }
}
