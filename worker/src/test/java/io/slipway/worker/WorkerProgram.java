package io.slipway.worker;

import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own, with the launchers of its class path. */
public final class WorkerProgram {
  private WorkerProgram() {}

  /** Arguments: the master's address, the work directory, the token directory. */
  public static void main(String[] arguments) throws Exception {
    Worker worker = new Worker(settings(HostPort.parse(arguments[0]), arguments[1], arguments[2]));
    worker.start();
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
    new CountDownLatch(1).await();
  }

  static WorkerSettings settings(HostPort master, String work, String tokens) {
    WorkerSettings usual = WorkerSettings.of(List.of(master), Path.of(work), Path.of(tokens));
    return new WorkerSettings(
            usual.masters(),
            usual.listen(),
            Optional.empty(),
            new Resources(4, 4L << 30),
            Collections.emptySortedMap(),
            usual.workDirectory(),
            "process",
            Collections.emptySortedMap(),
            false,
            usual.tokenDirectory(),
            "test")
        .withKept(
            new KeptFiles(
                10_000, 3, KeptFiles.DEFAULT.retention(), KeptFiles.DEFAULT.cacheBytes()));
  }
}
