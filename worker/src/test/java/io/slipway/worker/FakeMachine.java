package io.slipway.worker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.ResourceUsage;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A machine whose processes are objects: they outlive the worker, and the launchers that are made
 * on it find them again.
 */
public final class FakeMachine {
  private final Map<ExecutionId, FakeProcess> processes = new HashMap<>();
  private final Set<ExecutionId> neverStart = new HashSet<>();
  private final List<ExecutionId> launches = new ArrayList<>();
  private Optional<String> refusal = Optional.empty();
  private boolean held;
  private boolean breakingHandles;
  private int launching;
  private int mostLaunching;

  /** A process. */
  public final class FakeProcess {
    private final LaunchSpec spec;
    private Optional<Ending> ending = Optional.empty();
    private boolean stubborn;
    private Optional<Duration> stop = Optional.empty();
    private CompletableFuture<Ending> observer = new CompletableFuture<>();

    FakeProcess(LaunchSpec spec) {
      this.spec = spec;
    }

    /** What it was given. */
    public LaunchSpec spec() {
      return spec;
    }

    /** Does not end when it is asked to. */
    public void beStubborn() {
      synchronized (FakeMachine.this) {
        stubborn = true;
      }
    }

    /** The grace of the first stop. */
    public Optional<Duration> stop() {
      synchronized (FakeMachine.this) {
        return stop;
      }
    }

    /** Writes to its output. */
    public void print(String text) {
      try {
        Files.writeString(
            spec.stdout().file(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Its launcher fails to tell how it ends. */
    public void failExit() {
      CompletableFuture<Ending> told;
      synchronized (FakeMachine.this) {
        told = observer;
      }
      told.completeExceptionally(new IllegalStateException("a broken launcher"));
    }

    /** Ends by itself. */
    public void exit(int code) {
      end(Ending.exited(code));
    }

    private void end(Ending how) {
      CompletableFuture<Ending> told;
      synchronized (FakeMachine.this) {
        if (ending.isPresent()) {
          return;
        }
        ending = Optional.of(how);
        told = observer;
        FakeMachine.this.notifyAll();
      }
      told.complete(how);
    }

    private void stop(Duration grace) {
      synchronized (FakeMachine.this) {
        if (stop.isEmpty()) {
          stop = Optional.of(grace);
        }
        if (stubborn) {
          return;
        }
      }
      end(
          new Ending(
              new ExitStatus.Signalled(Signals.TERM), false, Optional.of(StopKind.ASKED), ""));
    }
  }

  /** The process of an execution; empty if none was ever started. */
  public synchronized Optional<FakeProcess> find(ExecutionId id) {
    return Optional.ofNullable(processes.get(id));
  }

  /** All launches, in order. */
  public synchronized List<ExecutionId> launches() {
    return List.copyOf(launches);
  }

  /** How many launches were under way at the same time, at most. */
  public synchronized int mostLaunching() {
    return mostLaunching;
  }

  /** How many launches are under way. */
  public synchronized int launching() {
    return launching;
  }

  /** Launches fail from now on. */
  public synchronized void refuse(String reason) {
    refusal = Optional.of(reason);
  }

  /** Handles fail from now on, as those of a launcher that was made for an older interface. */
  public synchronized void breakHandles() {
    breakingHandles = true;
  }

  /** Launches wait from now on, or go on. */
  public synchronized void hold(boolean hold) {
    held = hold;
    notifyAll();
  }

  /** Launchers of this machine. */
  public LauncherProvider provider(String name) {
    return new LauncherProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Launcher create(LauncherSettings settings) {
        return new FakeLauncher();
      }
    };
  }

  private final class FakeLauncher implements Launcher {
    private boolean closed;

    @Override
    public LaunchHandle launch(LaunchSpec spec, Path directory)
        throws LaunchException, InterruptedException {
      synchronized (FakeMachine.this) {
        launching++;
        mostLaunching = Math.max(mostLaunching, launching);
        try {
          while (held) {
            FakeMachine.this.wait();
          }
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          if (refusal.isPresent()) {
            throw new LaunchException(refusal.get());
          }
          if (!Files.isDirectory(directory.resolve("launcher"))
              || processes.containsKey(spec.executionId())
              || neverStart.contains(spec.executionId())) {
            throw new LaunchException("not a fresh execution: " + spec.executionId());
          }
          launches.add(spec.executionId());
          FakeProcess process = new FakeProcess(spec);
          processes.put(spec.executionId(), process);
          return handle(process);
        } finally {
          launching--;
        }
      }
    }

    private LaunchHandle handle(FakeProcess process) {
      CompletableFuture<Ending> mine = new CompletableFuture<>();
      process.observer = new CompletableFuture<>();
      process.observer.whenComplete(
          (ending, failure) -> {
            if (failure != null) {
              mine.completeExceptionally(failure);
            } else if (!isClosed()) {
              mine.complete(ending);
            }
          });
      return new LaunchHandle() {
        @Override
        public CompletionStage<Ending> exit() {
          return mine;
        }

        @Override
        public void stop(Duration grace) {
          process.stop(grace);
        }

        @Override
        public ResourceUsage usage() {
          return ResourceUsage.UNKNOWN;
        }

        @Override
        public OptionalLong processId() {
          synchronized (FakeMachine.this) {
            if (breakingHandles) {
              throw new AbstractMethodError("processId");
            }
          }
          return OptionalLong.empty();
        }
      };
    }

    private boolean isClosed() {
      synchronized (FakeMachine.this) {
        return closed;
      }
    }

    @Override
    public Reattached reattach(ExecutionId id, Path directory) {
      synchronized (FakeMachine.this) {
        FakeProcess process = processes.get(id);
        if (process == null) {
          neverStart.add(id);
          return new Reattached.NeverStarted();
        }
        return process.ending.isPresent()
            ? new Reattached.Ended(process.ending.get())
            : new Reattached.Running(handle(process));
      }
    }

    @Override
    public Set<Promise> notPromised() {
      return Set.of(Promise.OWN_PROCESS, Promise.RESOURCE_LIMITS);
    }

    @Override
    public void close() {
      synchronized (FakeMachine.this) {
        closed = true;
      }
    }
  }
}
