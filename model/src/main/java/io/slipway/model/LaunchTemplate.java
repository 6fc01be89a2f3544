package io.slipway.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything about a process that a submission says, the same in both deploy modes; without host,
 * id, path or secret of ours.
 *
 * @param command what to run
 * @param environment variables of the submission's own; names that begin with {@code SLIPWAY_} are
 *     refused
 * @param secretEnvironment the same, but never shown
 * @param files copied into the working directory
 * @param resources what is reserved for the process
 * @param user the account to run as; empty for the worker's own
 * @param ports names of TCP ports that the worker allocates
 * @param launcher name of the launcher; empty for the default of whoever launches
 * @param launcherOptions for that launcher
 * @param grace time between being asked to end and being forced; not negative
 */
public record LaunchTemplate(
    CommandTemplate command,
    SortedMap<String, String> environment,
    SortedMap<String, String> secretEnvironment,
    List<ArtifactRef> files,
    Resources resources,
    Optional<String> user,
    List<String> ports,
    Optional<String> launcher,
    SortedMap<String, String> launcherOptions,
    Duration grace) {
  /** The grace of a template that names none. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  /** Checks and copies. */
  public LaunchTemplate {
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    secretEnvironment = Collections.unmodifiableSortedMap(new TreeMap<>(secretEnvironment));
    launcherOptions = Collections.unmodifiableSortedMap(new TreeMap<>(launcherOptions));
    files = List.copyOf(files);
    ports = List.copyOf(ports);
    if (grace.isNegative()) {
      throw new IllegalArgumentException("negative grace: " + TimeSpan.format(grace));
    }
    environment.forEach(LaunchTemplate::checkVariable);
    secretEnvironment.forEach(LaunchTemplate::checkVariable);
    if (files.stream().map(ArtifactRef::name).distinct().count() < files.size()) {
      throw new IllegalArgumentException("two files of one name");
    }
    for (String port : ports) {
      if (!port.matches("[a-z][a-z0-9-]{0,30}")) {
        throw new IllegalArgumentException("not a port name: '" + port + "'");
      }
    }
    if (ports.stream().distinct().count() < ports.size()) {
      throw new IllegalArgumentException("two ports of one name");
    }
  }

  /** A template of command and resources alone. */
  public static LaunchTemplate of(CommandTemplate command, Resources resources) {
    return new LaunchTemplate(
        command,
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        List.of(),
        resources,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Collections.emptySortedMap(),
        DEFAULT_GRACE);
  }

  private static void checkVariable(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not the name of an environment variable: '" + name + "'");
    }
    if (name.startsWith(SlipwayEnvironment.PREFIX)) {
      throw new IllegalArgumentException(
          "environment variable '" + name + "': names that begin with SLIPWAY_ are set by Slipway");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("environment variable '" + name + "' holds a zero byte");
    }
  }
}
