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
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.api.Test;

/** The provider, and what a launch does, refuses, or leaves behind. */
abstract class LaunchPromises extends PromiseGroup {
  private static final int AT_ONCE = 50;

  LaunchPromises(LauncherContract contract) {
    super(contract);
  }

  @Test
  void provider_name_isLowerCaseLettersDigitsAndHyphens() {
    assertThat(contract().provider().name()).matches("[a-z0-9]+(-[a-z0-9]+)*");
  }

  @Test
  void provider_spiVersion_isNotNewerThanThisSuite() {
    assertThat(contract().provider().spiVersion()).isBetween(1, LauncherProvider.SPI_VERSION);
  }

  @Test
  void create_unknownSetting_isRefusedNamingIt() {
    SortedMap<String, String> settings = new TreeMap<>(contract().settings());
    settings.put("no-such-setting", "1");
    LauncherSettings given =
        new LauncherSettings(
            "contract-2", bed().outside(), bed().outside().resolve("executions"), true, settings);

    assertThatThrownBy(() -> contract().provider().create(given).close())
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("no-such-setting");
  }

  @Test
  void declarations_askedAgain_areTheSame() {
    assertThat(launcher().notPromised()).isEqualTo(launcher().notPromised());
    assertThat(launcher().ownVariables())
        .isEqualTo(launcher().ownVariables())
        .allSatisfy(name -> assertThat(name).matches("[^=]+"));
  }

  @Test
  void launch_sameIdAgain_isRefusedAndRunsNothing() throws Exception {
    Execution execution = bed().execution();
    Command command = java("append", execution.file("runs").toString());
    await(bed().launch(execution, command));

    assertThatThrownBy(() -> bed().launch(execution, command)).isInstanceOf(LaunchException.class);

    assertThat(execution.file("runs")).hasContent("x\n");
  }

  @Test
  void launch_unknownOption_isRefusedNamingIt() {
    Execution execution = bed().execution();
    SpecDraft draft = new SpecDraft(bed().spec(execution, java("return")));
    draft.options.put("no-such-option", "1");

    assertThatThrownBy(() -> bed().launch(execution, draft.spec()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("no-such-option");

    assertNeverStarted(execution);
  }

  @Test
  void launch_interruptedThread_throwsAndLeavesNothing() throws Exception {
    Execution execution = bed().execution();

    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(
              () -> bed().launch(execution, java("append", execution.file("runs").toString())))
          .isInstanceOf(InterruptedException.class);
    } finally {
      Thread.interrupted();
    }

    assertNeverStarted(execution);
    assertThat(execution.file("runs")).doesNotExist();
  }

  @Test
  void launch_interruptedWhileItWaits_isThroughOrLeavesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    for (int i = 0; i < 20; i++) {
      Execution execution = bed().execution();
      CountDownLatch begun = new CountDownLatch(1);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<Optional<LaunchHandle>> launch =
          thread.submit(
              () -> {
                begun.countDown();
                try {
                  return Optional.of(bed().launch(execution, shell(": > ran; exit 6")));
                } catch (InterruptedException e) {
                  return Optional.empty();
                }
              });
      begun.await();
      thread.shutdownNow();

      Optional<LaunchHandle> handle =
          launch.get(ContractBed.PATIENCE.toSeconds(), TimeUnit.SECONDS);

      if (handle.isPresent()) {
        assertThat(await(handle.get()).status()).isEqualTo(new ExitStatus.Exited(6));
      } else {
        assertNeverStarted(execution);
        assertThat(execution.file("ran")).doesNotExist();
      }
    }
  }

  @Test
  void launch_unknownProgram_throwsNamingItAndLeavesNothing() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    assertNotLaunched(bed().execution(), "/no/such/program");
    assertNotLaunched(bed().execution(), "no-such-program");
  }

  @Test
  void launch_fileThatIsNoProgram_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    for (String content : List.of("#!/no/such/interpreter\n", "\1\2\3\4")) {
      Execution execution = bed().execution();
      Path program = Files.writeString(execution.file("program"), content);
      program.toFile().setExecutable(true);
      assertNotLaunched(execution, program.toString());
    }
  }

  @Test
  void launch_fileThatIsNotExecutable_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    Path program = Files.writeString(execution.file("program"), "#!/bin/sh\n");

    assertNotLaunched(execution, program.toString());
  }

  private void assertNotLaunched(Execution execution, String program) throws Exception {
    if (!isPromised(Promise.START_CONFIRMED)) {
      LaunchHandle handle;
      try {
        handle = bed().launch(execution, program(program));
      } catch (LaunchException refused) {
        assertThat(refused).hasMessageContaining(program);
        assertNeverStarted(execution);
        return;
      }
      assertThat(await(handle).status().isSuccess()).isFalse();
      return;
    }
    assertThatThrownBy(() -> bed().launch(execution, program(program)))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(program);
    assertNeverStarted(execution);
  }

  @Test
  void launch_noWorkDirectory_throwsNamingIt() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WORKING_DIRECTORY);
    Execution execution = bed().execution();
    Files.delete(execution.work());

    assertThatThrownBy(() -> bed().launch(execution, shell("exit 0")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(execution.work().toString());

    assertNeverStarted(execution);
  }

  @Test
  void launch_asAnotherUser_isRefusedUnlessPromised() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    Execution execution = bed().execution();
    bed().openToOthers(execution);
    SpecDraft draft = new SpecDraft(bed().spec(execution, shell(": > mine")));
    String other = contract().otherUser();
    draft.user = Optional.of(other);

    if (isPromised(Promise.OTHER_USER)) {
      assertThat(await(bed().launch(execution, draft.spec()))).isEqualTo(Ending.exited(0));
      assertThat(Files.getOwner(execution.file("mine")).getName()).isEqualTo(other);
    } else {
      assertThatThrownBy(() -> bed().launch(execution, draft.spec()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining(other);
      assertNeverStarted(execution);
    }
  }

  @Test
  void launch_manyAtOnce_allRunTogether() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.CONCURRENT_EXECUTIONS);
    List<Execution> executions = new ArrayList<>();
    List<Callable<LaunchHandle>> launches = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      Execution execution = bed().execution();
      executions.add(execution);
      launches.add(() -> launchAtGate(execution, ": > ready; " + WAIT + "; exit 7"));
    }

    List<LaunchHandle> handles = all(launches);

    executions.forEach(execution -> awaitFile(execution.file("ready")));
    for (Execution execution : executions) {
      ContractBed.release(execution);
    }
    for (LaunchHandle handle : handles) {
      assertThat(await(handle)).isEqualTo(Ending.exited(7));
    }
  }

  @Test
  void usage_whileItRunsAndAfterItsEnd_isToldOrUnknown() throws Exception {
    assumePromised(Promise.OWN_PROCESS);
    Execution execution = bed().execution();
    LaunchHandle handle = bed().launch(execution, java("await", execution.file("go").toString()));

    assertPlausible(handle);
    Files.createFile(execution.file("go"));
    await(handle);

    assertPlausible(handle);
  }

  private static void assertPlausible(LaunchHandle handle) {
    assertThat(handle.usage().cpuTime().map(time -> time.isNegative()))
        .isNotEqualTo(Optional.of(true));
    assertThat(handle.usage().memoryBytes().orElse(0)).isNotNegative();
    assertThat(handle.processId().orElse(1)).isPositive();
  }

  private void assertNeverStarted(Execution execution) {
    assertThat(launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.NeverStarted());
  }
}
