package io.slipway.launcher.testing;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.awaitFile;
import static io.slipway.launcher.testing.ContractBed.java;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Promise;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a process ends, by itself or stopped, and what of it is left. */
abstract class EndPromises extends PromiseGroup {
  EndPromises(LauncherContract contract) {
    super(contract);
  }

  @Test
  void exit_mainReturns_isZero() throws Exception {
    LaunchHandle handle = bed().launch(bed().execution(), java("return"));

    assertThat(await(handle)).isEqualTo(Ending.exited(0));
  }

  @Test
  void exit_mainThrows_isOne() throws Exception {
    LaunchHandle handle = bed().launch(bed().execution(), java("throw"));

    assertThat(await(handle).status()).isEqualTo(new ExitStatus.Exited(1));
  }

  @Test
  void exit_severalDependents_eachCompletesOnce() throws Exception {
    AtomicInteger completions = new AtomicInteger();

    LaunchHandle handle = bed().launch(bed().execution(), java("return"));
    handle.exit().thenAccept(ending -> completions.incrementAndGet());
    Ending first = await(handle);
    handle.exit().toCompletableFuture().complete(Ending.exited(99));
    handle.stop(Duration.ZERO);
    handle.exit().thenAccept(ending -> completions.incrementAndGet());

    ContractBed.await(() -> completions.get() >= 2, "the dependents were not told");
    assertThat(await(handle)).isEqualTo(first);
    assertThat(completions).hasValue(2);
  }

  @Test
  void exit_javaProgramExits_isItsCode() throws Exception {
    assumePromised(Promise.OWN_PROCESS);

    assertThat(await(bed().launch(bed().execution(), java("exit", "42"))))
        .isEqualTo(Ending.exited(42));
  }

  @Test
  void exit_programThatEndsAtOnce_isTold() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    Callable<Ending> launch = () -> await(bed().launch(bed().execution(), shell(":")));

