package io.slipway.launcher.testing;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.Promise;
import io.slipway.launcher.testing.ContractBed.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;

/**
 * Some of the promises, and what their tests share. Scripts need nothing but {@code /bin/sh}; what
 * waits in one reads from the FIFO {@code gate} of its working directory, until it is {@linkplain
 * ContractBed#release released}; a second one, {@code alive}, nobody reads: it tells by who has it
 * open whether anybody is left.
 */
abstract class PromiseGroup {
  static final Duration HOUR = Duration.ofHours(1);
  static final Duration SHORT = Duration.ofMillis(200);

  /** Opens both, for itself and all that it starts. */
  static final String OPEN_GATE = "exec 8<>gate 9<>alive\n";

  /** Waits to be released. */
  static final String WAIT = "read x <&8";

  /** Says that it is there, and does not want to end. */
  static final String DEAF = "trap '' TERM INT HUP; : > ready; while :; do " + WAIT + "; done";

  private final LauncherContract contract;

  PromiseGroup(LauncherContract contract) {
    this.contract = contract;
  }

  final LauncherContract contract() {
    return contract;
  }

  final ContractBed bed() {
    return contract.bed();
  }

  final Launcher launcher() {
    return bed().launcher();
  }

  final boolean isPromised(Promise promise) {
    return !launcher().notPromised().contains(promise);
  }

  final void assumePromised(Promise... promises) {
    for (Promise promise : promises) {
      if (!isPromised(promise)) {
        Assumptions.abort(
            "launcher '"
                + contract.provider().name()
                + "' does not promise "
                + promise
                + ": "
                + promise.words());
      }
    }
  }

  /** Launches a script whose gate is open. */
  final LaunchHandle launchAtGate(Execution execution, String script) throws Exception {
    ContractBed.makeGate(execution);
    return bed().launch(execution, ContractBed.shell(OPEN_GATE + script));
  }

  /** Whether all that came from behind the gate are gone, now. */
  static boolean isGone(Execution execution) throws Exception {
    return ContractBed.isAbandoned(execution.alive(), Duration.ofSeconds(2));
  }

  /** Waits until all that came from behind the gate are gone. */
  static void awaitGone(Execution execution) throws Exception {
    if (!ContractBed.isAbandoned(execution.alive(), ContractBed.PATIENCE)) {
      throw new AssertionError(execution.id() + " did not end within " + ContractBed.PATIENCE);
    }
  }

  /** What several tasks give, done at the same time where several executions can run so. */
  final <T> List<T> all(List<Callable<T>> tasks) throws Exception {
    ExecutorService threads =
        Executors.newFixedThreadPool(isPromised(Promise.CONCURRENT_EXECUTIONS) ? 16 : 1);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  /** A program and its arguments. */
  static Command program(String... arguments) {
    return new Command.Program(List.of(arguments));
  }
}
