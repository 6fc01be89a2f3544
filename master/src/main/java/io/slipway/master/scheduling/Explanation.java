package io.slipway.master.scheduling;

import io.slipway.model.ApplicationId;
import java.util.List;
import java.util.OptionalInt;

/**
 * Why an application waits.
 *
 * @param application which
 * @param reasons one for each thing it waits for; empty if it waits for nothing
 * @param place its place in the queue, from 1; empty if it needs no resources now
 */
public record Explanation(ApplicationId application, List<Reason> reasons, OptionalInt place) {

  /**
   * One reason.
   *
   * @param kind for programs
   * @param what the driver, or the name of a resource profile
   * @param missing how many are not placed; 0 if none is awaited
   * @param text for people
   */
  public record Reason(Kind kind, String what, int missing, String text) {}

  /** Kinds of reasons. */
  public enum Kind {
    /** Resources are short on every worker that could do it. */
    RESOURCES,
    /** No worker is registered, or all are silent or drained. */
    NO_WORKERS,
    /** No worker could ever do it, however little it had to do. */
    IMPOSSIBLE,
    /** The application's own cap on cores is reached, or smaller than one executor. */
    CORES_CAP,
    /** All workers with room failed to launch for it, or its driver excluded them. */
    AVOIDED,
    /** Its driver runs beside the submitter and has not been heard of. */
    DRIVER_SILENT,
    /** Executors are launched when its driver has registered. */
    DRIVER_NOT_REGISTERED,
    /** Something was placed, and its worker has not confirmed it yet. */
    LAUNCHING,
    /** It ends, and the exits of its processes are awaited. */
    STOPPING
  }
}
