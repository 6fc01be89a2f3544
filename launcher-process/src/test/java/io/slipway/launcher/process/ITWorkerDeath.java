package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ITWorkerDeath {
  private static final String ALIVE = "mkfifo alive; exec 9<>alive\n";

  private ContractBed bed;
  private Process worker;

  @BeforeEach
  void open() throws Exception {
    bed = new ContractBed(new ProcessLauncherProvider(), new TreeMap<>(), new TreeMap<>());
  }

  @AfterEach
  void close() throws Exception {
    if (worker != null) {
      worker.destroyForcibly().waitFor();
    }
    TestKeepers.close(bed);
  }

  @Test
  void workerKilled_stopUnderWay_isCarriedOut() throws Exception {
    Execution execution = bed.execution();
    startWorker(
        execution, true, "1000", ALIVE + "trap '' TERM; : > ready; while :; do sleep 0.05; done");
    ContractBed.awaitFile(execution.file("worker-done"));

    worker.destroyForcibly().waitFor();

    assertThat(ContractBed.isAbandoned(execution.file("alive"), ContractBed.PATIENCE)).isTrue();
    Ending ending = reattach(execution);
    assertThat(ending.status()).isEqualTo(new ExitStatus.Signalled(9));
    assertThat(ending.stop()).contains(StopKind.FORCED);
  }

  @Test
  void workerKilled_programEndsMeanwhile_itsTrueEndIsFound() throws Exception {
    Execution execution = bed.execution();
    startWorker(
        execution,
        true,
        "-1",
        ALIVE + ": > ready; while [ ! -e go ]; do sleep 0.05; done; echo last words; exit 137");
    ContractBed.awaitFile(execution.file("worker-done"));

    worker.destroyForcibly().waitFor();
    Files.createFile(execution.file("go"));

    assertThat(ContractBed.isAbandoned(execution.file("alive"), ContractBed.PATIENCE)).isTrue();
    assertThat(reattach(execution)).isEqualTo(Ending.exited(137));
    assertThat(execution.stdout()).hasContent("last words\n");
  }

  @Test
  void clientKilled_programIsAskedToEnd() throws Exception {
    Execution execution = bed.execution();
    startWorker(
        execution,
        false,
        "-1",
        ALIVE + "trap ': > asked; exit 3' TERM; : > ready; while :; do sleep 0.05; done");
    ContractBed.awaitFile(execution.file("worker-done"));

    worker.destroyForcibly().waitFor();

    assertThat(ContractBed.isAbandoned(execution.file("alive"), ContractBed.PATIENCE)).isTrue();
    assertThat(execution.file("asked")).exists();
    Ending ending = reattach(execution);
    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(ending.stop()).contains(StopKind.ASKED);
  }

  private void startWorker(Execution execution, boolean outlivesOwner, String grace, String script)
      throws Exception {
    bed.launcher().close();
    worker =
        new ProcessBuilder(
                List.of(
                    ProcessLauncherProvider.ownJava(),
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WorkerProgram.class.getName(),
                    bed.launcherDirectory().toString(),
                    execution.directory().toString(),
                    String.valueOf(outlivesOwner),
                    grace,
                    script))
            .inheritIO()
            .start();
  }

  private Ending reattach(Execution execution) throws Exception {
    bed.restart();
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());
    // The keeper of the dead worker may still be at writing down the end.
    return found instanceof Reattached.Running running
        ? ContractBed.await(running.handle())
        : ((Reattached.Ended) found).ending();
  }
}
