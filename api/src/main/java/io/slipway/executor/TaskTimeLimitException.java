package io.slipway.executor;

import java.util.concurrent.TimeoutException;

/**
 * The cause of the {@code ExecutionException} of a task that ran for longer than {@link
 * io.slipway.driver.SlipwayExecutor#withTimeLimit} allows. Its stack trace is that of the task, at
 * the moment when its time was over.
 */
public final class TaskTimeLimitException extends TimeoutException {
  private static final long serialVersionUID = 1;

  TaskTimeLimitException(String message, StackTraceElement[] where) {
    super(message);
    setStackTrace(where);
  }
}
