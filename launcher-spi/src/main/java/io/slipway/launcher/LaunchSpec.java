package io.slipway.launcher;

import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that a launcher needs to know of one process. Holds secrets (in the environment).
 *
 * @param executionId its id, unique for ever
 * @param command what to run
 * @param unfilled the same before its placeholders {@code {{NAME}}} were filled from the
 *     environment
 * @param environment all of it: nothing is added from worker or submitter (in a container the
 *     image's variables stand first and these win)
 * @param workDirectory where the process starts, absolute; exists, and holds the application's
 *     files
 * @param resources what is reserved for it
 * @param user the account to run as; empty for the worker's own
 * @param ports named TCP ports, allocated on this machine, and the address under which others reach
 *     each
 * @param mounts what it needs outside the working directory
 * @param options for this launcher, from the submission
 * @param stdout where its standard output goes
 * @param stderr where its standard error goes
 */
public record LaunchSpec(
    ExecutionId executionId,
    Command command,
    Command unfilled,
    SortedMap<String, String> environment,
    Path workDirectory,
    Resources resources,
    Optional<String> user,
    SortedMap<String, HostPort> ports,
    List<Mount> mounts,
    SortedMap<String, String> options,
    LogTarget stdout,
    LogTarget stderr) {
  /** Checks and copies. */
  public LaunchSpec {
    if (!workDirectory.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + workDirectory);
    }
    environment = sorted(environment);
    ports = sorted(ports);
    options = sorted(options);
    mounts = List.copyOf(mounts);
  }

  /** Of a command without placeholders. */
  public LaunchSpec(
      ExecutionId executionId,
      Command command,
      SortedMap<String, String> environment,
      Path workDirectory,
      Resources resources,
      Optional<String> user,
      SortedMap<String, HostPort> ports,
      List<Mount> mounts,
      SortedMap<String, String> options,
      LogTarget stdout,
      LogTarget stderr) {
    this(
        executionId,
        command,
        command,
        environment,
        workDirectory,
        resources,
        user,
        ports,
        mounts,
        options,
        stdout,
        stderr);
  }

  /**
   * The same with other values of some variables, in the environment and where the command has
   * placeholders for them: for a launcher that knows better where a process listens.
   */
  public LaunchSpec withVariables(Map<String, String> variables) {
    SortedMap<String, String> changed = new TreeMap<>(environment);
    changed.putAll(variables);
    return new LaunchSpec(
        executionId,
        LaunchBinder.fill(unfilled, changed),
        unfilled,
        changed,
        workDirectory,
        resources,
        user,
        ports,
        mounts,
        options,
        stdout,
        stderr);
  }

  private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** Without values of the environment, which may be secret. */
  @Override
  public String toString() {
    return "LaunchSpec["
        + executionId
        + ", "
        + command
        + ", environment "
        + environment.keySet()
        + "]";
  }
}
