package io.slipway.worker.execution;

import io.slipway.model.HostPort;
import java.util.List;

/**
 * What every process that this worker launches is told or given, from the worker's own settings.
 *
 * @param masters the masters' addresses
 * @param listen where processes may listen; port 0
 * @param advertise under which host others reach them; port 0
 * @param insecure whether they may listen beyond loopback without encryption
 * @param userName the account that they run as
 * @param logMaxBytes size at which a log file is rolled, positive
 * @param logMaxRolled how many rolled files of each stream are kept, not negative
 */
public record ProcessSettings(
    List<HostPort> masters,
    HostPort listen,
    HostPort advertise,
    boolean insecure,
    String userName,
    long logMaxBytes,
    int logMaxRolled) {
  /** Copies. */
  public ProcessSettings {
    masters = List.copyOf(masters);
  }
}
