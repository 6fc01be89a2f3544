package io.slipway.bench.cluster;

import io.grpc.ManagedChannel;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ExecutionReport;
import io.slipway.client.PackagedClassPath;
import io.slipway.client.SlipwayClient;
import io.slipway.client.Submission;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.proto.registry.v1.WorkerRegistryServiceGrpc;
import io.slipway.rpc.Channels;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures what each process of a cluster occupies: memory, threads, open files, ports, and the
 * disk of a master; and the heap of a driver with a million tasks in its queue.
 */
public final class SizeFigures {
  private static final int APPLICATIONS = 1_000;
  private static final int WORKERS = 1_000;
  private static final int CORES_THAT_NO_WORKER_HAS = 64;
  private static final String TASKS = "1000000";

  private final MeasuredCluster cluster;

  private SizeFigures(MeasuredCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Runs all of it.
   *
   * @param args the directory of the distribution
   */
  public static void main(String[] args) throws Exception {
    try (MeasuredCluster cluster = MeasuredCluster.of(args[0])) {
      new SizeFigures(cluster).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    ClusterProcess master = cluster.master();
    HostPort address = master.address();
    ClusterProcess worker = cluster.worker(address, 4);
    try (SlipwayClient client = SlipwayClient.connect(List.of(address), cluster.token())) {
      settle();
      row("master, idle", master.pid());
      row("worker, idle", worker.pid());
      for (long keeper : worker.keepers()) {
        row("keeper, idle", keeper);
      }
      processes(client);
      row("worker, with 3 executions behind it", worker.pid());
      worker.stop();
      for (int i = 0; i < APPLICATIONS; i++) {
        client.submit(queued(i));
      }
      settle();
      row(String.format(Locale.ROOT, "master, %,d applications wait", APPLICATIONS), master.pid());
      registerWorkers(address);
      settle();
      row(String.format(Locale.ROOT, "master, and %,d workers", WORKERS), master.pid());
      disk("its journal", master.directory().resolve("journal"));
      disk("its artifacts", master.directory().resolve("artifacts"));
    }
    Process queued =
        cluster
            .builder(cluster.program(QueuedTasksMain.class, TASKS), address)
            .redirectError(Redirect.INHERIT)
            .start();
    System.out.println(new String(queued.getInputStream().readAllBytes()).strip());
  }

  private static void settle() throws InterruptedException {
    TimeUnit.SECONDS.sleep(10);
  }

  private void row(String what, long pid) throws IOException {
    System.out.println(String.format(Locale.ROOT, "%-40s %s", what, ProcessSize.of(pid)));
  }

  private void disk(String what, Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      System.out.println(
          String.format(Locale.ROOT, "%-40s %s on disk", what, ByteSize.format(bytes)));
    }
  }

  /** A driver and two executors that have nothing to do. */
  private void processes(SlipwayClient client) throws Exception {
    PackagedClassPath classPath = cluster.classPath();
    LaunchTemplate driver =
        LaunchTemplate.of(
            new CommandTemplate.Jvm(
                IdleMain.class.getName(), classPath.references(), List.of(), List.of("2")),
            new Resources(1, 512 * ByteSize.MIB));
    ApplicationHandle handle =
        client.submit(Submission.of(spec("idle", driver), classPath.artifacts()));
    while (running(client, handle.id()) < 3) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    settle();
    for (ExecutionReport execution : client.get(handle.id().value()).executions()) {
      row(execution.id().kind() + " that has nothing to do", pidOf(execution.id().toString()));
    }
    client.kill(handle.id().value());
    handle.await();
  }

  private static long running(SlipwayClient client, ApplicationId id) throws Exception {
    return client.get(id.value()).executions().stream()
        .filter(execution -> execution.state() == ExecutionState.RUNNING)
        .count();
  }

  /** The JVM that runs an execution: the one process that has its id and is no shell. */
  private static long pidOf(String execution) {
    String variable = "\0SLIPWAY_EXECUTION_ID=" + execution + "\0";
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .filter(process -> environment(process.pid()).contains(variable))
        .mapToLong(ProcessHandle::pid)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no process of " + execution));
  }

  private static String environment(long pid) {
    try {
      return "\0" + Files.readString(Path.of("/proc", Long.toString(pid), "environ")) + "\0";
    } catch (IOException ended) {
      return "";
    }
  }

  private static Submission queued(int number) {
    LaunchTemplate driver =
        LaunchTemplate.of(
            new CommandTemplate.Program(List.of("true")),
            new Resources(CORES_THAT_NO_WORKER_HAS, ByteSize.GIB));
    return Submission.of(spec("queued-" + number, driver), List.of());
  }

  private static ApplicationSpec spec(String name, LaunchTemplate driver) {
    return new ApplicationSpec(
        name,
        DeployMode.CLUSTER,
        Optional.of(driver),
        List.of(),
        OptionalInt.empty(),
        1,
        0,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
  }

  /** Workers that are nothing but their rows in the master's tables. */
  private void registerWorkers(HostPort master) throws IOException {
    String token = Files.readString(cluster.tokens().resolve("cluster-token")).strip();
    try (Channels channels = new Channels("workers")) {
      ManagedChannel channel = channels.open(master, () -> token);
      var registry = WorkerRegistryServiceGrpc.newBlockingStub(channel);
      for (int i = 0; i < WORKERS; i++) {
        var unused =
            registry.registerWorker(
                RegisterWorkerRequest.newBuilder()
                    .setWorkerId(String.format(Locale.ROOT, "w-%012x", i))
                    .setAddress("127.0.0.1:9")
                    .setResources(
                        ResourceAmounts.newBuilder().setCores(16).setMemoryBytes(64L << 30))
                    .addLaunchers(LauncherInfo.newBuilder().setName("process"))
                    .setDefaultLauncher("process")
                    .setVersion("1")
                    .setStartId("start-" + i)
                    .build());
      }
    }
  }
}
