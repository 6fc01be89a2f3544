package io.slipway.launcher.testing;

import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.util.function.Supplier;

/** Makes launchers of a test's own. */
record PlainProvider(String name, Supplier<Launcher> launchers) implements LauncherProvider {
  @Override
  public Launcher create(LauncherSettings settings) {
    return launchers.get();
  }
}
