package io.slipway.executor;

/**
 * A task that is sent as the name of a class and bytes for it, instead of as a serialized object.
 * An implementation is public, has a public constructor without arguments, and is on the
 * application's class path.
 */
@FunctionalInterface
public interface NamedTask {
  /**
   * Does the work, on one of the executor's task threads; interrupted when it is cancelled.
   *
   * @param input as the driver gave it
   * @return the result
   * @throws Exception to fail the task
   */
  byte[] run(byte[] input) throws Exception;
}
