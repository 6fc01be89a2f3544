package io.slipway.worker;

import static org.awaitility.Awaitility.await;

import io.slipway.model.ExecutionId;
import io.slipway.model.Resources;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.rpc.TokenFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A fake master, a fake machine, and a real worker between them. */
public abstract class WorkerFixture {
  protected static final ExecutionId DRIVER = FakeMaster.APPLICATION.driver(1);
  protected static final ExecutionId EXECUTOR = FakeMaster.APPLICATION.executor(1);

  @TempDir protected Path directory;
  protected final FakeMachine machine = new FakeMachine();
  protected FakeMaster master;
  protected Worker worker;
  protected Duration retention = Duration.ofHours(1);
  protected int cores = 4;

  @BeforeAll
  static void beQuickAndPatient() {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  @BeforeEach
  void startMaster() throws Exception {
    tokens().createMissing("alice");
    master = new FakeMaster(tokens(), "cluster-one");
  }

  @AfterEach
  void stopAll() {
    machine.hold(false);
    if (worker != null) {
      worker.close();
    }
    master.close();
  }

  protected TokenFiles tokens() {
    return new TokenFiles(directory.resolve("tokens"));
  }

  protected WorkerSettings settings() {
    WorkerSettings usual =
        WorkerSettings.of(
            List.of(master.address()), directory.resolve("work"), directory.resolve("tokens"));
    return new WorkerSettings(
            usual.masters(),
            usual.listen(),
            Optional.empty(),
            new Resources(cores, 4L << 30),
            new TreeMap<>(Map.of("rack", "r1")),
            usual.workDirectory(),
            "fake",
            Collections.emptySortedMap(),
            false,
            usual.tokenDirectory(),
            "test")
        .withKept(
            new KeptFiles(
                KeptFiles.DEFAULT.logMaxBytes(),
                KeptFiles.DEFAULT.logMaxRolled(),
                retention,
                KeptFiles.DEFAULT.cacheBytes()));
  }

  /** Starts a worker on the same work directory and waits until it is registered. */
  protected void startWorker() throws Exception {
    worker = new Worker(settings(), List.of(machine.provider("fake")));
    worker.start();
    worker.registered().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  protected Path executionDirectory(ExecutionId id) {
    return directory.resolve("work/executions/" + id);
  }

  protected void awaitPhase(ExecutionId id, ExecutionPhase phase) {
    await().until(() -> master.phase(id) == phase);
  }

  protected void awaitRunning(ExecutionId id) {
    await().until(() -> machine.find(id).isPresent());
    awaitPhase(id, ExecutionPhase.EXECUTION_PHASE_RUNNING);
  }

  protected void awaitAcknowledged(ExecutionId id) {
    await().until(() -> Files.exists(executionDirectory(id).resolve("acknowledged")));
  }

  protected FakeMachine.FakeProcess process(ExecutionId id) {
    return machine.find(id).orElseThrow();
  }
}
