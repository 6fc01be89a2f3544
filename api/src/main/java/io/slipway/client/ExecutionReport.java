package io.slipway.client;

import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One driver attempt or executor as its cluster knew it at one moment.
 *
 * @param id its id
 * @param state where it is in its life
 * @param worker the worker that runs it; empty for the driver of client mode, and before it is
 *     placed
 * @param host under which that worker is reached; empty where there is none
 * @param profile the executor's resource profile; empty for a driver
 * @param resources what it holds
 * @param ending how it ended, once it has
 * @param stoppedBy by whose request it was stopped, in words; empty if nobody's
 * @param stdoutTail the last lines of its standard output, once it has ended
 * @param stderrTail the last lines of its standard error, once it has ended
 * @param createTime when it was decided
 * @param startTime when its process was confirmed
 * @param endTime when it had ended
 * @param ports its named ports
 * @param launcher the launcher that runs it; empty before the launch
 */
public record ExecutionReport(
    ExecutionId id,
    ExecutionState state,
    Optional<WorkerId> worker,
    String host,
    String profile,
    Resources resources,
    Optional<Ending> ending,
    String stoppedBy,
    String stdoutTail,
    String stderrTail,
    Optional<Instant> createTime,
    Optional<Instant> startTime,
    Optional<Instant> endTime,
    SortedMap<String, HostPort> ports,
    String launcher) {
  /** Copies. */
  public ExecutionReport {
    ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
  }
}
