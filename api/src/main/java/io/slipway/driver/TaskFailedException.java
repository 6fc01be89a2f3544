package io.slipway.driver;

import java.util.concurrent.ExecutionException;

/**
 * A task of a stream of results failed; its cause is what {@code Future.get} would have given as
 * the cause. All other tasks of the stream have been cancelled.
 */
public final class TaskFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TaskFailedException(ExecutionException failure) {
    super(failure.getMessage(), failure.getCause());
  }
}
