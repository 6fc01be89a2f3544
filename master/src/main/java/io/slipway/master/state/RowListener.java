package io.slipway.master.state;

/**
 * An index that is kept beside the tables: told of every change of a row, undone ones included, so
 * that it is a function of what the tables hold. A row is null where there is none. Called on the
 * loop's thread, within the change.
 */
public interface RowListener {
  /** A worker's row changed. */
  default void workerChanged(Worker old, Worker now) {}

  /** An application's row changed. */
  default void applicationChanged(Application old, Application now) {}

  /** An execution's row changed; the state's own indexes are up to date. */
  default void executionChanged(Execution old, Execution now) {}
}
