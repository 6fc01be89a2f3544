package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.ResourceUsage;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.StopKind;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ITProcessLauncher {
  private ContractBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = new ContractBed(new ProcessLauncherProvider(), new TreeMap<>(), new TreeMap<>());
  }

  @AfterEach
  void close() throws Exception {
    TestKeepers.close(bed);
  }

  @Test
  void descriptors_ofProgram_areItsThreeStreams() throws Exception {
    Execution execution = bed.execution();

    run(execution, new Command.Program(List.of("ls", "/proc/self/fd")));

    // The fourth is the directory that ls reads.
    assertThat(execution.stdout()).hasContent("0\n1\n2\n3\n");
  }

  @Test
  void signals_ofProgram_areAtTheirDefaultsAndNotBlocked() throws Exception {
    Execution execution = bed.execution();

    run(
        execution,
        new Command.Program(List.of("grep", "-E", "SigBlk|SigIgn", "/proc/self/status")));

    List<String> lines = Files.readAllLines(execution.stdout());
    assertThat(lines)
        .hasSize(2)
        .allSatisfy(line -> assertThat(signals(line) & 0x7fffffff).isZero());
  }

  private static long signals(String line) {
    return Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16);
  }

  @Test
  void session_ofProgram_isItsOwn() throws Exception {
    Execution execution = bed.execution();
    LaunchHandle handle = bed.launch(execution, new Command.Program(List.of("sleep", "600")));

    int pid = (int) handle.processId().orElseThrow();

    assertThat(ProcessStat.of(pid).orElseThrow().session()).isEqualTo(pid);
  }

  @Test
  void usage_ofRunningProgram_isThatOfItsTree() throws Exception {
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution,
            ContractBed.shell(
                "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; : > ready; exec sleep 600"));
    ContractBed.awaitFile(execution.file("ready"));

    ResourceUsage usage = handle.usage();

    assertThat(usage.cpuTime()).hasValueSatisfying(time -> assertThat(time).isPositive());
    assertThat(usage.memoryBytes().orElseThrow()).isPositive();
  }

  @Test
  void stop_programThatForksWithoutEnd_leavesNothing() throws Exception {
    Assumptions.assumeFalse(
        bed.launcher().notPromised().contains(Promise.WHOLE_TREE), "no control groups here");
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution,
            ContractBed.shell(
                "mkfifo alive; exec 9<>alive\n"
                    + "storm() { trap '' TERM; while :; do ( setsid sleep 0.02 & ); done; }\n"
                    + "storm & storm & storm & : > ready; wait"));
    ContractBed.awaitFile(execution.file("ready"));

    handle.stop(Duration.ZERO);

    ContractBed.await(handle);
    assertThat(ContractBed.isAbandoned(execution.file("alive"), Duration.ofSeconds(2))).isTrue();
  }

  @Test
  void stop_thatCantBeWritten_isCarriedOutAllTheSame() throws Exception {
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution, ContractBed.shell("trap '' TERM; : > ready; while :; do sleep 0.05; done"));
    ContractBed.awaitFile(execution.file("ready"));
    // As a full disk would keep the record from being written.
    Files.createDirectories(execution.directory().resolve("launcher/stop/in-the-way"));

    handle.stop(Duration.ofMillis(100));

    assertThat(ContractBed.await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void restart_oldKeeper_staysUntilItsLastExecutionHasEnded() throws Exception {
    Execution execution = bed.execution();
    bed.launch(execution, ContractBed.shell("while [ ! -e go ]; do sleep 0.05; done; exit 4"));

    bed.restart();
    ContractBed.await(
        () -> TestKeepers.alive(bed.launcherDirectory()).size() == 2, "there are not two keepers");
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());
    Files.createFile(execution.file("go"));

    assertThat(ContractBed.await(((Reattached.Running) found).handle()))
        .isEqualTo(Ending.exited(4));
    ContractBed.await(
        () -> TestKeepers.alive(bed.launcherDirectory()).size() == 1, "the old keeper did not end");
  }

  @Test
  void close_nothingRuns_endsTheKeeper() throws Exception {
    run(bed.execution(), ContractBed.shell("exit 0"));

    bed.launcher().close();

    assertThat(TestKeepers.alive(bed.launcherDirectory())).isEmpty();
  }

  @Test
  void output_heldOpenByAStranger_doesNotKeepTheEndBack() throws Exception {
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(execution, ContractBed.shell("echo x; while [ ! -e go ]; do sleep 0.05; done"));
    try (FileChannel stranger =
        FileChannel.open(
            new ExecutionFiles(execution.directory()).fifo("stdout"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      Files.createFile(execution.file("go"));

      assertThat(ContractBed.await(handle)).isEqualTo(Ending.exited(0));
      assertThat(stranger.isOpen()).isTrue();
    }
  }

  private void run(Execution execution, Command command) throws Exception {
    assertThat(ContractBed.await(bed.launch(execution, command))).isEqualTo(Ending.exited(0));
  }
}
