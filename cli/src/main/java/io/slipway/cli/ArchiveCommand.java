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
import picocli.CommandLine.Option;

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
  private static final Duration START = Duration.ofSeconds(60);
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final String LAUNCHER = "training";

  /** Whose classes are looked at: an archive is mapped whole, so each has its own. */
  private enum Role {
    MASTER,
    WORKER,
    CLIENT
  }

  @Mixin private HelpOption help;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      required = true,
      description = {"For whom: master, worker or client.", "Example: --role worker"})
  private Role role;

  @Override
  public Integer call() throws Exception {
    Logging.quiet();
    NettyStart.prepare();
    Path home =
        Distribution.home()
            .orElseThrow(() -> CommandFailedException.failed("start it with bin/slipway"));
    try (Scratch scratch = Scratch.create("slipway-archive-")) {
      Training training = new Training(home, scratch.directory());
      switch (role) {
        case MASTER -> training.withMasterHere();
        case WORKER -> training.withWorkerHere();
        case CLIENT -> training.withCommandsHere();
      }
    }
    return ExitCodes.OK;
  }

  /** A cluster of which one part runs in this JVM, and the others as processes. */
  private record Training(Path home, Path scratch) {
    void withMasterHere() throws Exception {
      MasterSettings settings =
          new MasterSettings(
              ANY_PORT, Optional.empty(), scratch.resolve("master"), false, Optional.of(tokens()));
      try (Master master = new Master(settings, Training::fail)) {
        master.start();
        await(master.ready());
        try (CommandProcess worker = worker(master.address())) {
          ready(worker, "worker");
          for (List<String> line : commands(master.address()).subList(0, 3)) {
            try (CommandProcess command = start(line)) {
              command.exitCode();
            }
          }
        }
      }
    }

    void withWorkerHere() throws Exception {
      try (CommandProcess master = master()) {
        HostPort address = ready(master, "master");
        try (Worker worker = new Worker(workerSettings(address), List.of(new TrainingProvider()))) {
          worker.start();
          await(worker.registered());
          try (CommandProcess command = start(commands(address).get(0))) {
            command.exitCode();
          }
        }
      }
    }

    void withCommandsHere() throws Exception {
      try (CommandProcess master = master()) {
        HostPort address = ready(master, "master");
        try (CommandProcess worker = worker(address)) {
          ready(worker, "worker");
          PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
          for (List<String> line : commands(address)) {
            SlipwayMain.run(line.toArray(String[]::new), nowhere, nowhere);
          }
        }
      }
    }

    private Path tokens() {
      return scratch.resolve("tokens");
    }

    private CommandProcess start(List<String> line) throws IOException {
      return CommandProcess.start(home, scratch.resolve(line.get(0) + ".err"), line);
    }

    private CommandProcess startBound(List<String> line) throws IOException {
      return CommandProcess.startBound(home, scratch.resolve(line.get(0) + ".err"), line);
    }

    private CommandProcess master() throws IOException {
      return startBound(
          List.of(
              "master",
              "--listen",
              ANY_PORT.toString(),
              "--data-dir",
              scratch.resolve("master").toString(),
              "--token-dir",
              tokens().toString()));
    }

    private CommandProcess worker(HostPort master) throws IOException {
      return startBound(
          List.of(
              "worker",
              "--master",
              master.toString(),
              "--work-dir",
              scratch.resolve("worker").toString(),
              "--token-dir",
              tokens().toString(),
              "--launcher-setting",
              "process.class-archives=off"));
    }

    private static HostPort ready(CommandProcess process, String what) throws InterruptedException {
      String prefix = what + " ready at ";
      String line = process.nextLine(START).orElse("");
      if (!line.startsWith(prefix)) {
        throw CommandFailedException.failed(
            "the " + what + " did not start: " + process.lastError());
      }
      return HostPort.parse(line.substring(prefix.length()));
    }

    private static void await(CompletionStage<Void> stage) throws Exception {
      stage.toCompletableFuture().get(START.toSeconds(), TimeUnit.SECONDS);
    }

    private static void fail(String message, Optional<? extends Throwable> cause) {
      throw CommandFailedException.failed(message, cause.orElse(null));
    }

    private WorkerSettings workerSettings(HostPort master) {
      WorkerSettings plain =
          WorkerSettings.of(List.of(master), scratch.resolve("worker"), tokens());
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
          plain.version());
    }

    private List<List<String>> commands(HostPort master) {
      return List.of(
          line(master, "submit", "--deploy-mode", "cluster", "--wait", "--follow", "--", "true"),
          line(master, "status", "app-"),
          line(master, "workers"),
          line(master, "list"),
          line(master, "list", "--output", "json"),
          // In this JVM it ends where the launcher is missing, which is no part of the archive.
          line(master, "submit", "--", "true"),
          line(master, "logs", "app-"),
          line(master, "kill", "app-"));
    }

    private List<String> line(HostPort master, String command, String... arguments) {
      List<String> line = new ArrayList<>();
      line.addAll(List.of(command, "--master", master.toString()));
      line.addAll(List.of("--token-file", tokens().resolve("user-token").toString()));
      line.addAll(Arrays.asList(arguments));
      return line;
    }
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
