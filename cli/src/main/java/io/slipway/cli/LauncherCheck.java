package io.slipway.cli;

import io.slipway.client.SlipwayClient;
import io.slipway.client.WorkerReport;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Makes sure that some worker has the launchers that a submission names: a cluster would wait for
 * such a worker, and a name that was mistyped would be told nowhere.
 */
final class LauncherCheck {
  private LauncherCheck() {}

  /**
   * Asks the cluster, if the submission names any.
   *
   * @throws CommandFailedException naming the launcher, if there are workers and none has it
   */
  static void check(SlipwayClient client, ApplicationSpec spec) throws InterruptedException {
    SortedSet<String> wanted = new TreeSet<>();
    // In client mode no worker launches the driver, but what was named was named for workers.
    spec.driver().flatMap(LaunchTemplate::launcher).ifPresent(wanted::add);
    spec.profiles().stream()
        .map(ExecutorProfile::launcher)
        .flatMap(Optional::stream)
        .forEach(wanted::add);
    if (wanted.isEmpty()) {
      return;
    }
    SortedSet<String> present = new TreeSet<>();
    List<WorkerReport> workers = client.workers();
    workers.forEach(worker -> present.addAll(worker.launchers()));
    for (String launcher : wanted) {
      if (!workers.isEmpty() && !present.contains(launcher)) {
        throw CommandFailedException.failed(
            "no worker has the launcher '"
                + launcher
                + "' (workers have: "
                + String.join(", ", present)
                + "); correct the name, or start a worker that has it");
      }
    }
  }
}
