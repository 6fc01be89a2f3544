package com.example.nice;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.ResourceUsage;
import io.slipway.launcher.RollingLog;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** One process, from its start to the record of its end. */
final class NicedProcess implements LaunchHandle {
  /** How long what got away from the tree may keep the output open. */
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(5);

  private final Process process;
  private final ExecutionId id;
  private final ExecutionRecords records;
  private final Thread output;
  private final Thread errors;
  private final CompletableFuture<Void> recorded = new CompletableFuture<>();
  private final CompletableFuture<Ending> exit = new CompletableFuture<>();
  // Guarded by this.
  private Optional<StopKind> stop = Optional.empty();
  private String cause = "";
  private boolean abandoned;

  /**
   * A process that has just been started.
   *
   * @param process the process
   * @param spec what it was started for
   * @param records where its end is kept
   */
  NicedProcess(Process process, LaunchSpec spec, ExecutionRecords records) {
    this.process = process;
    this.id = spec.executionId();
    this.records = records;
    this.output = carry(process.getInputStream(), spec.stdout());
    this.errors = carry(process.getErrorStream(), spec.stderr());
  }

  private Thread carry(InputStream stream, LogTarget target) {
    return inBackground(
        () -> {
          try (stream;
              RollingLog log = new RollingLog(target)) {
            byte[] buffer = new byte[8192];
            for (int count; (count = stream.read(buffer)) >= 0; ) {
              log.append(ByteBuffer.wrap(buffer, 0, count));
            }
          } catch (IOException e) {
            // The stream ended otherwise; what came through is in the log.
          }
        });
  }

  /** Waits for the end in the background, and then tells it. */
  void watch(Runnable atEnd) {
    inBackground(
        () -> {
          try {
            int code = process.waitFor();
            ProcessTree.kill(id);
            output.join(LAST_OUTPUT.toMillis());
            errors.join(LAST_OUTPUT.toMillis());
            Ending ending = ending(code);
            records.end(ending);
            atEnd.run();
            recorded.complete(null);
            if (!isAbandoned()) {
              exit.complete(ending);
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException("nobody knows this thread", e);
          }
        });
  }

  /** A code above 128 may be the program's own, or stand for a signal: Java does not say which. */
  private synchronized Ending ending(int code) {
    if (stop.equals(Optional.of(StopKind.FORCED)) && code == 128 + Signals.KILL) {
      return new Ending(new ExitStatus.Signalled(Signals.KILL), false, stop, cause);
    }
    String doubt = code > 128 ? "exit code " + code + ", or signal " + (code - 128) : "";
    return new Ending(new ExitStatus.Exited(code), false, stop, doubt);
  }

  @Override
  public CompletionStage<Ending> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    if (grace.isZero()) {
      force("");
    } else if (ask()) {
      CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> force("it did not end within its grace"));
    }
  }

  /** Asks the process to end, once; tells whether it is there. */
  private synchronized boolean ask() {
    if (process.isAlive() && stop.isEmpty()) {
      stop = Optional.of(StopKind.ASKED);
      process.toHandle().destroy();
    }
    return process.isAlive();
  }

  /** Kills the process itself, which may have cleared its environment; the tree follows it. */
  private synchronized void force(String why) {
    if (process.isAlive() && !stop.equals(Optional.of(StopKind.FORCED))) {
      stop = Optional.of(StopKind.FORCED);
      cause = why;
      process.toHandle().destroyForcibly();
    }
  }

  /** Ends it without telling anybody but the records. */
  synchronized void abandon() {
    abandoned = true;
    force("the worker ended, and what launcher nice runs ends with it");
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  /** Waits until its end is on disk. */
  void awaitRecord() {
    recorded.join();
  }

  @Override
  public ResourceUsage usage() {
    return ResourceUsage.UNKNOWN;
  }

  @Override
  public OptionalLong processId() {
    return OptionalLong.of(process.pid());
  }

  private static Thread inBackground(Runnable work) {
    Thread thread = new Thread(work, "launcher nice");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
