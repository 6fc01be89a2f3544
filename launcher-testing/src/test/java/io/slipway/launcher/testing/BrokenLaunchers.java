package io.slipway.launcher.testing;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Mount;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.ResourceUsage;
import io.slipway.launcher.RollingLog;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

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
    List<String> commandLine(LaunchSpec spec) {
      return spec.command() instanceof Command.Jvm
          ? super.commandLine(spec).stream().map(String::trim).toList()
          : super.commandLine(spec);
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
      return super.exited(code > 200 ? 1 : code);
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

  /** Leaves everything but the main process as it is. */
  static class LeavesChildren extends PlainLauncher {
    @Override
    void killTree(ExecutionId id) {
      // On purpose not.
    }

    @Override
    void awaitOutput(Thread pump) throws InterruptedException {
      // For ever, where children have it open.
      pump.join(500);
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
    void ask(Process process, Command command) {
      process.toHandle().destroyForcibly();
    }
  }

  /** Lets logs grow. */
  static class NeverRolls extends PlainLauncher {
    @Override
    RollingLog log(LogTarget target) {
      return new RollingLog(new LogTarget(target.file(), Long.MAX_VALUE, 0));
    }
  }

  /** Forgets to note where a new log file begins. */
  static class RollsSilently extends PlainLauncher {
    private LogTarget last;

    @Override
    RollingLog log(LogTarget target) {
      last = target;
      return super.log(target);
    }

    @Override
    void awaitOutput(Thread pump) throws InterruptedException {
      super.awaitOutput(pump);
      Path logs = last.file().getParent();
      for (String stream : List.of("stdout", "stderr")) {
        try {
          Files.deleteIfExists(logs.resolve(stream + ".start"));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Carries the first ten million bytes of an output and no more. */
  static class DropsOutput extends PlainLauncher {
    private static final long MOST = 10_000_000;
    private final Map<RollingLog, Long> written = new ConcurrentHashMap<>();

    @Override
    void write(RollingLog log, byte[] bytes, int count) throws IOException {
      if (written.merge(log, (long) count, Long::sum) <= MOST) {
        super.write(log, bytes, count);
      }
    }
  }

  /** Writes what was output when the output ends. */
  static class WritesAtTheEnd extends PlainLauncher {
    private final Map<RollingLog, ByteArrayOutputStream> kept = new ConcurrentHashMap<>();

    @Override
    void write(RollingLog log, byte[] bytes, int count) {
      kept.computeIfAbsent(log, any -> new ByteArrayOutputStream()).write(bytes, 0, count);
    }

    @Override
    void endOfOutput(RollingLog log) {
      ByteArrayOutputStream all = kept.remove(log);
      if (all != null) {
        log.append(ByteBuffer.wrap(all.toByteArray()));
      }
    }
  }

  /** Claims what {@link PlainLauncher} does not. */
  abstract static class Claims extends PlainLauncher {
    private final Promise claimed;

    Claims(Promise claimed) {
      this.claimed = claimed;
    }

    @Override
    public Set<Promise> notPromised() {
      Set<Promise> not = EnumSet.copyOf(super.notPromised());
      not.remove(claimed);
      return not;
    }
  }

  /** Claims that programs outlive it. */
  static class ClaimsToOutlive extends Claims {
    ClaimsToOutlive() {
      super(Promise.OUTLIVES_WORKER);
    }
  }

  /** Claims that, and does not even remember what was ruled out. */
  static class ForgetsOnRestart extends ClaimsToOutlive {
    @Override
    public Reattached reattach(ExecutionId id, Path directory) {
      return new Reattached.NeverStarted();
    }
  }

  /** Claims that programs end with their owner. */
  static class ClaimsToEndWithOwner extends Claims {
    ClaimsToEndWithOwner() {
      super(Promise.ENDS_WITH_OWNER);
    }
  }

  /** Claims to stop the whole tree. */
  static class ClaimsWholeTree extends Claims {
    ClaimsWholeTree() {
      super(Promise.WHOLE_TREE);
    }
  }

  /** Claims to limit memory and processors. */
  static class ClaimsLimits extends Claims {
    ClaimsLimits() {
      super(Promise.RESOURCE_LIMITS);
    }
  }

  /** Claims that what is mounted for reading only can't be changed. */
  static class ClaimsReadOnlyMounts extends Claims {
    ClaimsReadOnlyMounts() {
      super(Promise.READ_ONLY_MOUNTS);
    }
  }

  /** Claims to run programs as any user. */
  static class ClaimsOtherUsers extends Claims {
    ClaimsOtherUsers() {
      super(Promise.OTHER_USER);
    }

    @Override
    void checkUser(LaunchSpec spec) {}
  }

  /** Runs programs as this user whatever the spec says. */
  static class IgnoresUsers extends PlainLauncher {
    @Override
    void checkUser(LaunchSpec spec) {}
  }

  /** Takes every death by signal and every code above 128 for what it looks like. */
  static class HidesAmbiguity extends PlainLauncher {
    @Override
    Ending exited(int code) {
      return Ending.exited(code);
    }
  }

  /** Does not see the mounts. */
  static class IgnoresMounts extends PlainLauncher {
    @Override
    List<String> commandLine(LaunchSpec spec) {
      List<String> line = new ArrayList<>(super.commandLine(spec));
      for (Mount mount : spec.mounts()) {
        if (spec.command() instanceof Command.Program) {
          line.replaceAll(word -> word.replace(mount.path().toString(), "/no/such/mount"));
        }
      }
      return line;
    }
  }

  /** Lets programs listen elsewhere. */
  static class HidesPorts extends PlainLauncher {
    @Override
    List<String> commandLine(LaunchSpec spec) {
      List<String> line = new ArrayList<>(super.commandLine(spec));
      spec.ports()
          .forEach((name, port) -> line.replaceAll(w -> w.equals("" + port.port()) ? "0" : w));
      return line;
    }
  }

  /** Lets a launch wait until what was launched before has ended. */
  static class OneAtATime extends PlainLauncher {
    private LaunchHandle last;

    @Override
    public LaunchHandle launch(LaunchSpec spec, Path directory)
        throws LaunchException, InterruptedException {
      synchronized (this) {
        if (last != null) {
          try {
            last.exit().toCompletableFuture().get(50, TimeUnit.MILLISECONDS);
          } catch (ExecutionException | TimeoutException e) {
            throw new LaunchException("another one runs", e);
          }
        }
        last = super.launch(spec, directory);
        return last;
      }
    }
  }

  /** Starts what can't be started in a shell, which tells it by a code. */
  static class StartsByShell extends PlainLauncher {
    @Override
    List<String> commandLine(LaunchSpec spec) {
      if (!(spec.command() instanceof Command.Program)) {
        return super.commandLine(spec);
      }
      return byShell("exec \"$@\"", super.commandLine(spec));
    }

    @Override
    void checkProgram(Path program) {}
  }

  /** Declares something else each time. */
  static class ChangesItsMind extends PlainLauncher {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public Set<Promise> notPromised() {
      Set<Promise> not = super.notPromised();
      if (asked.incrementAndGet() % 2 == 0) {
        not.remove(Promise.WHOLE_TREE);
      }
      return not;
    }
  }

  /** Makes the working directory where there is none. */
  static class MakesDirectories extends PlainLauncher {
    @Override
    File workDirectory(LaunchSpec spec) {
      File directory = super.workDirectory(spec);
      directory.mkdirs();
      return directory;
    }
  }

  /** Tells that time was given back. */
  static class NegativeUsage extends PlainLauncher {
    @Override
    ResourceUsage usage() {
      return new ResourceUsage(Optional.of(Duration.ofMillis(-1)), OptionalLong.empty());
    }
  }

  /** Starts programs, but not Java programs, beside their working directory. */
  static class WrongDirectoryOfPrograms extends PlainLauncher {
    @Override
    File workDirectory(LaunchSpec spec) {
      return spec.command() instanceof Command.Program
          ? spec.workDirectory().getParent().toFile()
          : super.workDirectory(spec);
    }
  }

  /** Gives programs something to read. */
  static class GivesInput extends PlainLauncher {
    @Override
    File input() {
      return new File("/etc/passwd");
    }
  }

  /** Claims limits, and takes every death by SIGKILL for their work. */
  static class BlamesMemory extends ClaimsLimits {
    @Override
    Ending exited(int code) {
      Ending plain = super.exited(code);
      return code == 128 + 9
          ? new Ending(plain.status(), true, plain.stop(), plain.cause())
          : plain;
    }
  }

  /** Starts what runs Java programs by something that has an exit code of its own. */
  static class HidesCodesOfJava extends PlainLauncher {
    @Override
    List<String> commandLine(LaunchSpec spec) {
      return spec.command() instanceof Command.Jvm
          ? byShell("\"$@\"; exit 7", super.commandLine(spec))
          : super.commandLine(spec);
    }
  }

  /** Does not ask Java programs to end. */
  static class SparesJava extends PlainLauncher {
    @Override
    void ask(Process process, Command command) {
      if (!(command instanceof Command.Jvm)) {
        super.ask(process, command);
      }
    }
  }

  /** Says that it asked where it did not. */
  static class TellsForceAsAsking extends PlainLauncher {
    @Override
    StopKind forced(Duration grace) {
      return grace.isZero() ? StopKind.ASKED : StopKind.FORCED;
    }
  }

  /** Takes a stop that comes after the end for its reason. */
  static class StopsTheDead extends PlainLauncher {
    @Override
    void stopAfterTheEnd(CompletableFuture<Ending> exit) {
      exit.thenAccept(
          ending ->
              exit.obtrudeValue(
                  new Ending(ending.status(), false, Optional.of(StopKind.FORCED), "stopped")));
    }
  }

  /** Lets programs write into their log files themselves, each time from the beginning. */
  static class HandsOutItsFiles extends PlainLauncher {
    @Override
    List<String> commandLine(LaunchSpec spec) {
      return spec.command() instanceof Command.Program
          ? byShell(
              "exec \"$@\" > '" + spec.stdout().file() + "' 2> '" + spec.stderr().file() + "'",
              super.commandLine(spec))
          : super.commandLine(spec);
    }
  }

  private static List<String> byShell(String script, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script, "start"));
    line.addAll(arguments);
    return line;
  }
}
