package io.slipway.launcher;

/**
 * A process, or a launcher, could not be started, and nothing was left behind. The message is the
 * reason for people; the caller reports it as {@code NotStarted} and does not repeat the launch.
 */
public class LaunchException extends Exception {
  private static final long serialVersionUID = 1;

  /** With a reason for people. */
  public LaunchException(String reason) {
    super(reason);
  }

  /** With a reason for people, and what lies behind it. */
  public LaunchException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
