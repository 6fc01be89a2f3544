package io.slipway.launcher.docker;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a container that ran has ended, and what is known of the circumstances.
 *
 * @param state what the engine says
 * @param deadline when the grace of its stop is over, if it was asked to stop
 * @param engineWasAway whether the engine has not answered for a time while it ran
 * @param ofEarlierBoot whether the machine was restarted since it was launched
 * @param outputComplete whether all of its output is in the log files
 */
record ContainerEnd(
    Engine.State state,
    Optional<Instant> deadline,
    boolean engineWasAway,
    boolean ofEarlierBoot,
    boolean outputComplete) {
  private static final int SIGNAL_BASE = 128;
  private static final int HIGHEST_SIGNAL = 64;
  static final int KILLED = SIGNAL_BASE + Signals.KILL;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  /** The engine's code for the end of a container that it finds not running when it starts. */
  private static final int NOT_KNOWN = 255;

  /**
   * What is told of it.
   *
   * @param initFailure finds why the engine's init could not run the program, if it could not
   */
  Ending ending(Supplier<Optional<String>> initFailure, Instant now) {
    int code = state.exitCode();
    Optional<String> noProgram =
        code == NOT_FOUND || code == NOT_EXECUTABLE ? initFailure.get() : Optional.empty();
    if (noProgram.isPresent()) {
      return Ending.notStarted(noProgram.get());
    }
    if (code == NOT_KNOWN && (engineWasAway || ofEarlierBoot)) {
      return Ending.lost(
          (ofEarlierBoot
                  ? "the machine was restarted while it ran"
                  : "the Docker engine was not there for a time")
              + ", and says 255, its word for an end that it has not seen");
    }
    if (state.memoryExhausted() && code == KILLED && deadline.isEmpty()) {
      return new Ending(
          new ExitStatus.Signalled(Signals.KILL),
          true,
          Optional.empty(),
          "its memory was used up, and the kernel killed it");
    }
    List<String> causes = new ArrayList<>();
    Optional<StopKind> stop = Optional.empty();
    if (deadline.isPresent()) {
      boolean forced = code == KILLED && !now.isBefore(deadline.get());
      stop = Optional.of(forced ? StopKind.FORCED : StopKind.ASKED);
      causes.add(
          forced
              ? "killed when the grace of its stop was over"
              : "ended after it was asked to (" + Signals.name(Signals.TERM) + ")");
    }
    if (code > SIGNAL_BASE && code <= SIGNAL_BASE + HIGHEST_SIGNAL) {
      int signal = code - SIGNAL_BASE;
      causes.add("or signal " + signal + " (" + Signals.name(signal) + "): the engine can't tell");
      if (deadline.isEmpty() && (signal == Signals.TERM || signal == Signals.KILL)) {
        causes.add("so end containers of an engine that is shut down, and those of 'docker stop'");
      }
    }
    if (state.memoryExhausted()) {
      causes.add("the kernel killed a process of it that used up its memory");
    }
    if (!state.error().isEmpty()) {
      causes.add(state.error());
    }
    if (engineWasAway) {
      causes.add("the Docker engine was not there for a time, and may have stopped it");
    }
    if (!outputComplete) {
      causes.add("the end of its output may be missing: the process that copied it was killed");
    }
    return new Ending(new ExitStatus.Exited(code & 0xff), false, stop, String.join("; ", causes));
  }
}
