package io.slipway.testing;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes launchers of another kind, whose processes end when the launcher closes, or its JVM. */
final class EndingLauncherProvider implements LauncherProvider {
  private final LauncherProvider provider;
  private final List<EndingLauncher> made = new CopyOnWriteArrayList<>();

  EndingLauncherProvider(LauncherProvider provider) {
    this.provider = provider;
  }

  @Override
  public int spiVersion() {
    return provider.spiVersion();
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    EndingLauncher launcher =
        new EndingLauncher(
            provider.create(
                new LauncherSettings(
                    settings.owner(),
                    settings.directory(),
                    settings.executions(),
                    false,
                    settings.options())));
    made.add(launcher);
    return launcher;
  }

  /** Kills all that runs. */
  void killAll() {
    made.forEach(EndingLauncher::killAll);
  }
}
