package io.slipway.client.inprocess;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;

/** Makes the launcher {@code in-process}. */
public final class InProcessLauncherProvider implements LauncherProvider {
  /** The name of the launcher. */
  public static final String NAME = "in-process";

  /** Does nothing. */
  public InProcessLauncherProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    if (!settings.options().isEmpty()) {
      throw new LaunchException(
          "launcher " + NAME + " knows no setting '" + settings.options().firstKey() + "'");
    }
    return new InProcessLauncher(InProcessLauncher::onNewThread);
  }
}
