package io.slipway.launcher.testing;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.awaitFile;
import static io.slipway.launcher.testing.ContractBed.java;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.StopKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What becomes of executions when their worker is restarted, or dies. */
abstract class RestartPromises extends PromiseGroup {
  private static final int CRASHES = 5;
  private static final int SHORT_CRASHES = 3;

  RestartPromises(LauncherContract contract) {
    super(contract);
  }

  @Test
  void reattach_neverLaunched_saysSoAndRulesTheLaunchOut() throws Exception {
    Execution execution = bed().execution();

    Reattached found = reattach(execution);

    assertThat(found).isEqualTo(new Reattached.NeverStarted());
    assertThatThrownBy(
            () -> bed().launch(execution, java("append", execution.file("runs").toString())))
        .isInstanceOf(LaunchException.class);
    assertThat(execution.file("runs")).doesNotExist();
  }

  @Test
  void reattach_stillRunning_tellsTheEndThatFollows() throws Exception {
    Execution execution = launchReady("echo before; : > ready; " + WAIT + "; echo after; exit 8");

    bed().restart();
    LaunchHandle handle = running(reattach(execution));

    assertThat(handle.exit().toCompletableFuture()).isNotDone();
    ContractBed.release(execution);
    assertThat(await(handle)).isEqualTo(Ending.exited(8));
    if (isPromised(Promise.LOG_FILES)) {
      assertThat(execution.stdout()).hasContent("before\nafter\n");
    }
  }

  @Test
  void exit_afterReattach_completesOnce() throws Exception {
    Execution execution = launchReady(": > ready; " + WAIT + "; exit 8");
    bed().restart();
    LaunchHandle handle = running(reattach(execution));
    AtomicInteger completions = new AtomicInteger();
    handle.exit().thenAccept(ending -> completions.incrementAndGet());

    ContractBed.release(execution);
    Ending first = await(handle);
    handle.exit().toCompletableFuture().complete(Ending.exited(99));
    handle.stop(SHORT);

    ContractBed.await(() -> completions.get() > 0, "the dependent was not told");
    assertThat(await(handle)).isEqualTo(first);
    assertThat(completions).hasValue(1);
  }

  @Test
  void reattach_endedMeanwhile_tellsHow() throws Exception {
    Execution execution = launchReady(": > ready; " + WAIT + "; echo last words; exit 11");

    bed().closeLauncher();
    ContractBed.release(execution);
    awaitGone(execution);
    bed().restart();

    // It may still be at writing down the end.
    assertThat(end(reattach(execution))).isEqualTo(Ending.exited(11));
    if (isPromised(Promise.LOG_FILES)) {
      assertThat(execution.stdout()).hasContent("last words\n");
    }
  }

  @Test
  void reattach_afterTheEndWasTold_tellsItAgain() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed().execution();
    await(bed().launch(execution, shell("exit 12")));

    bed().restart();

    assertThat(reattach(execution)).isEqualTo(new Reattached.Ended(Ending.exited(12)));
  }

  @Test
  void reattach_afterRestart_keepsTheIdFromBeingLaunchedAgain() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed().execution();
    await(bed().launch(execution, shell("echo x >> runs")));
    bed().restart();
    reattach(execution);

    assertThatThrownBy(() -> bed().launch(execution, shell("echo x >> runs")))
        .isInstanceOf(LaunchException.class);

    assertThat(execution.file("runs")).hasContent("x\n");
  }

  @Test
  void stop_afterReattach_isCarriedOut() throws Exception {
    Execution execution = launchReady(DEAF);
    bed().restart();
    LaunchHandle handle = running(reattach(execution));

    handle.stop(SHORT);

    assertThat(await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void stop_launcherClosedDuringTheGrace_isCarriedOutAllTheSame() throws Exception {
    Execution execution = bed().execution();
    LaunchHandle handle = launchReady(execution, DEAF);

    handle.stop(SHORT);
    bed().closeLauncher();

    awaitGone(execution);
    bed().restart();
    assertThat(end(reattach(execution)).stop()).contains(StopKind.FORCED);
  }

  @Test
  void workerKilled_atAnyStepOfALaunch_nothingIsLostOrRunsTwice() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    for (int crash = 0; crash < (contract().isShort() ? SHORT_CRASHES : CRASHES); crash++) {
      List<Execution> executions = new ArrayList<>();
      for (int i = 0; i <= crash + 1; i++) {
        executions.add(bed().execution());
        ContractBed.makeGate(executions.get(i));
      }
      String script = OPEN_GATE + "echo x >> runs; " + WAIT + "; exit 8";

      killWhileLaunching(bed().startWorker(true, script, executions), executions.get(crash));

      bed().restart();
      for (Execution execution : executions) {
        assertFoundAgain(execution);
      }
    }
  }

  /** Kills a worker at some moment between the call of the launcher and its return. */
  private static void killWhileLaunching(Process worker, Execution last) throws Exception {
    try {
      awaitFile(last.file(ContractWorker.LAUNCHING));
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
    } finally {
      worker.destroyForcibly().waitFor();
    }
  }

  private void assertFoundAgain(Execution execution) throws Exception {
    Reattached found = reattach(execution);

    if (found instanceof Reattached.NeverStarted) {
      assertThat(execution.file(ContractWorker.LAUNCHED)).doesNotExist();
      assertThatThrownBy(() -> bed().launch(execution, shell("echo x >> runs")))
          .isInstanceOf(LaunchException.class);
      assertThat(isGone(execution)).isTrue();
      assertThat(execution.file("runs")).doesNotExist();
    } else {
      LaunchHandle handle = running(found);
      awaitFile(execution.file("runs"));
      ContractBed.release(execution);
      assertThat(await(handle)).isEqualTo(Ending.exited(8));
      assertThat(execution.file("runs")).hasContent("x\n");
    }
  }

  @Test
  void workerKilled_executionMustNotOutliveIt_isStopped() throws Exception {
    assumePromised(Promise.ENDS_WITH_OWNER, Promise.ANY_PROGRAM);
    Execution execution = bed().execution();
    ContractBed.makeGate(execution);
    Process worker = bed().startWorker(false, OPEN_GATE + ": > ready; " + WAIT, List.of(execution));
    try {
      awaitFile(execution.file("ready"));
    } finally {
      worker.destroyForcibly().waitFor();
    }

    awaitGone(execution);
    bed().restart();
  }

  private Execution launchReady(String script) throws Exception {
    Execution execution = bed().execution();
    launchReady(execution, script);
    return execution;
  }

  private LaunchHandle launchReady(Execution execution, String script) throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    LaunchHandle handle = launchAtGate(execution, script);
    awaitFile(execution.file("ready"));
    return handle;
  }

  private Reattached reattach(Execution execution) {
    return launcher().reattach(execution.id(), execution.directory());
  }

  private LaunchHandle running(Reattached found) {
    assertThat(found).isInstanceOf(Reattached.Running.class);
    return bed().stopLater(((Reattached.Running) found).handle());
  }

  private static Ending end(Reattached found) throws Exception {
    if (found instanceof Reattached.Running running) {
      return await(running.handle());
    }
    assertThat(found).isInstanceOf(Reattached.Ended.class);
    return ((Reattached.Ended) found).ending();
  }
}
