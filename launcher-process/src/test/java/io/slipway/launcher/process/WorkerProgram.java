package io.slipway.launcher.process;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.model.ExecutionId;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** A worker to be killed: launches one script, perhaps stops it, and then waits for ever. */
final class WorkerProgram {
  private WorkerProgram() {}

  /**
   * Runs it.
   *
   * @param arguments the launcher's directory, the execution directory, whether programs outlive
   *     it, the milliseconds of grace with which to stop when the program's file {@code ready} is
   *     there (negative: don't), the script
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    Path work = directory.resolve("work");
    Launcher launcher =
        new ProcessLauncherProvider()
            .create(
                new LauncherSettings(
                    "contract",
                    Path.of(arguments[0]),
                    directory.getParent(),
                    Boolean.parseBoolean(arguments[2]),
                    new TreeMap<>()));
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put(SlipwayEnvironment.EXECUTION_ID, directory.getFileName().toString());
    LaunchHandle handle =
        launcher.launch(
            new LaunchSpec(
                ExecutionId.parse(directory.getFileName().toString()),
                ContractBed.shell(arguments[4]),
                environment,
                work,
                new Resources(1, 1 << 20),
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                new TreeMap<>(),
                new LogTarget(directory.resolve("logs/stdout"), 1 << 20, 1),
                new LogTarget(directory.resolve("logs/stderr"), 1 << 20, 1)),
            directory);
    ContractBed.awaitFile(work.resolve("ready"));
    long grace = Long.parseLong(arguments[3]);
    if (grace >= 0) {
      handle.stop(Duration.ofMillis(grace));
    }
    Files.createFile(work.resolve("worker-done"));
    new CountDownLatch(1).await();
  }
}
