package io.slipway.rpc.mapping;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import io.slipway.proto.common.v1.Termination;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.util.Optional;

/** {@code Termination} ↔ {@link Ending}. */
public final class TerminationMessages {
  private TerminationMessages() {}

  /**
   * Reads how a process ended. Words that are too long are cut: an end is never refused for them.
   */
  public static Ending toModel(Termination message, String field) {
    ExitStatus status =
        Fields.read(
            field,
            () ->
                switch (message.getStatusCase()) {
                  case EXITED -> new ExitStatus.Exited(message.getExited());
                  case SIGNALLED -> new ExitStatus.Signalled(message.getSignalled());
                  case NOT_STARTED -> new ExitStatus.NotStarted(cut(message.getNotStarted()));
                  case LOST -> new ExitStatus.Lost(cut(message.getLost()));
                  case STATUS_NOT_SET -> throw Refusal.invalidField(field + ".status", "not set");
                });
    Optional<StopKind> stop =
        switch (message.getStop()) {
          case STOP_ASKED -> Optional.of(StopKind.ASKED);
          case STOP_FORCED -> Optional.of(StopKind.FORCED);
          case STOP_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    return new Ending(status, message.getMemoryExhausted(), stop, cut(message.getCause()));
  }

  /** Writes how a process ended. */
  public static Termination toProto(Ending value) {
    Termination.Builder message =
        Termination.newBuilder()
            .setMemoryExhausted(value.memoryExhausted())
            .setCause(value.cause());
    if (value.status() instanceof ExitStatus.Exited exited) {
      message.setExited(exited.code());
    } else if (value.status() instanceof ExitStatus.Signalled signalled) {
      message.setSignalled(signalled.number());
    } else if (value.status() instanceof ExitStatus.NotStarted notStarted) {
      message.setNotStarted(notStarted.reason());
    } else if (value.status() instanceof ExitStatus.Lost lost) {
      message.setLost(lost.reason());
    }
    value
        .stop()
        .ifPresent(
            stop ->
                message.setStop(
                    switch (stop) {
                      case ASKED -> Termination.Stop.STOP_ASKED;
                      case FORCED -> Termination.Stop.STOP_FORCED;
                    }));
    return message.build();
  }

  private static String cut(String words) {
    if (words.length() <= Limits.TAIL_BYTES) {
      return words;
    }
    boolean splits = Character.isHighSurrogate(words.charAt(Limits.TAIL_BYTES - 1));
    return words.substring(0, splits ? Limits.TAIL_BYTES - 1 : Limits.TAIL_BYTES);
  }
}
