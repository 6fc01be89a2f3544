package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;

/**
 * Makes launchers of containers, on the engine of this machine. Its settings are described at
 * {@link DockerSettings}, what a submission may choose at {@link ContainerOptions}.
 */
public final class DockerLauncherProvider implements LauncherProvider {
  /** The name of this launcher. */
  public static final String NAME = "docker";

  /** For {@link java.util.ServiceLoader}. */
  public DockerLauncherProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    return DockerLauncher.open(settings, DockerSettings.parse(settings));
  }
}
