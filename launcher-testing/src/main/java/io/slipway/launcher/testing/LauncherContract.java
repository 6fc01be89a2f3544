package io.slipway.launcher.testing;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.awaitFile;
import static io.slipway.launcher.testing.ContractBed.java;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The promises of a launcher, one test each. A launcher's author extends this class, supplies the
 * provider, and runs it. Tests of a promise that the launcher declares not to keep ({@code
 * notPromised()}) are skipped, with a message that says so.
 *
 * <p>All tests share one launcher. They need a Unix shell only for promises about programs that are
 * not Java.
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class LauncherContract {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final int AT_ONCE = 50;

  private ContractBed bed;

  /** The launcher's provider. */
  protected abstract LauncherProvider provider();

  /** Settings for the launcher; none unless overridden. */
  protected SortedMap<String, String> settings() {
    return new TreeMap<>();
  }

  /** Options for every launch; none unless overridden. */
  protected SortedMap<String, String> options() {
    return new TreeMap<>();
  }

  /** Makes the launcher. */
  @BeforeAll
  void open() throws Exception {
    bed = new ContractBed(provider(), settings(), options());
  }

  /** Closes the launcher. */
  @AfterAll
  void close() throws Exception {
    if (bed != null) {
      bed.close();
    }
  }

  /** Stops what a test has left. */
  @AfterEach
  void stopWhatIsLeft() throws Exception {
    bed.stopAll();
  }

  private void assumePromised(Promise... promises) {
    for (Promise promise : promises) {
      if (bed.launcher().notPromised().contains(promise)) {
        Assumptions.abort(
            "launcher '"
                + provider().name()
                + "' does not promise "
                + promise
                + ": "
                + promise.words());
      }
    }
  }

  // ---- every launcher

  @Test
  void provider_name_isLowerCaseLettersDigitsAndHyphens() {
    assertThat(provider().name()).matches("[a-z0-9]+(-[a-z0-9]+)*");
  }

  @Test
  void exit_mainReturns_isZero() throws Exception {
    LaunchHandle handle = bed.launch(bed.execution(), java("return"));

    assertThat(await(handle)).isEqualTo(Ending.exited(0));
  }

  @Test
  void exit_mainThrows_isOne() throws Exception {
    LaunchHandle handle = bed.launch(bed.execution(), java("throw"));

    assertThat(await(handle).status()).isEqualTo(new ExitStatus.Exited(1));
  }

  @Test
  void exit_severalDependents_eachCompletesOnce() throws Exception {
    AtomicInteger completions = new AtomicInteger();

    LaunchHandle handle = bed.launch(bed.execution(), java("return"));
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
  void arguments_withSpacesQuotesNewlinesAndUnicode_arriveUnchanged() throws Exception {
    List<String> arguments =
        List.of(
            "plain",
            "",
            " two  spaces ",
            "'single' \"double\" `back` \\ $HOME *",
            "line one\nline two\n",
            "tab\tstop",
            "Grüße, κόσμε, 世界, 🚢",
            "-x",
            "a=b");
    Execution execution = bed.execution();
    List<String> all = new ArrayList<>(List.of("arguments", execution.file("seen").toString()));
    all.addAll(arguments);

    Ending ending = await(bed.launch(execution, java(all.toArray(String[]::new))));

    assertThat(ending).isEqualTo(Ending.exited(0));
    assertThat(ContractProgram.read(execution.file("seen"))).isEqualTo(arguments);
  }

  @Test
  void launch_sameIdAgain_isRefusedAndRunsNothing() throws Exception {
    Execution execution = bed.execution();
    Command command = java("append", execution.file("runs").toString());
    await(bed.launch(execution, command));

    assertThatThrownBy(() -> bed.launch(execution, command)).isInstanceOf(LaunchException.class);

    assertThat(execution.file("runs")).hasContent("x\n");
  }

  @Test
  void launch_unknownOption_isRefusedNamingIt() {
    Execution execution = bed.execution();
    LaunchSpec usual = bed.spec(execution, java("return"));
    SortedMap<String, String> options = new TreeMap<>(usual.options());
    options.put("no-such-option", "1");

    assertThatThrownBy(() -> bed.launch(execution, with(usual, options, usual.user())))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("no-such-option");
  }

  @Test
  void launch_interruptedThread_throwsAndLeavesNothing() throws Exception {
    Execution execution = bed.execution();

    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(
              () -> bed.launch(execution, java("append", execution.file("runs").toString())))
          .isInstanceOf(InterruptedException.class);
    } finally {
      Thread.interrupted();
    }

    assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.NeverStarted());
    assertThat(execution.file("runs")).doesNotExist();
  }

  @Test
  void reattach_neverLaunched_saysSoAndRulesTheLaunchOut() throws Exception {
    Execution execution = bed.execution();

    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());

    assertThat(found).isEqualTo(new Reattached.NeverStarted());
    assertThatThrownBy(
            () -> bed.launch(execution, java("append", execution.file("runs").toString())))
        .isInstanceOf(LaunchException.class);
    assertThat(execution.file("runs")).doesNotExist();
  }

  @Test
  void output_bothStreams_areInTheirFilesWhenItEnds() throws Exception {
    assumePromised(Promise.LOG_FILES);
    Execution execution = bed.execution();

    await(bed.launch(execution, java("print", "to standard output\nß", "to standard error")));

    assertThat(execution.stdout()).hasContent("to standard output\nß");
    assertThat(execution.stderr()).hasContent("to standard error");
  }

  // ---- processes of their own

  @Test
  void exit_javaProgramExits_isItsCode() throws Exception {
    assumePromised(Promise.OWN_PROCESS);

    assertThat(await(bed.launch(bed.execution(), java("exit", "42")))).isEqualTo(Ending.exited(42));
  }

  @Test
  void stop_javaProgram_endsIt() throws Exception {
    assumePromised(Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    LaunchHandle handle = bed.launch(execution, java("await", execution.file("no").toString()));

    handle.stop(HOUR);

    assertThat(await(handle).stop()).contains(StopKind.ASKED);
  }

  @Test
  void environment_ofProgram_isExactlyTheOneGiven() throws Exception {
    assumePromised(Promise.EXACT_ENVIRONMENT);
    Execution execution = bed.execution();
    LaunchSpec usual = bed.spec(execution, java("environment", execution.file("seen").toString()));
    SortedMap<String, String> environment = new TreeMap<>(usual.environment());
    environment.put("EMPTY", "");
    environment.put("a.b", "dots");
    environment.put("QUOTED", "a 'b' \"c\" $d");
    environment.put("LINES", "one\ntwo\n");
    environment.put("IFS", ":");
    environment.put("UNICODE", "Grüße 世界");

    await(bed.launch(execution, withEnvironment(usual, environment)));

    List<String> expected = new ArrayList<>();
    environment.forEach((name, value) -> expected.add(name + "=" + value));
    assertThat(ContractProgram.read(execution.file("seen")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void workDirectory_ofProgram_isTheOneGiven() throws Exception {
    assumePromised(Promise.WORKING_DIRECTORY);
    Execution execution = bed.execution();

    await(bed.launch(execution, java("directory", execution.file("seen").toString())));

    assertThat(ContractProgram.read(execution.file("seen")))
        .containsExactly(execution.work().toRealPath().toString());
  }

  // ---- any program

  @Test
  void files_inTheWorkDirectory_areReadAndWrittenByRelativePath() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WORKING_DIRECTORY);
    Execution execution = bed.execution();
    Files.writeString(execution.file("in"), "what was brought");

    await(bed.launch(execution, shell("cat in > out")));

    assertThat(execution.file("out")).hasContent("what was brought");
  }

  @Test
  void standardInput_ofProgram_isAtItsEnd() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);

    assertThat(await(bed.launch(bed.execution(), shell("cat; exit 4"))))
        .isEqualTo(Ending.exited(4));
  }

  @Test
  void exit_everyCode_isTold() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    List<Callable<Ending>> launches = new ArrayList<>();
    List<Ending> expected = new ArrayList<>();
    for (int code = 0; code <= 255; code++) {
      String script = "exit " + code;
      launches.add(() -> await(bed.launch(bed.execution(), shell(script))));
      expected.add(Ending.exited(code));
    }

    List<Ending> endings = all(launches);

    if (bed.launcher().notPromised().contains(Promise.SIGNALS_DISTINGUISHED)) {
      // Then the words may say what the code could mean too.
      assertThat(endings.stream().map(Ending::status))
          .isEqualTo(expected.stream().map(Ending::status).toList());
    } else {
      assertThat(endings).isEqualTo(expected);
    }
  }

  @Test
  void exit_killedBySignal_isThatSignal() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS, Promise.SIGNALS_DISTINGUISHED);
    List<Callable<ExitStatus>> launches = new ArrayList<>();
    List<ExitStatus> expected = new ArrayList<>();
    for (int signal : List.of(1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)) {
      String script = "ulimit -c 0; kill -" + signal + " $$; exit 99";
      launches.add(() -> await(bed.launch(bed.execution(), shell(script))).status());
      expected.add(new ExitStatus.Signalled(signal));
    }

    assertThat(all(launches)).isEqualTo(expected);
  }

  @Test
  void exit_code137_isToldFromKill() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS, Promise.SIGNALS_DISTINGUISHED);

    Ending exited = await(bed.launch(bed.execution(), shell("exit 137")));
    Ending killed = await(bed.launch(bed.execution(), shell("kill -9 $$")));

    assertThat(exited.status()).isEqualTo(new ExitStatus.Exited(137));
    assertThat(killed.status()).isEqualTo(new ExitStatus.Signalled(Signals.KILL));
    assertThat(killed.stop()).isEmpty();
  }

  @Test
  void stop_obeyed_endsWithinTheGrace() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(execution, shell("trap 'exit 5' TERM; : > ready; while :; do sleep 0.05; done"));
    awaitFile(execution.file("ready"));

    handle.stop(HOUR);

    Ending ending = await(handle);
    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(5));
    assertThat(ending.stop()).contains(StopKind.ASKED);
  }

  @Test
  void stop_refused_killsAfterTheGrace() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    LaunchHandle handle = bed.launch(execution, shell(DEAF));
    awaitFile(execution.file("ready"));

    handle.stop(SHORT);

    Ending ending = await(handle);
    assertThat(ending.stop()).contains(StopKind.FORCED);
    assertThat(ending.status().isSuccess()).isFalse();
  }

  /** A program that does not want to end. */
  private static final String DEAF =
      "trap '' TERM INT HUP; : > ready; while :; do sleep 0.05; done";

  @Test
  void stop_withoutGrace_killsAtOnce() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    LaunchHandle handle = bed.launch(execution, shell(DEAF));
    awaitFile(execution.file("ready"));

    handle.stop(Duration.ZERO);

    assertThat(await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void stop_twice_theEarlierDeadlineCounts() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution first = bed.execution();
    Execution second = bed.execution();
    LaunchHandle sooner = bed.launch(first, shell(DEAF));
    awaitFile(first.file("ready"));

    sooner.stop(HOUR);
    sooner.stop(SHORT);

    assertThat(await(sooner).stop()).contains(StopKind.FORCED);

    LaunchHandle later = bed.launch(second, shell(DEAF));
    awaitFile(second.file("ready"));

    later.stop(SHORT);
    later.stop(HOUR);

    assertThat(await(later).stop()).contains(StopKind.FORCED);
  }

  @Test
  void stop_afterTheEnd_changesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    LaunchHandle handle = bed.launch(bed.execution(), shell("exit 3"));
    Ending ending = await(handle);

    handle.stop(Duration.ZERO);

    assertThat(await(handle)).isEqualTo(ending).isEqualTo(Ending.exited(3));
  }

  @Test
  void launch_interruptedWhileItWaits_isThroughOrLeavesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    for (int i = 0; i < 20; i++) {
      Execution execution = bed.execution();
      CountDownLatch begun = new CountDownLatch(1);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<Optional<LaunchHandle>> launch =
          thread.submit(
              () -> {
                begun.countDown();
                try {
                  return Optional.of(bed.launch(execution, shell(": > ran; exit 6")));
                } catch (InterruptedException e) {
                  return Optional.empty();
                }
              });
      begun.await();
      thread.shutdownNow();

      Optional<LaunchHandle> handle = launch.get(60, TimeUnit.SECONDS);

      if (handle.isPresent()) {
        assertThat(await(handle.get()).status()).isEqualTo(new ExitStatus.Exited(6));
      } else {
        assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
            .isEqualTo(new Reattached.NeverStarted());
        assertThat(execution.file("ran")).doesNotExist();
      }
    }
  }

  @Test
  void launch_unknownProgram_throwsNamingItAndLeavesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    assertNotLaunched(new Command.Program(List.of("/no/such/program")), "/no/such/program");
    assertNotLaunched(new Command.Program(List.of("no-such-program")), "no-such-program");
  }

  private void assertNotLaunched(Command command, String named) throws Exception {
    Execution execution = bed.execution();

    assertThatThrownBy(() -> bed.launch(execution, command))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(named);

    assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.NeverStarted());
  }

  @Test
  void launch_fileThatIsNoProgram_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    for (String content : List.of("#!/no/such/interpreter\n", "\1\2\3\4")) {
      Execution execution = bed.execution();
      Path program = Files.writeString(execution.file("program"), content);
      program.toFile().setExecutable(true);

      assertThatThrownBy(
              () -> bed.launch(execution, new Command.Program(List.of(program.toString()))))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining(program.toString());

      assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
          .isEqualTo(new Reattached.NeverStarted());
    }
  }

  @Test
  void launch_fileThatIsNotExecutable_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    Path program = Files.writeString(execution.file("program"), "#!/bin/sh\n");

    assertThatThrownBy(
            () -> bed.launch(execution, new Command.Program(List.of(program.toString()))))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(program.toString());
  }

  @Test
  void launch_noWorkDirectory_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WORKING_DIRECTORY);
    Execution execution = bed.execution();
    Files.delete(execution.work());

    assertThatThrownBy(() -> bed.launch(execution, shell("exit 0")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(execution.work().toString());
  }

  @Test
  void launch_asAnotherUser_isRefusedUnlessPromised() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    LaunchSpec usual = bed.spec(execution, shell("id -un > user"));
    LaunchSpec other = with(usual, usual.options(), Optional.of("nobody"));

    if (bed.launcher().notPromised().contains(Promise.OTHER_USER)) {
      assertThatThrownBy(() -> bed.launch(execution, other))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("nobody");
    } else {
      await(bed.launch(execution, other));
      assertThat(execution.file("user")).hasContent("nobody\n");
    }
  }

  @Test
  void exit_programThatEndsAtOnce_isTold() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    for (int i = 0; i < 20; i++) {
      assertThat(await(bed.launch(bed.execution(), new Command.Program(List.of("/bin/true")))))
          .isEqualTo(Ending.exited(0));
    }
  }

  @Test
  void launch_manyAtOnce_allRunTogether() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.CONCURRENT_EXECUTIONS);
    List<Execution> executions = new ArrayList<>();
    List<Callable<LaunchHandle>> launches = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      Execution execution = bed.execution();
      executions.add(execution);
      launches.add(
          () ->
              bed.launch(
                  execution, shell(": > ready; while [ ! -e go ]; do sleep 0.2; done; exit 7")));
    }

    List<LaunchHandle> handles = all(launches);

    executions.forEach(execution -> awaitFile(execution.file("ready")));
    for (Execution execution : executions) {
      Files.createFile(execution.file("go"));
    }
    for (LaunchHandle handle : handles) {
      assertThat(await(handle)).isEqualTo(Ending.exited(7));
    }
  }

  // ---- the tree

  @Test
  void exit_mainLeavesChildrenBehind_theyAreGone() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();

    LaunchHandle handle =
        bed.launch(execution, shell(INHERIT + "sleep 600 & setsid sleep 600 & exit 0"));

    assertThat(await(handle)).isEqualTo(Ending.exited(0));
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void stop_programWithChildren_theyAreGoneToo() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed.execution();
    LaunchHandle handle =
        bed.launch(
            execution,
            shell(INHERIT + "trap '' TERM; sleep 600 & sleep 600 & : > ready; wait; wait"));
    awaitFile(execution.file("ready"));

    handle.stop(SHORT);

    await(handle);
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void stop_treeThatTriesToEscape_isGoneCompletely() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WHOLE_TREE);
    Execution execution = bed.execution();
    String end = "sh -c 'echo x >> ready; exec sleep 600'";
    LaunchHandle handle =
        bed.launch(
            execution,
            shell(
                INHERIT
                    + "trap '' TERM\n"
                    + (end + " &\n")
                    + ("setsid " + end + " &\n")
                    + ("( ( " + end + " & ) & )\n")
                    + ("env -i PATH=$PATH " + end + " &\n")
                    + ("env -i PATH=$PATH setsid " + end + " > /dev/null 2>&1 &\n")
                    + ("( ( env -i PATH=$PATH setsid " + end + " > /dev/null 2>&1 & ) & )\n")
                    + "while :; do sleep 0.1; done"));
    ContractBed.awaitLines(execution.file("ready"), 6);

    handle.stop(SHORT);

    await(handle);
    assertThat(isGone(execution)).isTrue();
  }

  @Test
  void exit_mainLeavesDaemonsBehind_theyAreGone() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WHOLE_TREE);
    Execution execution = bed.execution();
    String daemon =
        "( ( env -i PATH=$PATH setsid sh -c 'echo x >> ready; exec sleep 600' > /dev/null 2>&1"
            + " & ) & )\n";

    LaunchHandle handle =
        bed.launch(
            execution,
            shell(INHERIT + daemon + "while [ ! -s ready ]; do sleep 0.02; done; exit 9"));

    assertThat(await(handle)).isEqualTo(Ending.exited(9));
    assertThat(isGone(execution)).isTrue();
  }

  /** What begins so, and everything that it starts, has a FIFO open until its end. */
  private static final String INHERIT = "mkfifo alive; exec 9<>alive\n";

  private static boolean isGone(Execution execution) throws Exception {
    return ContractBed.isAbandoned(execution.file("alive"), Duration.ofSeconds(2));
  }

  // ---- logs

  @Test
  void output_scriptReopensItsStreams_losesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.LOG_FILES);
    Execution execution = bed.execution();

    await(
        bed.launch(
            execution,
            shell("echo one; echo two > /dev/stdout; echo three >&2; echo four > /dev/stderr")));

    assertThat(execution.stdout()).hasContent("one\ntwo\n");
    assertThat(execution.stderr()).hasContent("three\nfour\n");
  }

  @Test
  void output_pastTheLimit_isRolledAndNothingLost() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.LOG_FILES);
    Execution execution = bed.execution();
    LaunchSpec usual = bed.spec(execution, shell("seq 1 100000"));

    await(bed.launch(execution, withStdout(usual, new LogTarget(execution.stdout(), 100_000, 9))));

    assertThat(lines(execution, 9)).hasSize(100_000).startsWith("1", "2").endsWith("100000");
    assertThat(execution.stdout()).satisfies(file -> assertThat(Files.size(file)).isPositive());
  }

  @Test
  void output_longPastTheLimit_keepsTheNewestAndStaysBounded() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.LOG_FILES);
    Execution execution = bed.execution();
    LaunchSpec usual = bed.spec(execution, shell("seq 1 100000"));

    await(bed.launch(execution, withStdout(usual, new LogTarget(execution.stdout(), 50_000, 2))));

    assertThat(lines(execution, 2)).contains("99000").endsWith("99999", "100000");
    assertThat(execution.directory().resolve("logs/stdout.3")).doesNotExist();
    for (String name : List.of("stdout", "stdout.1", "stdout.2")) {
      assertThat(Files.size(execution.directory().resolve("logs").resolve(name)))
          .isLessThanOrEqualTo(60_000);
    }
  }

  private static List<String> lines(Execution execution, int rolled) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = rolled; i >= 0; i--) {
      Path file = execution.directory().resolve("logs").resolve(i == 0 ? "stdout" : "stdout." + i);
      if (Files.exists(file)) {
        all.write(Files.readAllBytes(file));
      }
    }
    return all.toString(java.nio.charset.StandardCharsets.UTF_8).lines().toList();
  }

  // ---- after the worker's restart

  @Test
  void reattach_stillRunning_tellsTheEndThatFollows() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    bed.launch(
        execution,
        shell(
            "echo before; : > ready; while [ ! -e go ]; do sleep 0.05; done; echo after; exit 8"));
    awaitFile(execution.file("ready"));

    bed.restart();
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());

    assertThat(found).isInstanceOf(Reattached.Running.class);
    LaunchHandle handle = bed.stopLater(((Reattached.Running) found).handle());
    assertThat(handle.exit().toCompletableFuture()).isNotDone();
    Files.createFile(execution.file("go"));
    assertThat(await(handle)).isEqualTo(Ending.exited(8));
    assertThat(execution.stdout()).hasContent("before\nafter\n");
  }

  @Test
  void reattach_endedMeanwhile_tellsHow() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    bed.launch(
        execution, shell(INHERIT + ": > ready; while [ ! -e go ]; do sleep 0.05; done; exit 11"));
    awaitFile(execution.file("ready"));

    bed.launcher().close();
    Files.createFile(execution.file("go"));
    assertThat(ContractBed.isAbandoned(execution.file("alive"), ContractBed.PATIENCE)).isTrue();
    bed.restart();
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());

    if (found instanceof Reattached.Running running) {
      // It may still be at writing down the end.
      assertThat(await(running.handle())).isEqualTo(Ending.exited(11));
    } else {
      assertThat(found).isEqualTo(new Reattached.Ended(Ending.exited(11)));
    }
  }

  @Test
  void reattach_afterTheEndWasTold_tellsItAgain() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    await(bed.launch(execution, shell("exit 12")));

    bed.restart();

    assertThat(bed.launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.Ended(Ending.exited(12)));
  }

  @Test
  void stop_afterReattach_isCarriedOut() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    bed.launch(execution, shell(DEAF));
    awaitFile(execution.file("ready"));
    bed.restart();
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());
    assertThat(found).isInstanceOf(Reattached.Running.class);
    LaunchHandle handle = bed.stopLater(((Reattached.Running) found).handle());

    handle.stop(SHORT);

    assertThat(await(handle).stop()).contains(StopKind.FORCED);
  }

  @Test
  void stop_launcherClosedDuringTheGrace_isCarriedOutAllTheSame() throws Exception {
    assumePromised(Promise.OUTLIVES_WORKER, Promise.ANY_PROGRAM);
    Execution execution = bed.execution();
    LaunchHandle handle = bed.launch(execution, shell(INHERIT + DEAF));
    awaitFile(execution.file("ready"));

    handle.stop(SHORT);
    bed.launcher().close();

    assertThat(ContractBed.isAbandoned(execution.file("alive"), ContractBed.PATIENCE)).isTrue();
    bed.restart();
    Reattached found = bed.launcher().reattach(execution.id(), execution.directory());
    Ending ending =
        found instanceof Reattached.Running running
            ? await(running.handle())
            : ((Reattached.Ended) found).ending();
    assertThat(ending.stop()).contains(StopKind.FORCED);
  }

  // ---- what the tests share

  private <T> List<T> all(List<Callable<T>> tasks) throws Exception {
    boolean together = !bed.launcher().notPromised().contains(Promise.CONCURRENT_EXECUTIONS);
    ExecutorService threads = Executors.newFixedThreadPool(together ? 16 : 1);
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

  private static LaunchSpec with(
      LaunchSpec spec, SortedMap<String, String> options, Optional<String> user) {
    return copy(spec, spec.environment(), user, options, spec.stdout());
  }

  private static LaunchSpec withEnvironment(
      LaunchSpec spec, SortedMap<String, String> environment) {
    return copy(spec, environment, spec.user(), spec.options(), spec.stdout());
  }

  private static LaunchSpec withStdout(LaunchSpec spec, LogTarget stdout) {
    return copy(spec, spec.environment(), spec.user(), spec.options(), stdout);
  }

  private static LaunchSpec copy(
      LaunchSpec spec,
      SortedMap<String, String> environment,
      Optional<String> user,
      SortedMap<String, String> options,
      LogTarget stdout) {
    return new LaunchSpec(
        spec.executionId(),
        spec.command(),
        environment,
        spec.workDirectory(),
        spec.resources(),
        user,
        spec.ports(),
        spec.mounts(),
        options,
        stdout,
        spec.stderr());
  }
}
