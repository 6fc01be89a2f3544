package io.slipway.cli;

import java.nio.file.Path;

/** Where masters and workers keep what they must not lose, unless they are told otherwise. */
final class StateDirectory {
  private StateDirectory() {}

  /** {@code $XDG_STATE_HOME/slipway/NAME}, or {@code ~/.local/state/slipway/NAME}. */
  static Path of(String name) {
    String base = System.getenv("XDG_STATE_HOME");
    Path state =
        base != null && base.startsWith("/")
            ? Path.of(base)
            : Path.of(System.getProperty("user.home", "/"), ".local", "state");
    return state.resolve("slipway").resolve(name);
  }
}
