package io.slipway.executor;

import io.slipway.rpc.NettyStart;

/**
 * The main class of executors. Everything it needs is in its environment. It takes tasks from its
 * driver until that says that there are no more, or is gone for good; its exit code says which:
 *
 * <ul>
 *   <li>0: the driver needs it no more, or the application has ended
 *   <li>{@value #CANT_REACH_DRIVER}: it never reached its driver
 *   <li>{@value #DRIVER_GONE}: it lost its driver, and did not find it again
 *   <li>{@value #REFUSED}: its driver or its masters refused it
 *   <li>{@value #BAD_ENVIRONMENT}: its environment is not that of an executor
 * </ul>
 */
public final class ExecutorMain {
  /** Exit code of an executor that never reached its driver. */
  public static final int CANT_REACH_DRIVER = 81;

  /** Exit code of an executor that lost its driver, and did not find it again. */
  public static final int DRIVER_GONE = 82;

  /** Exit code of an executor that its driver or its masters refused. */
  public static final int REFUSED = 83;

  /** Exit code of an executor whose environment is not that of one. */
  public static final int BAD_ENVIRONMENT = 84;

  private ExecutorMain() {}

  /** Runs an executor, and ends the JVM with one of the exit codes. */
  public static void main(String[] arguments) throws InterruptedException {
    NettyStart.prepare();
    ExecutorSettings settings;
    try {
      settings = ExecutorSettings.of(System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("slipway executor: " + e.getMessage());
      System.exit(BAD_ENVIRONMENT);
      return;
    }
    ExecutorLife.Result result;
    try (ExecutorLife life = new ExecutorLife(settings, ExecutorLife.SearchTime.USUAL)) {
      // When the JVM is asked to end, tasks that fail on account of that must not be reported: the
      // driver runs them again elsewhere.
      Runtime.getRuntime().addShutdownHook(new Thread(life::close, "slipway-exit"));
      result = life.run();
    }
    if (result.exitCode() != 0) {
      System.err.println("slipway executor " + settings.id() + ": " + result.reason());
    }
    System.exit(result.exitCode());
  }
}
