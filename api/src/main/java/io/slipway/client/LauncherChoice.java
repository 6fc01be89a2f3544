package io.slipway.client;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which launcher starts a process, and what it is told.
 *
 * @param launcher its name; empty for the default of each worker
 * @param options for that launcher
 */
public record LauncherChoice(Optional<String> launcher, SortedMap<String, String> options) {
  /** Each worker's default, which is told nothing. */
  public static final LauncherChoice DEFAULT =
      new LauncherChoice(Optional.empty(), Collections.emptySortedMap());

  /** Copies. */
  public LauncherChoice {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /** A launcher by its name. */
  public static LauncherChoice of(String launcher, Map<String, String> options) {
    return new LauncherChoice(Optional.of(launcher), new TreeMap<>(options));
  }

  /** This one, with what it leaves open as in {@code other}; of two values of an option its own. */
  LauncherChoice orElse(LauncherChoice other) {
    SortedMap<String, String> merged = new TreeMap<>(other.options);
    merged.putAll(options);
    return new LauncherChoice(launcher.or(() -> other.launcher), merged);
  }
}
