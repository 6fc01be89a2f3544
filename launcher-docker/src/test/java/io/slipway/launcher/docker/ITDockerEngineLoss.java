package io.slipway.launcher.docker;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An engine that is not there, goes away and comes back. */
@Tag("docker")
@Tag("long")
class ITDockerEngineLoss {
  private static final String GO_ON =
      "echo before; : > ready; while [ ! -e go ]; do sleep 0.1; done; echo after; exit 9";

  private Path directory;
  private PrivateEngine engine;
  private DockerBed bed;

  @BeforeAll
  static void needsAnEngine() throws Exception {
    TestEngine.assumeThere();
    TestEngine.image();
  }

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory("engine").toRealPath();
  }

  @AfterEach
  void stop() throws Exception {
    if (bed != null) {
      bed.close();
    }
    if (engine != null) {
      engine.close();
    }
    // An engine that was killed has left its mounts behind.
    new ProcessBuilder(
            "sh",
            "-c",
            "umount \"$1\"/data \"$1\"/exec/netns/* 2>/dev/null; rm -rf \"$1\"",
            "sh",
            directory.toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  private void start(String... options) throws Exception {
    engine = new PrivateEngine(directory, options);
    TestEngine.loadImage(engine.socket());
    bed = new DockerBed(engine.socket(), Map.of());
  }

  @Test
  void engine_notThere_isSaidAndNothingIsLeft() throws Exception {
    bed = new DockerBed(directory.resolve("sock"), Map.of());
    ContractBed.Execution execution = bed.contract().execution();

    assertThatThrownBy(() -> bed.contract().launch(execution, shell("exit 0")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("the Docker engine at " + directory.resolve("sock"))
        .hasMessageContaining("does not answer");

    assertThat(bed.contract().launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.NeverStarted());
  }

  @Test
  void engineOfItsOwn_hasNoImage_isSaidHowToBuildItThere() throws Exception {
    engine = new PrivateEngine(directory);
    bed = new DockerBed(engine.socket(), Map.of("image", RuntimeImage.DEFAULT_NAME));

    assertThatThrownBy(() -> bed.contract().launch(bed.contract().execution(), shell("exit 0")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("'slipway docker-image --engine " + engine.socket() + "' builds it");
  }

  @Test
  void engineKilled_thatKeepsContainersAlive_theyGoOnAndTheirEndIsTold() throws Exception {
    start("--live-restore");
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle = bed.contract().launch(execution, shell(GO_ON));
    ContractBed.awaitFile(execution.file("ready"));

    engine.kill();
    engine.start();
    Files.createFile(execution.file("go"));

    assertThat(await(handle).status()).isEqualTo(new ExitStatus.Exited(9));
    assertThat(Files.readString(execution.stdout())).startsWith("before\n");
  }

  @Test
  void engineKilled_containerEndsMeanwhile_logSaysThatOutputMayBeMissing() throws Exception {
    start("--live-restore");
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle =
        bed.contract()
            .launch(
                execution,
                shell(
                    "echo before; : > ready; while [ ! -e go ]; do sleep 0.1; done; echo unseen;"
                        + " : > said; exit 9"));
    ContractBed.awaitFile(execution.file("ready"));

    engine.kill();
    Files.createFile(execution.file("go"));
    ContractBed.awaitFile(execution.file("said"));
    engine.start();

    assertThat(await(handle).status()).isEqualTo(new ExitStatus.Exited(9));
    assertThat(Files.readString(execution.stderr())).contains("output may be missing");
  }

  @Test
  void engineStopped_withItsContainers_theirEndIsToldWhenItIsBack() throws Exception {
    start();
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle = bed.contract().launch(execution, shell(GO_ON));
    ContractBed.awaitFile(execution.file("ready"));

    engine.stop();
    engine.start();

    Ending ending = await(handle);
    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(143));
    assertThat(ending.stop()).isEmpty();
  }

  @Test
  void engineKilled_workerAndEngineRestarted_theEndIsTold() throws Exception {
    start("--live-restore");
    ContractBed.Execution execution = bed.contract().execution();
    bed.contract().launch(execution, shell(GO_ON));
    ContractBed.awaitFile(execution.file("ready"));

    engine.kill();
    bed.contract().restart();
    Reattached found = bed.contract().launcher().reattach(execution.id(), execution.directory());
    assertThat(found).isInstanceOf(Reattached.Running.class);
    LaunchHandle handle = bed.contract().stopLater(((Reattached.Running) found).handle());
    engine.start();
    Files.createFile(execution.file("go"));

    assertThat(await(handle).status()).isEqualTo(new ExitStatus.Exited(9));
  }

  @Test
  void stop_engineAway_isCarriedOutWhenItIsBack() throws Exception {
    start("--live-restore");
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle =
        bed.contract()
            .launch(execution, shell("trap '' TERM; : > ready; while :; do sleep 0.1; done"));
    ContractBed.awaitFile(execution.file("ready"));

    engine.kill();
    handle.stop(Duration.ofMillis(100));
    engine.start();

    assertThat(await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void engineDiskFull_launchIsRefusedWithThatReason() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=400m", "none", data.toString())
            .inheritIO()
            .start();
    org.junit.jupiter.api.Assumptions.assumeTrue(mount.waitFor() == 0, "no tmpfs can be mounted");
    try {
      start("--storage-driver=vfs");
      Process fill =
          new ProcessBuilder("dd", "if=/dev/zero", "of=" + data.resolve("fill"), "bs=1M")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      fill.waitFor(60, TimeUnit.SECONDS);
      ContractBed.Execution execution = bed.contract().execution();

      assertThatThrownBy(() -> bed.contract().launch(execution, shell("exit 0")))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("no space left on device");
      Files.delete(data.resolve("fill"));
      try (Engine asked = bed.engine()) {
        assertThat(asked.state(bed.containerOf(execution))).isEmpty();
      }
    } finally {
      bed.close();
      bed = null;
      engine.close();
      engine = null;
      new ProcessBuilder("umount", data.toString()).inheritIO().start().waitFor();
    }
  }
}
