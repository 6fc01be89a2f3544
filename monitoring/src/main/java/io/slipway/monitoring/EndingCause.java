package io.slipway.monitoring;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import java.util.Locale;

/** Why an execution ended, coarsely enough for a label. */
public enum EndingCause {
  /** It exited with 0. */
  SUCCESS,
  /** It exited with another code. */
  EXIT_CODE,
  /** A signal that was no stop of ours ended it. */
  SIGNAL,
  /** It had used up its memory. */
  MEMORY,
  /** It was stopped. */
  STOPPED,
  /** No process ever ran. */
  NOT_STARTED,
  /** Nobody can know. */
  LOST;

  /** The cause of an ending. */
  public static EndingCause of(Ending ending) {
    if (ending.memoryExhausted()) {
      return MEMORY;
    }
    if (ending.status() instanceof ExitStatus.Lost) {
      return LOST;
    }
    if (ending.stop().isPresent()) {
      return STOPPED;
    }
    if (ending.status() instanceof ExitStatus.NotStarted) {
      return NOT_STARTED;
    }
    if (ending.status().isSuccess()) {
      return SUCCESS;
    }
    return ending.status() instanceof ExitStatus.Exited ? EXIT_CODE : SIGNAL;
  }

  /** As a label has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
