package io.slipway.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.worker.v1.ReadLogRequest;
import io.slipway.rpc.TokenFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker in a process of its own, which launches real processes and is killed. */
class ITWorkerProcess {
  private static final ExecutionId DRIVER = FakeMaster.APPLICATION.driver(1);
  private static final ExecutionPhase RUNNING = ExecutionPhase.EXECUTION_PHASE_RUNNING;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final List<Process> workers = new ArrayList<>();
  private final List<ExecutionId> launched = new ArrayList<>();
  private FakeMaster master;

  @BeforeEach
  void startMaster() throws Exception {
    TokenFiles tokens = new TokenFiles(directory.resolve("tokens"));
    tokens.createMissing("alice");
    master = new FakeMaster(tokens, "cluster-one");
  }

  @AfterEach
  void stopAll() throws Exception {
    try {
      if (!launched.isEmpty() && workers.get(workers.size() - 1).isAlive()) {
        launched.forEach(id -> master.stop(id, Duration.ZERO));
        launched.forEach(
            id ->
                await()
                    .atMost(PATIENCE)
                    .until(() -> master.phase(id) == ExecutionPhase.EXECUTION_PHASE_ENDED));
      }
    } finally {
      for (Process worker : workers) {
        worker.destroy();
        worker.waitFor();
      }
      master.close();
    }
  }

  private Process startWorker(String... options) throws Exception {
    int before = master.registrations().size();
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            WorkerProgram.class.getName(),
            master.address().toString(),
            directory.resolve("work").toString(),
            directory.resolve("tokens").toString()));
    Process worker =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("worker.log").toFile()))
            .start();
    workers.add(worker);
    await()
        .atMost(PATIENCE)
        .until(() -> master.registrations().size() > before || !worker.isAlive());
    assertThat(worker.isAlive()).describedAs(this::workerLog).isTrue();
    return worker;
  }

  private String workerLog() {
    try {
      return Files.readString(directory.resolve("worker.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void launch(LaunchTemplate template) {
    master.launchDriver(DRIVER, template);
    launched.add(DRIVER);
  }

  private ExecutionReport awaitEnd() {
    await()
        .atMost(PATIENCE)
        .until(() -> master.phase(DRIVER) == ExecutionPhase.EXECUTION_PHASE_ENDED);
    return master.reported(DRIVER).orElseThrow();
  }

  @Test
  void launch_command_itsTrueExitCodeAndOutputAreTold() throws Exception {
    startWorker();

    launch(FakeMaster.program("sh", "-c", "echo working in $PWD; echo oh >&2; exit 7"));
    ExecutionReport end = awaitEnd();

    assertThat(end.getTermination().getExited()).isEqualTo(7);
    assertThat(end.getStdoutTail().toStringUtf8())
        .isEqualTo("working in " + directory.resolve("work/executions/" + DRIVER + "/work\n"));
    assertThat(end.getStderrTail().toStringUtf8()).isEqualTo("oh\n");
  }

  @Test
  void workerKilled_processGoesOnAndItsTrueEndIsReportedByTheNext() throws Exception {
    Process first = startWorker();
    launch(FakeMaster.program("sh", "-c", "until [ -e go ]; do sleep 0.05; done; exit 42"));
    await().atMost(PATIENCE).until(() -> master.phase(DRIVER) == RUNNING);

    first.destroyForcibly().waitFor();
    startWorker();
    assertThat(master.registrations().get(1).getExecutions(0).getPhase()).isEqualTo(RUNNING);
    Files.createFile(directory.resolve("work/executions/" + DRIVER + "/work/go"));

    assertThat(awaitEnd().getTermination().getExited()).isEqualTo(42);
  }

  @Test
  void workerKilled_processEndsMeanwhile_itsTrueEndIsReportedByTheNext() throws Exception {
    Process first = startWorker();
    launch(FakeMaster.program("sh", "-c", "until [ -e go ]; do sleep 0.05; done; exit 43"));
    await().atMost(PATIENCE).until(() -> master.phase(DRIVER) == RUNNING);

    first.destroyForcibly().waitFor();
    Path work = directory.resolve("work/executions/" + DRIVER);
    Files.createFile(work.resolve("work/go"));
    await().atMost(PATIENCE).until(() -> Files.exists(work.resolve("launcher/outcome")));
    startWorker();

    assertThat(awaitEnd().getTermination().getExited()).isEqualTo(43);
  }

  @Test
  void readLog_processWritesMoreThanIsKept_followsFromWhatIsKept() throws Exception {
    startWorker();
    launch(
        FakeMaster.program(
            "sh", "-c", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"));
    awaitEnd();

    long[] next = {-1};
    StringBuilder text = new StringBuilder();
    master
        .worker()
        .readLog(
            ReadLogRequest.newBuilder()
                .setExecutionId(DRIVER.toString())
                .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
                .setFollow(true)
                .build())
        .forEachRemaining(
            part -> {
              if (next[0] < 0) {
                next[0] = part.getOffset();
              }
              assertThat(part.getOffset()).isEqualTo(next[0]);
              next[0] += part.getData().size();
              text.append(part.getData().toStringUtf8());
            });

    StringBuilder whole = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      whole.append("line ").append(i).append('\n');
    }
    assertThat(whole.toString()).endsWith(text.toString());
    assertThat(text.length()).isBetween(30_000, 40_000);
    assertThat(next[0]).isEqualTo(whole.length());
  }

  @Test
  void largeArtifact_smallHeap_passes() throws Exception {
    startWorker("-Xmx48m");
    byte[] large = new byte[120_000_000];
    Digest digest = master.hasArtifact(large);
    LaunchTemplate plain =
        FakeMaster.program("sh", "-c", "test $(wc -c < large.bin) -eq 120000000");

    launch(
        new LaunchTemplate(
            plain.command(),
            plain.environment(),
            plain.secretEnvironment(),
            List.of(new ArtifactRef("large.bin", digest, large.length)),
            plain.resources(),
            plain.user(),
            plain.ports(),
            Optional.empty(),
            plain.launcherOptions(),
            plain.grace()));

    assertThat(awaitEnd().getTermination().getExited()).describedAs(this::workerLog).isZero();
  }

  @Test
  void launch_jvm_runsFromItsOwnClassPath() throws Exception {
    startWorker();
    byte[] jar = jarOf(HelloProgram.class);
    Digest digest = master.hasArtifact(jar);

    launch(
        LaunchTemplate.of(
            new CommandTemplate.Jvm(
                HelloProgram.class.getName(),
                List.of(new ArtifactRef("hello.jar", digest, jar.length)),
                List.of(),
                List.of("a b", "{{SLIPWAY_EXECUTION_ID}}")),
            new Resources(1, 1L << 30)));

    ExecutionReport end = awaitEnd();
    assertThat(end.getStdoutTail().toStringUtf8()).isEqualTo("hello [a b, " + DRIVER + "]\n");
    assertThat(end.getTermination().getExited()).isEqualTo(3);
  }

  private static byte[] jarOf(Class<?> type) throws IOException {
    java.util.jar.Manifest manifest = new java.util.jar.Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String name = type.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      jar.putNextEntry(new JarEntry(name));
      type.getClassLoader().getResourceAsStream(name).transferTo(jar);
      jar.closeEntry();
    }
    return bytes.toByteArray();
  }
}
