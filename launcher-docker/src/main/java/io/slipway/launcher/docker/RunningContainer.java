package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.ResourceUsage;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A container that was started, or may have been: until its end is on record. */
final class RunningContainer implements LaunchHandle {
  private static final Duration LONGEST_GRACE = Duration.ofDays(365);
  private static final long YEAR_SECONDS = LONGEST_GRACE.toSeconds();
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final Duration LOOK_FOR_OUTPUT = Duration.ofMillis(2);

  /** An engine that died then may not remember that it had started it. */
  static final String MAY_HAVE_RUN =
      "the Docker engine did not answer when it was to start its container, which may have run for"
          + " a moment";

  private static final int LONGEST_INIT_MESSAGE = 8_192;

  /** What the engine's init says when it can't run the program. */
  private static final Pattern INIT_FAILURE =
      Pattern.compile("\\[FATAL tini \\(\\d+\\)\\] (exec .* failed: .*)\\R?");

  private final ExecutionId id;
  private final Path directory;
  private final ContainerFiles files;
  private final ContainerFiles.Launch launch;
  private final DockerLauncher launcher;
  private final CompletableFuture<Ending> exit = new CompletableFuture<>();
  private Closeable waiting;
  private boolean letGo;
  private volatile boolean engineWasAway;
  private volatile boolean startUnanswered;
  private volatile Instant unrecordedStop;

  RunningContainer(
      ExecutionId id,
      Path directory,
      ContainerFiles files,
      ContainerFiles.Launch launch,
      DockerLauncher launcher) {
    this.id = id;
    this.directory = directory;
    this.files = files;
    this.launch = launch;
    this.launcher = launcher;
  }

  ExecutionId id() {
    return id;
  }

  Path directory() {
    return directory;
  }

  ContainerFiles files() {
    return files;
  }

  /** Nobody knows whether the engine has started it. */
  void startWasNotAnswered() {
    startUnanswered = true;
  }

  @Override
  public CompletionStage<Ending> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    if (exit.isDone()) {
      return;
    }
    Instant wanted = Instant.now().plus(grace.compareTo(LONGEST_GRACE) > 0 ? LONGEST_GRACE : grace);
    try {
      synchronized (this) {
        if (files.writeStop(wanted).isBefore(wanted)) {
          return;
        }
      }
      launcher.carryOutStop(this);
    } catch (IOException e) {
      // A full disk must not keep it running.
      unrecordedStop = wanted;
      launcher.inBackground(() -> stopNow(grace));
    }
  }

  private void stopNow(Duration grace) {
    try {
      if (grace.isZero()) {
        launcher.engine().kill(launch.container());
      } else {
        launcher
            .engine()
            .stop(launch.container(), (int) Math.max(1, Math.min(YEAR_SECONDS, grace.toSeconds())));
      }
    } catch (EngineException e) {
      LockSupport.parkNanos(AGAIN.toNanos());
      if (!isLetGo() && !exit.isDone()) {
        launcher.inBackground(() -> stopNow(grace));
      }
    }
  }

  @Override
  public ResourceUsage usage() {
    return ResourceUsage.UNKNOWN;
  }

  @Override
  public OptionalLong processId() {
    return OptionalLong.empty();
  }

  /** Waits for the end, on another thread. */
  void watch() {
    synchronized (this) {
      if (letGo) {
        return;
      }
      waiting =
          launcher.engine().whenEnded(launch.container(), () -> launcher.inBackground(this::look));
    }
  }

  /** Looks whether it has ended, until the engine tells. */
  private void look() {
    while (!isLetGo()) {
      try {
        Optional<Engine.State> state = launcher.engine().state(launch.container());
        if (state.isEmpty() || state.get().hasEnded() || state.get().isCreated()) {
          finish(state);
          return;
        }
        // The waiting broke off: not too often.
        LockSupport.parkNanos(AGAIN.toNanos());
        watch();
        return;
      } catch (EngineException e) {
        engineWasAway = true;
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
  }

  /**
   * Records the end of a container that does not run, and removes it.
   *
   * @param state empty if it is gone
   */
  Ending finish(Optional<Engine.State> state) {
    boolean complete = state.isEmpty() || state.get().isCreated() || awaitOutput();
    Ending ending = ending(state, complete);
    while (!isLetGo()) {
      try {
        files.writeOutcome(ending);
        break;
      } catch (IOException e) {
        // Until it is on disk it isn't told.
        if (!files.exist()) {
          break;
        }
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
    launcher.removeLater(launch.container());
    launcher.forget(this);
    if (!isLetGo()) {
      exit.complete(ending);
    }
    return ending;
  }

  private boolean awaitOutput() {
    try {
      while (!files.isOutputComplete()) {
        if (!files.hasCopier()) {
          return files.isOutputComplete();
        }
        LockSupport.parkNanos(LOOK_FOR_OUTPUT.toNanos());
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Ending ending(Optional<Engine.State> state, boolean outputComplete) {
    if (state.isEmpty()) {
      return Ending.lost(
          "its container " + launch.container() + " was removed, though not by its worker");
    }
    Engine.State ended = state.get();
    if (ended.isCreated() && startUnanswered) {
      return Ending.lost(MAY_HAVE_RUN);
    }
    if (ended.isCreated()) {
      return Ending.notStarted(
          "the Docker engine did not start its container"
              + (ended.error().isEmpty() ? "" : ": " + ended.error()));
    }
    Optional<Instant> deadline = stopDeadline();
    if (ended.exitCode() == ContainerEnd.KILLED
        && !ended.memoryExhausted()
        && deadline.isEmpty()
        && ranOutOfMemory()) {
      ended = ended.withMemoryExhausted();
    }
    return new ContainerEnd(
            ended, deadline, engineWasAway, launch.isOfEarlierBoot(), outputComplete)
        .ending(this::initFailure, Instant.now());
  }

  private boolean ranOutOfMemory() {
    try {
      return launcher.engine().ranOutOfMemory(launch.container());
    } catch (EngineException e) {
      return false; // nobody knows better than the container's state
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Optional<Instant> stopDeadline() {
    try {
      return files.stop().or(() -> Optional.ofNullable(unrecordedStop));
    } catch (IOException e) {
      return Optional.ofNullable(unrecordedStop);
    }
  }

  private Optional<String> initFailure() {
    try {
      Path log = launch.stderr().file();
      if (Files.exists(log) && Files.size(log) <= LONGEST_INIT_MESSAGE) {
        Matcher matcher = INIT_FAILURE.matcher(Files.readString(log));
        if (matcher.matches()) {
          return Optional.of(matcher.group(1));
        }
      }
    } catch (IOException e) {
      // Then it is not what the init has written.
      return Optional.empty();
    }
    return Optional.empty();
  }

  private synchronized boolean isLetGo() {
    return letGo;
  }

  /** Tells nothing any more. */
  void letGo() {
    Closeable open;
    synchronized (this) {
      letGo = true;
      open = waiting;
    }
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It ends with its connection.
        return;
      }
    }
  }
}
