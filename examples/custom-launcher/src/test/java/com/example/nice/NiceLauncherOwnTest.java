package com.example.nice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the contract can't check, because this launcher does not promise it or has it of its own.
 */
class NiceLauncherOwnTest {
  private ContractBed bed;

  @BeforeEach
  void open() throws Exception {
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put("level", "3");
    bed = new ContractBed(new NiceLauncherProvider(), settings, new TreeMap<>());
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  private LaunchHandle launch(Execution execution, String option) throws Exception {
    TreeMap<String, String> options = new TreeMap<>();
    if (!option.isEmpty()) {
      options.put("level", option);
    }
    LaunchSpec usual = bed.spec(execution, new Command.Program(List.of("nice")));
    return bed.launch(
        execution,
        new LaunchSpec(
            usual.executionId(),
            usual.command(),
            usual.environment(),
            usual.workDirectory(),
            new Resources(1, 1L << 20),
            Optional.empty(),
            usual.ports(),
            usual.mounts(),
            options,
            new LogTarget(execution.stdout(), 1L << 20, 1),
            usual.stderr()));
  }

  /** What {@code nice} without arguments prints when started so. */
  private int niceness(String option) throws Exception {
    Execution execution = bed.execution();
    assertEquals(Ending.exited(0), ContractBed.await(launch(execution, option)));
    return Integer.parseInt(Files.readString(execution.stdout()).strip());
  }

  @Test
  void launch_level_isThatOfTheSettingOrOfTheOption() throws Exception {
    int least = niceness("");

    assertEquals(Math.min(19, least + 2), niceness("5"));
  }

  @Test
  void launch_levelBelowThatOfTheWorker_isRefused() {
    for (String level : List.of("2", "20", "much")) {
      LaunchException refused =
          assertThrows(LaunchException.class, () -> launch(bed.execution(), level));
      assertTrue(refused.getMessage().contains("'" + level + "'"), refused.getMessage());
    }
  }

  @Test
  void reattach_closedWhileItRan_tellsThatItWasStopped() throws Exception {
    Execution execution = bed.execution();
    ContractBed.makeGate(execution);
    LaunchHandle handle =
        bed.launch(execution, ContractBed.shell("exec 8<>gate 9<>alive; : > ready; read x <&8"));
    ContractBed.awaitFile(execution.file("ready"));

    bed.restart();

    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());
    Ending ending = assertInstanceOf(Reattached.Ended.class, found).ending();
    assertEquals(Optional.of(StopKind.FORCED), ending.stop());
    assertFalse(handle.exit().toCompletableFuture().isDone());
    assertTrue(ContractBed.isAbandoned(execution.alive(), ContractBed.PATIENCE));
  }

  @Test
  void reattach_ended_tellsHow() throws Exception {
    Execution execution = bed.execution();
    Ending ending = ContractBed.await(bed.launch(execution, ContractBed.shell("exit 12")));

    bed.restart();

    assertEquals(
        new Reattached.Ended(ending),
        bed.launcher().reattach(execution.id(), execution.directory()));
    assertThrows(
        LaunchException.class, () -> bed.launch(execution, ContractBed.shell("echo again")));
  }

  @Test
  void reattach_workerDiedBeforeTheEnd_saysThatNobodyKnows() throws Exception {
    Execution execution = bed.execution();
    new ExecutionRecords(execution.directory()).claim(ExecutionRecords.LAUNCH);

    assertInstanceOf(
        Reattached.Unknown.class, bed.launcher().reattach(execution.id(), execution.directory()));
  }
}
