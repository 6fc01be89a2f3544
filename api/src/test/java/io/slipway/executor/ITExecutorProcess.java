package io.slipway.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.client.ApiBundle;
import io.slipway.driver.FakeMaster;
import io.slipway.driver.SlipwaySession;
import io.slipway.model.SlipwayEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executors as processes of their own. */
@Timeout(120)
class ITExecutorProcess {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Process> processes = new ArrayList<>();
  private final FakeMaster master = new FakeMaster();

  @TempDir private Path directory;

  @AfterEach
  void stopWhatIsLeft() {
    processes.forEach(Process::destroyForcibly);
    master.close();
  }

  private Process start(int number, String driver) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ExecutorMain.class.getName())
            .directory(directory.toFile())
            .inheritIO();
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                SlipwayEnvironment.MASTERS,
                master.address().toString(),
                SlipwayEnvironment.ATTEMPT,
                "1",
                SlipwayEnvironment.EXECUTION_ID,
                FakeMaster.APPLICATION.executor(number).toString(),
                SlipwayEnvironment.EXECUTOR_NUMBER,
                Integer.toString(number),
                SlipwayEnvironment.TOKEN,
                master.token(),
                SlipwayEnvironment.CORES,
                "1",
                SlipwayEnvironment.ADVERTISE,
                "127.0.0.1:0",
                SlipwayEnvironment.DRIVER,
                driver));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private SlipwaySession session() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    Path marker = classes.resolve(ApiBundle.MARKER);
    Files.createDirectories(marker.getParent());
    Files.writeString(marker, "");
    return SlipwaySession.builder()
        .master(master.address().toString())
        .token(FakeMaster.USER_TOKEN)
        .executorMemory("512m")
        .classPath(List.of(classes)) // not that of the executors that are started here
        .open();
  }

  @Test
  void killedInTheMiddle_itsTaskRunsAgainInAnother() throws Exception {
    Path begun = directory.resolve("begun");
    Path go = directory.resolve("go");
    String begunPath = begun.toString();
    String goPath = go.toString();
    try (SlipwaySession session = session()) {
      Process first = start(1, master.driverAddress());
      Future<Long> task =
          session
              .executor()
              .submit(
                  () -> {
                    Files.writeString(Path.of(begunPath), "");
                    while (!Files.exists(Path.of(goPath))) {
                      Thread.onSpinWait();
                    }
                    return ProcessHandle.current().pid();
                  });
      await().atMost(PATIENCE).until(() -> Files.exists(begun));

      first.destroyForcibly().waitFor();
      Files.writeString(go, "");
      Process second = start(2, ""); // which asks the masters where its driver is

      assertThat(task.get()).isEqualTo(second.pid());
      session.close();
      assertThat(exitCode(second)).isZero();
    }
  }

  @Test
  void taskThatEndsItsExecutor_doesNotEndTheOthers() throws Exception {
    Path marker = directory.resolve("marker");
    String path = marker.toString();
    try (SlipwaySession session = session()) {
      Process first = start(1, master.driverAddress());
      Process second = start(2, master.driverAddress());
      assertThat(session.awaitExecutors(2, PATIENCE)).isTrue();

      Future<String> task =
          session
              .executor()
              .submit(
                  () -> {
                    if (Files.notExists(Path.of(path))) {
                      Files.writeString(Path.of(path), "");
                      System.exit(9);
                    }
                    return "done";
                  });

      assertThat(task.get()).isEqualTo("done");
      session.close();
      assertThat(List.of(exitCode(first), exitCode(second))).containsExactlyInAnyOrder(9, 0);
    }
  }

  @Test
  void badEnvironment_hasItsOwnCode() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ExecutorMain.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);

    assertThat(exitCode(process)).isEqualTo(ExecutorMain.BAD_ENVIRONMENT);
  }
}
