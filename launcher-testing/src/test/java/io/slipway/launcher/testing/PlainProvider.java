package io.slipway.launcher.testing;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.util.function.Supplier;

/** Makes launchers of a test's own. */
record PlainProvider(String name, Supplier<Launcher> launchers) implements LauncherProvider {
  /** For the suite's own worker: its launchers outlive nothing. */
  PlainProvider() {
    this("plain", PlainLauncher::new);
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    if (!settings.options().isEmpty()) {
      throw new LaunchException("unknown setting " + settings.options().firstKey());
    }
    return launchers.get();
  }
}
