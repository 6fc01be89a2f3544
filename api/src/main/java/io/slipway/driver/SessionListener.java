package io.slipway.driver;

import io.slipway.model.Ending;

/**
 * Hears what becomes of a session's executors: {@link SlipwaySession#addListener}. For each
 * executor at most one of {@link #executorEnded} and {@link #executorLost} is called, once, as the
 * masters tell it; while none can be reached, later.
 */
public interface SessionListener {
  /**
   * An executor has connected for the first time: it takes tasks. One that is a command of the
   * application's own runs, as the masters tell it.
   *
   * @param executor what is known of it
   */
  default void executorStarted(ExecutorView executor) {}

  /**
   * An executor has ended, or could not be started; tasks that it had run elsewhere.
   *
   * @param executor what was known of it
   * @param ending how; never lost
   */
  default void executorEnded(ExecutorView executor, Ending ending) {}

  /**
   * An executor is lost: its worker is not heard any more, or how it ended can't be known. Tasks
   * that it had run elsewhere.
   *
   * @param executor what was known of it
   * @param reason in words
   */
  default void executorLost(ExecutorView executor, String reason) {}
}