    assertThat(all(Collections.nCopies(20, launch))).containsOnly(Ending.exited(0));
  }

  private IntStream exitCodes() {
    return contract().isShort()
        ? IntStream.concat(
            IntStream.of(0, 1, 2, 42, 100, 200, 254, 255), IntStream.rangeClosed(124, 160))
        : IntStream.rangeClosed(0, 255);
  }

  @Test
  void exit_everyCode_isTold() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    List<Callable<Ending>> launches = new ArrayList<>();
    List<Ending> expected = new ArrayList<>();
    for (int code : exitCodes().toArray()) {
      String script = "exit " + code;
      launches.add(() -> await(bed().launch(bed().execution(), shell(script))));
      expected.add(Ending.exited(code));
    }

    List<Ending> endings = all(launches);

    if (isPromised(Promise.SIGNALS_DISTINGUISHED)) {
      assertThat(endings).isEqualTo(expected);
    } else {
      // Then the words may say what a code above 128 could mean too.
      for (int i = 0; i < expected.size(); i++) {
        ExitStatus status = expected.get(i).status();
        if (((ExitStatus.Exited) status).code() <= 128) {
          assertThat(endings.get(i)).isEqualTo(expected.get(i));
        } else {
          assertThat(endings.get(i).status()).isEqualTo(status);
        }
      }
    }
  }

  @Test
  void exit_killedBySignal_isThatSignal() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    List<Callable<Ending>> launches = new ArrayList<>();
    List<Integer> signals = new ArrayList<>(List.of(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    if (isPromised(Promise.SIGNALS_DISTINGUISHED)) {
      // A JVM that was started in the background has these ignored, and so have its children,
      // unless
      // the launcher sees to it.
      signals.addAll(List.of(1, 2, 3));
    }
    for (int signal : signals) {
      String script = "ulimit -c 0; kill -" + signal + " $$; exit 99";
      launches.add(() -> await(bed().launch(bed().execution(), shell(script))));
    }

    List<Ending> endings = all(launches);

    for (int i = 0; i < signals.size(); i++) {
      if (isPromised(Promise.SIGNALS_DISTINGUISHED)) {
        assertThat(endings.get(i).status()).isEqualTo(new ExitStatus.Signalled(signals.get(i)));
        assertThat(endings.get(i).stop()).isEmpty();
      } else {
        assertAmbiguous(endings.get(i), signals.get(i));
      }
    }
  }

  @Test
  void exit_code137_isToldFromKillOrSaysThatItIsNot() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);

    Ending exited = await(bed().launch(bed().execution(), shell("exit 137")));
    Ending killed = await(bed().launch(bed().execution(), shell("kill -9 $$")));

    if (isPromised(Promise.SIGNALS_DISTINGUISHED)) {
      assertThat(exited).isEqualTo(Ending.exited(137));
      assertThat(killed.status()).isEqualTo(new ExitStatus.Signalled(Signals.KILL));
      assertThat(killed.stop()).isEmpty();
    } else {
      assertAmbiguous(exited, Signals.KILL);
      assertAmbiguous(killed, Signals.KILL);
    }
  }

  private static void assertAmbiguous(Ending ending, int signal) {
    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(128 + signal));
    assertThat(ending.cause()).contains("or signal " + signal);
    assertThat(ending.stop()).isEmpty();
    assertThat(ending.memoryExhausted()).isFalse();
  }

  @Test
  void stop_javaProgram_endsIt() throws Exception {
    assumePromised(Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    LaunchHandle handle = bed().launch(execution, java("await", execution.file("no").toString()));

    handle.stop(HOUR);

    assertThat(await(handle).stop()).contains(StopKind.ASKED);
  }

  @Test
  void stop_obeyed_endsWithinTheGrace() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    LaunchHandle handle =
        launchAtGate(execution, "trap 'exit 5' TERM; : > ready; while :; do " + WAIT + "; done");
    awaitFile(execution.file("ready"));

    handle.stop(HOUR);

    // A shell that was about to read when the signal came looks at it after it has read.
    CompletableFuture<Ending> exit = handle.exit().toCompletableFuture();
    ContractBed.await(
        () -> {
          ContractBed.release(execution);
          return exit.isDone();
        },
        "exit() did not complete");
    Ending ending = exit.get();
    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(5));
    assertThat(ending.stop()).contains(StopKind.ASKED);
  }

  @Test
  void stop_refused_killsAfterTheGrace() throws Exception {
    LaunchHandle handle = launchDeaf();

    handle.stop(SHORT);

    Ending ending = await(handle);
    assertThat(ending.stop()).contains(StopKind.FORCED);
    assertThat(ending.status().isSuccess()).isFalse();
    assertThat(ending.memoryExhausted()).isFalse();
  }

  @Test
  void stop_withoutGrace_killsAtOnce() throws Exception {
    LaunchHandle handle = launchDeaf();

    handle.stop(Duration.ZERO);

    assertThat(await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void stop_twice_theEarlierDeadlineCounts() throws Exception {
    LaunchHandle sooner = launchDeaf();

    sooner.stop(HOUR);
    sooner.stop(SHORT);

    assertThat(await(sooner).stop()).contains(StopKind.FORCED);

    LaunchHandle later = launchDeaf();

    later.stop(SHORT);
    later.stop(HOUR);

    assertThat(await(later).stop()).contains(StopKind.FORCED);
  }

  /** Launches what does not want to end, and waits until it is there. */
  private LaunchHandle launchDeaf() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    LaunchHandle handle = launchAtGate(execution, DEAF);
    awaitFile(execution.file("ready"));
    return handle;
  }

  @Test
  void stop_afterTheEnd_changesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    LaunchHandle handle = bed().launch(bed().execution(), shell("exit 3"));
    Ending ending = await(handle);

    handle.stop(Duration.ZERO);

    assertThat(await(handle)).isEqualTo(ending).isEqualTo(Ending.exited(3));
  }

  // ---- the tree

  @Test
  void exit_mainLeavesChildrenBehind_theyAreGone() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();

    LaunchHandle handle = launchAtGate(execution, "( " + WAIT + " ) &\n( " + WAIT + " ) &\nexit 0");

    assertThat(await(handle)).isEqualTo(Ending.exited(0));
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void exit_mainLeavesOneInASessionOfItsOwn_itIsGone() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();

    LaunchHandle handle =
        launchAtGate(
            execution, contract().newSession() + " " + LINGER + " &\n" + AWAIT_READY + "exit 0");

    assertThat(await(handle)).isEqualTo(Ending.exited(0));
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void stop_programWithChildren_theyAreGoneToo() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    String child = "( while :; do " + WAIT + "; done ) &\n";
    LaunchHandle handle =
        launchAtGate(execution, "trap '' TERM\n" + child + child + ": > ready; wait; wait");
    awaitFile(execution.file("ready"));

    handle.stop(SHORT);

    await(handle);
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void stop_treeThatTriesToEscape_isGoneCompletely() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WHOLE_TREE);
    Execution execution = bed().execution();
    String session = contract().newSession() + " ";
    LaunchHandle handle =
        launchAtGate(
            execution,
            "trap '' TERM\n"
                + (LINGER + " &\n")
                + (session + LINGER + " &\n")
                + ("( ( " + LINGER + " & ) & )\n")
                + ("( " + FORGET + LINGER + " ) &\n")
                + ("( " + FORGET + session + LINGER + " ) > /dev/null 2>&1 &\n")
                + ("( ( " + FORGET + session + LINGER + " > /dev/null 2>&1 & ) & )\n")
                + ("while :; do " + WAIT + "; done"));
    ContractBed.awaitLines(execution.file("ready"), 6);

    handle.stop(SHORT);

    await(handle);
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void exit_mainLeavesDaemonsBehind_theyAreGone() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WHOLE_TREE);
    Execution execution = bed().execution();
    String daemon =
        "( ( " + FORGET + contract().newSession() + " " + LINGER + " > /dev/null 2>&1 & ) & )\n";

    LaunchHandle handle = launchAtGate(execution, daemon + AWAIT_READY + "exit 9");

    assertThat(await(handle)).isEqualTo(Ending.exited(9));
    assertThat(isGone(execution)).isTrue();
  }

  /** A program that says that it is there, and stays. */
  private static final String LINGER =
      "/bin/sh -c 'trap \"\" TERM HUP; echo x >> ready; while :; do read x <&8; done'";

  private static final String AWAIT_READY = "while [ ! -s ready ]; do :; done\n";

  /** Takes everything out of the environment by which what follows could be known. */
  private static final String FORGET = "unset HOME LANG SLIPWAY_EXECUTION_ID; ";
}
