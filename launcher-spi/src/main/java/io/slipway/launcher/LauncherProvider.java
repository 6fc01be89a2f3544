package io.slipway.launcher;

/**
 * Makes launchers of one kind; found with {@link java.util.ServiceLoader}. An implementation has a
 * public constructor without arguments, which does nothing and does not throw.
 */
public interface LauncherProvider {
  /** The name by which users choose this launcher: lower-case letters, digits and hyphens. */
  String name();

  /**
   * Makes a launcher; called once for a worker, before its first launch, whatever the number of
   * executions.
   *
   * @throws LaunchException with a reason for people, if it can't work on this machine
   */
  Launcher create(LauncherSettings settings) throws LaunchException;
}
