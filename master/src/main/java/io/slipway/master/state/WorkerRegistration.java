package io.slipway.master.state;

import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a worker says of itself when it registers.
 *
 * @param address where its service listens, as others reach it
 * @param capacity all it has
 * @param labels its operator's
 * @param launchers names of those it has, the default among them
 * @param defaultLauncher the one it takes where none is asked for
 * @param version of its program, for people
 */
public record WorkerRegistration(
    HostPort address,
    Resources capacity,
    SortedMap<String, String> labels,
    SortedSet<String> launchers,
    String defaultLauncher,
    String version) {
  /** Checks and copies. */
  public WorkerRegistration {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    launchers = Collections.unmodifiableSortedSet(new TreeSet<>(launchers));
    if (!launchers.contains(defaultLauncher)) {
      throw new IllegalArgumentException(
          "default launcher '" + defaultLauncher + "' is not among " + launchers);
    }
  }
}
