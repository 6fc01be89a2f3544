package io.slipway.worker;

import com.sun.management.OperatingSystemMXBean;
import io.slipway.model.ByteSize;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a worker is told.
 *
 * @param masters all masters' addresses, at least one
 * @param listen where to listen, port 0 for a free one; the processes that it launches listen on
 *     the same host
 * @param advertise under which address others reach it, port 0 for the one listened on; empty: the
 *     address listened on, or one of this machine's where that is all of them
 * @param resources what it offers: at least one core
 * @param labels by name, for constraints
 * @param workDirectory all that it keeps; made if it is not there
 * @param launcher the launcher that is used where a template names none
 * @param launcherOptions options by the name of the launcher that they are for
 * @param insecure whether it, and what it launches, may listen beyond loopback without encryption
 * @param tokenDirectory where the token files lie
 * @param version for people
 * @param http where health and metrics are served; empty for nowhere
 * @param kept how much of logs and artifacts is kept
 */
public record WorkerSettings(
    List<HostPort> masters,
    HostPort listen,
    Optional<HostPort> advertise,
    Resources resources,
    SortedMap<String, String> labels,
    Path workDirectory,
    String launcher,
    SortedMap<String, SortedMap<String, String>> launcherOptions,
    boolean insecure,
    Path tokenDirectory,
    String version,
    Optional<HostPort> http,
    KeptFiles kept) {
  /** The launcher of a worker that is told of none. */
  public static final String DEFAULT_LAUNCHER = "process";

  /** Memory that is left to the system and to the worker itself, where the machine has enough. */
  private static final long LEFT_TO_THE_SYSTEM = ByteSize.GIB;

  /** Checks and copies. */
  public WorkerSettings {
    masters = List.copyOf(masters);
    if (masters.isEmpty()) {
      throw new IllegalArgumentException("no master's address");
    }
    for (HostPort master : masters) {
      if (master.port() == 0) {
        throw new IllegalArgumentException("port 0 in the master's address " + master);
      }
    }
    if (resources.cores() < 1 || resources.memoryBytes() < ByteSize.MIB) {
      throw new IllegalArgumentException(
          "a worker offers at least one core and 1m of memory, and not " + resources);
    }
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    SortedMap<String, SortedMap<String, String>> options = new TreeMap<>();
    for (Map.Entry<String, SortedMap<String, String>> entry : launcherOptions.entrySet()) {
      options.put(
          entry.getKey(), Collections.unmodifiableSortedMap(new TreeMap<>(entry.getValue())));
    }
    launcherOptions = Collections.unmodifiableSortedMap(options);
    workDirectory = workDirectory.toAbsolutePath().normalize();
  }

  /** Without health and metrics, and what is kept is what usually is. */
  public WorkerSettings(
      List<HostPort> masters,
      HostPort listen,
      Optional<HostPort> advertise,
      Resources resources,
      SortedMap<String, String> labels,
      Path workDirectory,
      String launcher,
      SortedMap<String, SortedMap<String, String>> launcherOptions,
      boolean insecure,
      Path tokenDirectory,
      String version) {
    this(
        masters,
        listen,
        advertise,
        resources,
        labels,
        workDirectory,
        launcher,
        launcherOptions,
        insecure,
        tokenDirectory,
        version,
        Optional.empty(),
        KeptFiles.DEFAULT);
  }

  /** The same with a port for health and metrics. */
  public WorkerSettings withHttp(Optional<HostPort> address) {
    return new WorkerSettings(
        masters,
        listen,
        advertise,
        resources,
        labels,
        workDirectory,
        launcher,
        launcherOptions,
        insecure,
        tokenDirectory,
        version,
        address,
        kept);
  }

  /** The same, and so much is kept. */
  public WorkerSettings withKept(KeptFiles other) {
    return new WorkerSettings(
        masters,
        listen,
        advertise,
        resources,
        labels,
        workDirectory,
        launcher,
        launcherOptions,
        insecure,
        tokenDirectory,
        version,
        http,
        other);
  }

  /** A worker that offers the whole machine on loopback, with defaults for all else. */
  public static WorkerSettings of(List<HostPort> masters, Path workDirectory, Path tokenDirectory) {
    return new WorkerSettings(
        masters,
        new HostPort("127.0.0.1", 0),
        Optional.empty(),
        machine(),
        Collections.emptySortedMap(),
        workDirectory,
        DEFAULT_LAUNCHER,
        Collections.emptySortedMap(),
        false,
        tokenDirectory,
        "unknown");
  }

  /**
   * What this machine, or this container, offers: all cores, and all memory but 1 GiB; half of the
   * memory where that is more.
   */
  public static Resources machine() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long total = system.getTotalMemorySize();
    return new Resources(
        Runtime.getRuntime().availableProcessors(),
        Math.max(total / 2, total - LEFT_TO_THE_SYSTEM));
  }
}
