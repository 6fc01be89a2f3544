package io.slipway.cli;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.ResourceUsage;
import io.slipway.master.Master;
import io.slipway.master.MasterSettings;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.rpc.NettyStart;
import io.slipway.worker.Worker;
import io.slipway.worker.WorkerSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code slipway archive}: what the JVM does while it watches which classes a master, a worker and
 * the other commands use, so that it can write its class archive when it ends. The script that
 * starts the commands asks it to.
 */
@Command(
    name = "archive",
    hidden = true,
    description = "Makes the class archive with which the other commands start faster.",
    footer = {
      "",
      "Examples:",
      "  slipway archive",
      "",
      "Exit codes: 0 done, 125 it can't be made."
    })
final class ArchiveCommand implements Callable<Integer> {
  private static final long START_SECONDS = 60;
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final String LAUNCHER = "training";

  @Mixin private HelpOption help;

  @Override
  public Integer call() throws Exception {
    Logging.quiet();
    NettyStart.prepare();
    try (Scratch scratch = Scratch.create("slipway-archive-")) {
      Path tokens = scratch.directory().resolve("tokens");
      MasterSettings masterSettings =
          new MasterSettings(
              ANY_PORT,
              Optional.empty(),
              scratch.directory().resolve("master"),
              false,
              Optional.of(tokens));
      try (Master master = new Master(masterSettings, ArchiveCommand::fail)) {
        master.start();
        await(master.ready());
        WorkerSettings plain =
            WorkerSettings.of(
                List.of(master.address()), scratch.directory().resolve("worker"), tokens);
        try (Worker worker = new Worker(withTraining(plain), List.of(new TrainingProvider()))) {
          worker.start();
          await(worker.registered());
          useCommands(master.address(), tokens);
        }
      }
    }
    return ExitCodes.OK;
  }

  private static void fail(String message, Optional<? extends Throwable> cause) {
    throw CommandFailedException.failed(message, cause.orElse(null));
  }

  private static void await(CompletionStage<Void> stage) throws Exception {
    stage.toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
  }

  private static WorkerSettings withTraining(WorkerSettings plain) {
    return new WorkerSettings(
        plain.masters(),
        plain.listen(),
        plain.advertise(),
        plain.resources(),
        plain.labels(),
        plain.workDirectory(),
        LAUNCHER,
        plain.launcherOptions(),
        plain.insecure(),
        plain.tokenDirectory(),
        plain.logMaxBytes(),
        plain.logMaxRolled(),
        plain.retention(),
        plain.version());
  }

  private static void useCommands(HostPort master, Path tokens) {
    use(master, tokens, "submit", "--deploy-mode", "cluster", "--wait", "--follow", "--", "true");
    // Ends where the launcher of local processes is missing, which is no part of the archive.
    use(master, tokens, "submit", "--", "true");
    use(master, tokens, "list");
    use(master, tokens, "list", "--output", "json");
    use(master, tokens, "workers");
    use(master, tokens, "status", "app-");
    use(master, tokens, "kill", "app-");
    use(master, tokens, "logs", "app-");
  }

  private static void use(HostPort master, Path tokens, String command, String... arguments) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of(command, "--master", master.toString()));
    line.addAll(List.of("--token-file", tokens.resolve("user-token").toString()));
    line.addAll(Arrays.asList(arguments));
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    SlipwayMain.run(line.toArray(String[]::new), nowhere, nowhere);
  }

  /** Makes launchers of processes that only seem to be. */
  private static final class TrainingProvider implements LauncherProvider {
    @Override
    public String name() {
      return LAUNCHER;
    }

    @Override
    public Launcher create(LauncherSettings settings) {
      return new TrainingLauncher();
    }
  }

  private static final class TrainingLauncher implements Launcher {
    @Override
    public LaunchHandle launch(LaunchSpec spec, Path directory) {
      try {
        Files.createFile(spec.stdout().file());
        Files.createFile(spec.stderr().file());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new TrainingHandle();
    }

    @Override
    public Reattached reattach(ExecutionId id, Path directory) {
      return new Reattached.NeverStarted();
    }

    @Override
    public Set<Promise> notPromised() {
      return Collections.emptySet();
    }

    @Override
    public void close() {}
  }

  private static final class TrainingHandle implements LaunchHandle {
    @Override
    public CompletionStage<Ending> exit() {
      return CompletableFuture.completedFuture(Ending.exited(0));
    }

    @Override
    public void stop(Duration grace) {}

    @Override
    public ResourceUsage usage() {
      return ResourceUsage.UNKNOWN;
    }

    @Override
    public OptionalLong processId() {
      return OptionalLong.empty();
    }
  }
}
