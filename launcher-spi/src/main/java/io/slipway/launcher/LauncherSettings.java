package io.slipway.launcher;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a launcher is given when it is made.
 *
 * @param owner the worker's id, or in client mode the submitting process's; unique on this machine
 *     while it lives
 * @param directory an existing directory of mode 0700 for the launcher's own files, kept over
 *     restarts of the worker; absolute
 * @param executions the directory of all execution directories; absolute
 * @param outlivesOwner whether processes go on when the owner's process has died (a worker), or are
 *     stopped (a client)
 * @param options of this launcher, from {@code slipway worker --launcher-setting NAME.KEY=VALUE}
 */
public record LauncherSettings(
    String owner,
    Path directory,
    Path executions,
    boolean outlivesOwner,
    SortedMap<String, String> options) {
  /** Checks and copies. */
  public LauncherSettings {
    if (!directory.isAbsolute() || !executions.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + directory + " or " + executions);
    }
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }
}
