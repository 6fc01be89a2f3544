package io.slipway.launcher;

/**
 * Makes launchers of one kind; found with {@link java.util.ServiceLoader}. An implementation has a
 * public constructor without arguments, which does nothing and does not throw.
 */
public interface LauncherProvider {
  /**
   * The version of this interface and all that belongs to it; grows with each change that a
   * launcher has to know of.
   */
  int SPI_VERSION = 1;

  /**
   * The version that this launcher was compiled against: {@code return SPI_VERSION;}, which the
   * compiler copies into the launcher's own class. A launcher that needs a newer one than there is
   * gets left out with a message that says so, instead of failing later. 1 unless overridden.
   */
  default int spiVersion() {
    return 1;
  }

  /** The name by which users choose this launcher: lower-case letters, digits and hyphens. */
  String name();

  /**
   * Makes a launcher; called once for a worker, before its first launch, whatever the number of
   * executions. Trouble that may pass, as an engine that is down just now, is no reason to throw: a
   * worker without this launcher takes what ran by it for lost. Launches are refused meanwhile, and
   * what is to be reattached waits.
   *
   * @throws LaunchException with a reason for people, if it can't work on this machine, or naming a
   *     setting that it does not know or a value that it can't use
   */
  Launcher create(LauncherSettings settings) throws LaunchException;
}
