package io.slipway.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.ExecutionId;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.worker.v1.DescribeWorkerRequest;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerTest extends WorkerFixture {
  @Test
  void start_masterThere_registersWithWhatItIs() throws Exception {
    startWorker();

    RegisterWorkerRequest request = master.registrations().get(0);
    assertThat(request.getWorkerId()).isEqualTo(worker.id().value());
    assertThat(request.getAddress()).isEqualTo(worker.address().toString());
    assertThat(request.getResources().getCores()).isEqualTo(4);
    assertThat(request.getLabels(0).getName()).isEqualTo("rack");
    assertThat(request.getDefaultLauncher()).isEqualTo("fake");
    assertThat(request.getLaunchers(0).getNotPromisedCount()).isEqualTo(2);
    assertThat(request.getStartId()).isNotEmpty();
    assertThat(master.worker().describeWorker(DescribeWorkerRequest.getDefaultInstance()))
        .satisfies(
            description -> {
              assertThat(description.getWorkerId()).isEqualTo(worker.id().value());
              assertThat(description.getEpoch()).isEqualTo(1);
              assertThat(description.getFencing()).isEqualTo(master.fencing());
            });
  }

  @Test
  void launchDriver_program_runsAndItsEndIsReported() throws Exception {
    startWorker();

    ExecutionReport answer = master.launchDriver(DRIVER, FakeMaster.program("sleep", "1"));
    awaitRunning(DRIVER);
    process(DRIVER).print("the last words\n");
    process(DRIVER).exit(7);
    awaitAcknowledged(DRIVER);

    assertThat(answer.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_PHASE_LAUNCHING);
    ExecutionReport end = master.reported(DRIVER).orElseThrow();
    assertThat(end.getTermination().getExited()).isEqualTo(7);
    assertThat(end.getStdoutTail().toStringUtf8()).isEqualTo("the last words\n");
    assertThat(end.getLauncher()).isEqualTo("fake");
  }

  @Test
  void launchExecutors_batch_eachIsToldWhoItIs() throws Exception {
    startWorker();
    ExecutionId other = FakeMaster.APPLICATION.executor(2);

    master.launchExecutors(
        FakeMaster.program("run", "{{SLIPWAY_EXECUTOR_NUMBER}}"), EXECUTOR, other);
    awaitRunning(EXECUTOR);
    awaitRunning(other);

    assertThat(process(other).spec().environment())
        .containsEntry(SlipwayEnvironment.EXECUTOR_NUMBER, "2")
        .containsEntry(SlipwayEnvironment.PROFILE, "default")
        .containsEntry(SlipwayEnvironment.TOKEN, "application-token-of-a-test")
        .containsEntry(SlipwayEnvironment.LISTEN, "127.0.0.1:0")
        .containsEntry(SlipwayEnvironment.ADVERTISE, "127.0.0.1:0")
        .containsEntry(SlipwayEnvironment.MASTERS, master.address().toString());
    assertThat(process(other).spec().workDirectory())
        .isEqualTo(executionDirectory(other).resolve("work"))
        .isDirectory();
  }

  @Test
  void executionDirectory_secretsInIt_belongsToTheOwnerAlone() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, FakeMaster.program("true"));
    awaitRunning(DRIVER);

    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(executionDirectory(DRIVER))))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(executionDirectory(DRIVER).resolve("spec"))))
        .isEqualTo("rw-------");
  }

  @Test
  void launchDriver_artifacts_areBroughtAndCannotHarmTheCache() throws Exception {
    startWorker();
    byte[] jar = new byte[50_000];
    jar[17] = 1;
    byte[] text = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ArtifactRef jarRef = new ArtifactRef("app.jar", master.hasArtifact(jar), jar.length);
    ArtifactRef fileRef = new ArtifactRef("data.txt", master.hasArtifact(text), text.length);
    LaunchTemplate template =
        new LaunchTemplate(
            new CommandTemplate.Jvm("Main", List.of(jarRef), List.of(), List.of()),
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            List.of(fileRef),
            new Resources(1, 1L << 30),
            Optional.empty(),
            List.of("http"),
            Optional.empty(),
            Collections.emptySortedMap(),
            LaunchTemplate.DEFAULT_GRACE);

    master.launchDriver(DRIVER, template);
    awaitRunning(DRIVER);

    io.slipway.launcher.LaunchSpec spec = process(DRIVER).spec();
    io.slipway.launcher.Command.Jvm command = (io.slipway.launcher.Command.Jvm) spec.command();
    assertThat(command.classPath().get(0)).hasBinaryContent(jar).hasFileName("app.jar");
    assertThat(Files.isWritable(command.classPath().get(0)) && !isRoot()).isFalse();
    assertThat(spec.workDirectory().resolve("data.txt")).hasContent("hello");
    Files.writeString(spec.workDirectory().resolve("data.txt"), "changed");
    assertThat(directory.resolve("work/artifacts/" + fileRef.digest())).hasContent("hello");
    assertThat(spec.ports().get("http").port()).isPositive();
    assertThat(master.reported(DRIVER).orElseThrow().getPorts(0).getValue())
        .isEqualTo(spec.ports().get("http").toString());
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  @Test
  void launchDriver_missingArtifact_isNotStartedWithTheReason() throws Exception {
    startWorker();
    ArtifactRef missing = new ArtifactRef("app.jar", io.slipway.model.Digest.of(new byte[] {1}), 1);

    master.launchDriver(
        DRIVER,
        LaunchTemplate.of(
            new CommandTemplate.Jvm("Main", List.of(missing), List.of(), List.of()),
            new Resources(1, 1L << 30)));
    awaitAcknowledged(DRIVER);

    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains(missing.digest().hex());
    assertThat(machine.launches()).isEmpty();
  }

  @Test
  void launchDriver_launcherThatCanLaunchNothing_isNotStartedWithTheReason() throws Exception {
    machine.refuse("no such program: xyzzy");
    startWorker();

    master.launchDriver(DRIVER, FakeMaster.program("xyzzy"));
    awaitAcknowledged(DRIVER);

    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .isEqualTo("no such program: xyzzy");
  }

  @Test
  void launchDriver_unknownLauncher_isNotStartedNamingThoseFound() throws Exception {
    startWorker();
    LaunchTemplate plain = FakeMaster.program("true");

    master.launchDriver(
        DRIVER,
        new LaunchTemplate(
            plain.command(),
            plain.environment(),
            plain.secretEnvironment(),
            plain.files(),
            plain.resources(),
            plain.user(),
            plain.ports(),
            Optional.of("rocket"),
            plain.launcherOptions(),
            plain.grace()));
    awaitAcknowledged(DRIVER);

    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getNotStarted())
        .contains("'rocket'")
        .contains("found: fake");
  }

  @Test
  void stop_running_isAskedWithTheGraceOfTheOrder() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, FakeMaster.program("true"));
    awaitRunning(DRIVER);

    master.stop(DRIVER, Duration.ofSeconds(3));
    awaitAcknowledged(DRIVER);

    assertThat(process(DRIVER).stop()).contains(Duration.ofSeconds(3));
    assertThat(master.reported(DRIVER).orElseThrow().getTermination().getSignalled()).isEqualTo(15);
  }

  @Test
  void stop_stubbornProcess_isStoppingUntilItsEndIsConfirmed() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, FakeMaster.program("true"));
    awaitRunning(DRIVER);
    process(DRIVER).beStubborn();

    ExecutionReport answer = master.stop(DRIVER, Duration.ofSeconds(3));

    assertThat(answer.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_PHASE_STOPPING);
    awaitPhase(DRIVER, ExecutionPhase.EXECUTION_PHASE_STOPPING);
    process(DRIVER).exit(0);
    awaitAcknowledged(DRIVER);
  }

  @Test
  void start_directoryOfALiveWorker_isRefused() throws Exception {
    startWorker();

    try (Worker second = new Worker(settings(), List.of(machine.provider("fake")))) {
      assertThatThrownBy(second::start)
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("used by another worker");
    }
  }

  @Test
  void start_unknownDefaultLauncher_isRefusedNamingThoseFound() {
    try (Worker other = new Worker(settings(), List.of(machine.provider("real")))) {
      assertThatThrownBy(other::start)
          .isInstanceOf(WorkerStartException.class)
          .hasMessage("no launcher 'fake' here (found: real)");
    }
  }

  @Test
  void end_tokenIsRefused_saysSo() throws Exception {
    Files.writeString(
        directory.resolve("tokens/cluster-token"), "another-token-that-nobody-knows\n");
    worker = new Worker(settings(), List.of(machine.provider("fake")));
    worker.start();

    await().until(() -> worker.end().toCompletableFuture().isCompletedExceptionally());

    assertThatThrownBy(() -> worker.end().toCompletableFuture().join())
        .hasMessageContaining("token");
  }

  @Test
  void retention_passed_directoryIsRemoved() throws Exception {
    retention = Duration.ofMillis(100);
    startWorker();
    Files.createDirectories(directory.resolve("work/executions/something-else"));

    master.launchDriver(DRIVER, FakeMaster.program("true"));
    awaitRunning(DRIVER);
    process(DRIVER).exit(0);

    await().until(() -> !Files.exists(executionDirectory(DRIVER)));
    assertThat(directory.resolve("work/executions/something-else")).exists();
  }
}
