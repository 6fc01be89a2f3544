package io.slipway.driver;

import java.io.Serializable;

/**
 * A large read-only value that tasks share: they capture this, which is small, and the value is
 * fetched once by each executor that needs it, from the driver. Made by {@link
 * SlipwaySession#broadcast} and {@link SlipwaySession#broadcastFile}. Safe for use by several
 * threads.
 *
 * @param <T> the value's type; {@link java.nio.file.Path} for a file
 */
public interface Broadcast<T> extends Serializable, AutoCloseable {
  /**
   * The value. In an executor the first task that asks fetches it, others that ask meanwhile wait;
   * in the driver it is the object that was given. Nobody may change it.
   *
   * @throws BroadcastException if it can't be fetched, or the thread is interrupted meanwhile; the
   *     next that asks tries again
   * @throws IllegalStateException if it was closed by this driver, or this object came back from an
   *     executor
   */
  T value();

  /** How many bytes an executor fetches. */
  long size();

  /**
   * Ends it: executors drop the value and delete their copy of a file, and tasks that ask for it
   * from now on fail. Idempotent; closing the session closes all. Only the driver may do that.
   *
   * @throws IllegalStateException in an executor
   */
  @Override
  void close();
}
