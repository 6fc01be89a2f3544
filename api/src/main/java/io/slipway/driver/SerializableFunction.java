package io.slipway.driver;

import java.io.Serializable;

/** A function that can travel to an executor. */
@FunctionalInterface
public interface SerializableFunction<T, R> extends Serializable {
  /**
   * Applies it.
   *
   * @throws Exception to fail the task
   */
  R apply(T input) throws Exception;
}
