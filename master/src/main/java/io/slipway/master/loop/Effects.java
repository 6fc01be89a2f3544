package io.slipway.master.loop;

import io.slipway.master.decide.Fencing;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ExecutionId;

/**
 * What a leader does about committed rows. Orders follow from rows: after a take-over all that are
 * still due are given again, so receivers must be idempotent. All calls come on the loop's thread,
 * in order; implementations only enqueue, and repeat an order by themselves until its worker has
 * answered or {@link #settled} is called.
 */
public interface Effects {
  /** This master leads: its first round is committed, and orders follow. */
  void leading(Fencing fencing);

  /** This master does not lead any more: forget all orders, close all streams. */
  void deposed();

  /**
   * The launch of an execution is due.
   *
   * @param execution LAUNCHING, on {@code worker}
   * @param application whose; has templates, profiles and the driver's address
   */
  void launch(Fencing fencing, Execution execution, Application application, Worker worker);

  /** The stop of an execution is due; {@link Execution#stop} says why and how. */
  void stop(Fencing fencing, Execution execution, Worker worker);

  /** Nothing is due any more for an execution. */
  void settled(ExecutionId execution);

  /**
   * A worker registered, was heard again, fell silent or was lost: connections may be opened or
   * closed.
   */
  void workerChanged(Worker worker);
}
