package io.slipway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.driver.SlipwaySession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ITLocalCluster {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void close_anApplicationRuns_leavesNothing() throws Exception {
    List<ProcessHandle> executors = new ArrayList<>();
    Path directory;
    try (LocalCluster cluster = LocalCluster.builder().workers(2).workerCores(1).start();
        SlipwaySession session = cluster.session().executors(2).open()) {
      directory = cluster.tokenDirectory().getParent();
      assertThat(session.awaitExecutors(2, LONG)).isTrue();
      for (long pid : processIds(session)) {
        executors.add(ProcessHandle.of(pid).orElseThrow());
      }
      assertThat(executors).hasSize(2).allMatch(ProcessHandle::isAlive);
    }

    assertThat(executors).noneMatch(ProcessHandle::isAlive);
    assertThat(directory).doesNotExist();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  @Test
  void killProcesses_executorsRunThere_areReplaced() throws Exception {
    try (LocalCluster cluster = LocalCluster.builder().workers(1).start()) {
      try (SlipwaySession session = cluster.session().executors(1).open()) {
        long former = session.executor().submit(() -> ProcessHandle.current().pid()).get();

        cluster.killProcesses(cluster.workers().get(0));

        assertThat(session.executor().submit(() -> ProcessHandle.current().pid()).get())
            .isNotEqualTo(former);
      }
      assertThatThrownBy(() -> cluster.killProcesses("nobody")).hasMessageContaining("nobody");
    }
  }

  @Test
  void addWorker_applicationLacksRoom_runsThere() throws Exception {
    try (LocalCluster cluster = LocalCluster.builder().workers(0).start();
        SlipwaySession session = cluster.session().executors(1).open()) {
      String added = cluster.addWorker();

      assertThat(cluster.workers()).containsExactly(added);
      assertThat(session.executor().submit(() -> 6 * 7).get()).isEqualTo(42);
    }
  }

  @Test
  void restartMaster_aSessionIsOpen_itGoesOn() throws Exception {
    try (LocalCluster cluster = LocalCluster.builder().workers(1).start()) {
      try (SlipwaySession session = cluster.session().executors(1).open()) {
        assertThat(session.awaitExecutors(1, LONG)).isTrue();
        long former = session.executor().submit(() -> ProcessHandle.current().pid()).get();
        String address = cluster.master();

        cluster.restartMaster();

        assertThat(cluster.master()).isEqualTo(address);
        assertThat(session.executor().submit(() -> ProcessHandle.current().pid()).get())
            .isEqualTo(former);
      }
    }
  }

  @Test
  void start_twice_areTwoClusters() throws Exception {
    try (LocalCluster one = LocalCluster.builder().workers(0).start();
        LocalCluster other = LocalCluster.builder().workers(0).start()) {
      assertThat(one.master()).isNotEqualTo(other.master());
      assertThat(one.token()).isNotEqualTo(other.token());
      assertThat(Files.isSameFile(one.tokenDirectory(), other.tokenDirectory())).isFalse();
    }
  }

  @Test
  void addWorker_closed_isRefused() throws Exception {
    LocalCluster cluster = LocalCluster.builder().workers(0).start();
    cluster.close();
    cluster.close();

    assertThatThrownBy(cluster::addWorker).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(cluster::restartMaster).isInstanceOf(IllegalStateException.class);
  }

  /** Those of all executors; asks until each has answered. */
  private static Set<Long> processIds(SlipwaySession session) throws Exception {
    Set<Long> found = new HashSet<>();
    while (found.size() < session.executors().size()) {
      List<Future<Long>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(session.executor().submit(() -> ProcessHandle.current().pid()));
      }
      for (Future<Long> task : tasks) {
        found.add(task.get());
      }
    }
    return found;
  }
}
