package io.slipway.launcher.testing;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Launchers that keep all promises but one. */
final class BrokenLaunchers {
  private BrokenLaunchers() {}

  /** Adds a variable of its own. */
  static class LeaksEnvironment extends PlainLauncher {
    @Override
    Map<String, String> environment(LaunchSpec spec) {
      Map<String, String> environment = new TreeMap<>(spec.environment());
      environment.put("LEAKED", "1");
      return environment;
    }
  }

  /** Starts Java programs in a directory of its own choice. */
  static class WrongDirectory extends PlainLauncher {
    @Override
    File workDirectory(LaunchSpec spec) {
      return spec.command() instanceof Command.Jvm
          ? spec.workDirectory().getParent().toFile()
          : super.workDirectory(spec);
    }
  }

  /** Trims the arguments of Java programs. */
  static class TrimsArguments extends PlainLauncher {
    @Override
    List<String> commandLine(Command command) {
      return command instanceof Command.Jvm
          ? super.commandLine(command).stream().map(String::trim).toList()
          : super.commandLine(command);
    }
  }

  /** Launches the same id as often as it is asked to. */
  static class LaunchesTwice extends PlainLauncher {
    private final List<ExecutionId> launched = new ArrayList<>();

    @Override
    void claim(ExecutionId id) throws LaunchException {
      if (!launched.contains(id)) {
        launched.add(id);
        super.claim(id);
      }
    }
  }

  /** Does not remember what was ruled out. */
  static class ForgetsReattach extends PlainLauncher {
    @Override
    public Reattached reattach(ExecutionId id, Path directory) {
      return new Reattached.NeverStarted();
    }
  }

  /** Takes any option. */
  static class IgnoresOptions extends PlainLauncher {
    @Override
    void checkOptions(LaunchSpec spec) {}
  }

  /** Goes on although it was interrupted. */
  static class IgnoresInterrupts extends PlainLauncher {
    @Override
    public LaunchHandle launch(LaunchSpec spec, Path directory)
        throws LaunchException, InterruptedException {
      boolean interrupted = Thread.interrupted();
      try {
        return super.launch(spec, directory);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Writes both streams into one file. */
  static class MergesStreams extends PlainLauncher {
    @Override
    LogTarget stderr(LaunchSpec spec) {
      return spec.command() instanceof Command.Jvm ? spec.stdout() : spec.stderr();
    }
  }

  /** Lets whoever asks complete the end. */
  static class HandsOutItsFuture extends PlainLauncher {
    @Override
    CompletionStage<Ending> stage(CompletableFuture<Ending> exit) {
      return new CompletableFuture<Ending>() {
        {
          exit.thenAccept(this::complete);
        }

        @Override
        public CompletableFuture<Ending> toCompletableFuture() {
          exit.thenAccept(this::obtrudeValue);
          return new Obtruding(exit);
        }
      };
    }

    /** Completes the original when it is completed. */
    private static final class Obtruding extends CompletableFuture<Ending> {
      private final CompletableFuture<Ending> original;

      Obtruding(CompletableFuture<Ending> original) {
        this.original = original;
        original.thenAccept(super::complete);
      }

      @Override
      public boolean complete(Ending value) {
        original.obtrudeValue(value);
        return true;
      }
    }
  }

  /** Tells codes above 100 as failures of one kind. */
  static class FlattensCodes extends PlainLauncher {
    @Override
    Ending exited(int code) {
      return Ending.exited(code > 200 ? 1 : code);
    }
  }

  /** Claims to tell signals from codes, and guesses. */
  static class GuessesSignals extends PlainLauncher {
    @Override
    public Set<Promise> notPromised() {
      Set<Promise> not = EnumSet.copyOf(super.notPromised());
      not.remove(Promise.SIGNALS_DISTINGUISHED);
      return not;
    }

    @Override
    Ending exited(int code) {
      return code == 137 ? Ending.of(new ExitStatus.Signalled(9)) : super.exited(code);
    }
  }

  /** Claims to stop the whole tree. */
  static class ClaimsWholeTree extends PlainLauncher {
    @Override
    public Set<Promise> notPromised() {
      Set<Promise> not = EnumSet.copyOf(super.notPromised());
      not.remove(Promise.WHOLE_TREE);
      return not;
    }
  }

  /** Leaves everything but the main process as it is. */
  static class LeavesChildren extends PlainLauncher {
    @Override
    void killTree(ExecutionId id) {
      // On purpose not.
    }

    @Override
    void awaitOutput(Thread pump) throws InterruptedException {
      // For ever, where children have it open.
      pump.join(3000);
    }
  }

  /** Does not force programs that refuse to end, unless there was no grace. */
  static class NeverForces extends PlainLauncher {
    @Override
    Duration grace(Duration asked) {
      return asked.isZero() ? asked : Duration.ofDays(1);
    }
  }

  /** Kills without asking. */
  static class NeverAsks extends PlainLauncher {
    @Override
    void ask(Process process) {
      process.toHandle().destroyForcibly();
    }
  }

  /** Lets logs grow. */
  static class NeverRolls extends PlainLauncher {
    @Override
    void write(LogTarget target, byte[] bytes, int count) throws IOException {
      super.write(new LogTarget(target.file(), Long.MAX_VALUE, 0), bytes, count);
    }
  }

  /** Claims that programs outlive it. */
  static class ClaimsToOutlive extends PlainLauncher {
    @Override
    public Set<Promise> notPromised() {
      Set<Promise> not = EnumSet.copyOf(super.notPromised());
      not.remove(Promise.OUTLIVES_WORKER);
      return not;
    }
  }
}
