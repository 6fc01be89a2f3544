package io.slipway.client;

import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A worker as its cluster knew it at one moment.
 *
 * @param id its id
 * @param address where masters reach it
 * @param state whether it can be used
 * @param resources what it has
 * @param allocated what of that executions hold
 * @param labels its labels
 * @param launchers names of the launchers that it has
 * @param defaultLauncher the one for submissions that name none
 * @param version its version
 * @param epoch grows with each of its registrations
 * @param executions how many run there
 * @param registerTime of its last registration, by the master's clock
 */
public record WorkerReport(
    WorkerId id,
    HostPort address,
    WorkerState state,
    Resources resources,
    Resources allocated,
    SortedMap<String, String> labels,
    List<String> launchers,
    String defaultLauncher,
    String version,
    long epoch,
    int executions,
    Optional<Instant> registerTime) {
  /** Copies. */
  public WorkerReport {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    launchers = List.copyOf(launchers);
  }
}
