package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ITKeeperDeath {
  private ContractBed bed;

  @BeforeEach
  void prepare() {
    bed = null;
  }

  @AfterEach
  void close() throws Exception {
    if (bed != null) {
      TestKeepers.close(bed);
    }
  }

  private void open(String cgroup) throws Exception {
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put(ProcessLauncherProvider.CGROUP, cgroup);
    bed = new ContractBed(new ProcessLauncherProvider(), settings, new TreeMap<>());
  }

  private void killKeeper() {
    TestKeepers.awaitOne(bed.launcherDirectory()).kill();
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "off"})
  void keeperKilled_programGoesOnAndNothingOfItsOutputIsLost(String cgroup) throws Exception {
    open(cgroup);
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution,
            ContractBed.shell(
                "seq 1 20; while [ ! -e go ]; do sleep 0.02; done; seq 21 40; exit 7"));
    ContractBed.awaitLines(execution.stdout(), 20);

    // What a keeper has read and not yet written goes with it, so nothing is written meanwhile.
    KeeperHome keeper = TestKeepers.awaitOne(bed.launcherDirectory());
    keeper.kill();
    ContractBed.await(() -> !keeper.isAlive(), "the keeper did not die");
    Files.createFile(execution.file("go"));

    Ending ending = ContractBed.await(handle);
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      expected.add(String.valueOf(i));
    }
    assertThat(execution.stdout()).content().isEqualTo(String.join("\n", expected) + "\n");
    assertTrueOrLost(ending, new ExitStatus.Exited(7));
  }

  private static void assertTrueOrLost(Ending ending, ExitStatus truth) {
    if (ending.status() instanceof ExitStatus.Lost lost) {
      assertThat(lost.reason()).contains("the supervisor was killed");
    } else {
      assertThat(ending.status()).isEqualTo(truth);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "off"})
  void keeperKilled_stopUnderWay_isCarriedOutByTheNext(String cgroup) throws Exception {
    open(cgroup);
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution,
            ContractBed.shell(
                "mkfifo alive; exec 9<>alive; trap '' TERM; : > ready; while :; do sleep 0.05;"
                    + " done"));
    ContractBed.awaitFile(execution.file("ready"));
    handle.stop(Duration.ofMillis(1500));

    killKeeper();

    Ending ending = ContractBed.await(handle);
    assertTrueOrLost(ending, new ExitStatus.Signalled(9));
    assertThat(ending.stop()).contains(StopKind.FORCED);
    assertThat(ContractBed.isAbandoned(execution.file("alive"), Duration.ofSeconds(2))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "off"})
  void keeperKilled_programsThatHaveEnded_areToldOrLost(String cgroup) throws Exception {
    open(cgroup);
    List<LaunchHandle> handles = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      handles.add(bed.launch(bed.execution(), ContractBed.shell("sleep 0.0" + i + "; exit 9")));
    }

    killKeeper();

    for (LaunchHandle handle : handles) {
      assertTrueOrLost(ContractBed.await(handle), new ExitStatus.Exited(9));
    }
    assertThat(ContractBed.await(bed.launch(bed.execution(), ContractBed.shell("exit 1"))))
        .isEqualTo(Ending.exited(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "off"})
  void keeperKilled_atAnyMomentOfALaunch_nothingRunsUnseenOrTwice(String cgroup) throws Exception {
    open(cgroup);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < 8; i++) {
        TestKeepers.awaitOne(bed.launcherDirectory());
        ContractBed.await(bed.launch(bed.execution(), ContractBed.shell("exit 0")));
        Execution execution = bed.execution();
        Future<Optional<LaunchHandle>> launch =
            thread.submit(
                () -> {
                  try {
                    return Optional.of(
                        bed.launch(
                            execution,
                            ContractBed.shell(
                                "mkfifo alive; exec 9<>alive; echo x >> ran; exec sleep 0.3")));
                  } catch (LaunchException e) {
                    return Optional.empty();
                  }
                });
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(i));

        killKeeper();

        Optional<LaunchHandle> handle = launch.get(60, TimeUnit.SECONDS);
        if (handle.isPresent()) {
          assertTrueOrLost(ContractBed.await(handle.get()), new ExitStatus.Exited(0));
          if (Files.exists(execution.file("ran"))) {
            assertThat(execution.file("ran")).hasContent("x\n");
            assertThat(ContractBed.isAbandoned(execution.file("alive"), Duration.ofSeconds(2)))
                .isTrue();
          }
        } else {
          assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
              .isEqualTo(new Reattached.NeverStarted());
          assertThat(execution.file("ran")).doesNotExist();
        }
      }
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void keeperKilled_beforeItIsReady_launchesGoToTheNext() throws Exception {
    open("auto");
    ProcessHandle.current()
        .children()
        .filter(
            child -> child.info().commandLine().orElse("").contains(bed.launcherDirectory() + ""))
        .forEach(ProcessHandle::destroyForcibly);

    LaunchHandle handle = bed.launch(bed.execution(), ContractBed.shell("exit 3"));

    assertThat(ContractBed.await(handle)).isEqualTo(Ending.exited(3));
  }
}
