package io.slipway.launcher.docker;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Reattached;
import io.slipway.launcher.RecordFile;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.model.StopKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers have beside the contract: images, mounts, networks, and their own troubles. */
@Tag("docker")
class ITDockerLauncher {
  @TempDir static Path allowed;
  @TempDir static Path forbidden;

  private static DockerBed bed;

  @BeforeAll
  static void open() throws Exception {
    TestEngine.assumeThere();
    bed = new DockerBed(TestEngine.SOCKET, Map.of("mounts", allowed.toRealPath().toString()));
  }

  @AfterAll
  static void close() throws Exception {
    if (bed != null) {
      bed.close();
    }
  }

  @AfterEach
  void stopWhatIsLeft() throws Exception {
    bed.contract().stopAll();
  }

  private static LaunchSpec with(
      ContractBed.Execution execution, Command command, Map<String, String> options) {
    return bed.spec(execution, command, options, Map.of(), Map.of());
  }

  private void assertRefused(ContractBed.Execution execution, LaunchSpec spec, String... words)
      throws Exception {
    assertThatThrownBy(() -> bed.contract().launch(execution, spec))
        .isInstanceOf(LaunchException.class)
        .message()
        .contains(words);
    assertThat(bed.contract().launcher().reattach(execution.id(), execution.directory()))
        .isEqualTo(new Reattached.NeverStarted());
    assertThat(stateOf(execution)).isEmpty();
  }

  private Optional<Engine.State> stateOf(ContractBed.Execution execution) throws EngineException {
    try (Engine engine = bed.engine()) {
      return engine.state(bed.containerOf(execution));
    }
  }

  // ---- images

  @Test
  void image_missingAndNeverPulled_isRefusedNamingIt() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    assertRefused(
        execution,
        with(execution, shell("exit 0"), Map.of("image", "no-such-image:7", "pull", "never")),
        "there is no image 'no-such-image:7' on this worker");
  }

  @Test
  void image_registryThatIsNotThere_isRefusedNamingIt() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    assertRefused(
        execution,
        with(execution, shell("exit 0"), Map.of("image", "127.0.0.1:1/no-such-image:7")),
        "there is no image '127.0.0.1:1/no-such-image:7' on this worker, and it can't be pulled");
  }

  @Test
  void option_unknown_isRefusedNamingWhatThereIs() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    assertRefused(
        execution,
        with(execution, shell("exit 0"), Map.of("imgae", "x")),
        "no option 'imgae'",
        "image, java, mounts, network, pull");
  }

  @Test
  void program_whoseInterpreterIsNotExecutable_isNotStartedWithTheReasonOfTheInit()
      throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    Path interpreter = Files.writeString(execution.file("interpreter"), "");
    Path program = Files.writeString(execution.file("script"), "#!" + interpreter + "\n");
    program.toFile().setExecutable(true);

    Ending ending =
        await(bed.contract().launch(execution, new Command.Program(List.of(program.toString()))));

    assertThat(ending.status()).isInstanceOf(ExitStatus.NotStarted.class);
    assertThat(ending.status().toString()).contains(program.toString(), "Permission denied");
  }

  // ---- the name

  @Test
  void name_takenByAnotherContainer_isRefusedAndThatIsLeftAlone() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    try (Engine engine = bed.engine()) {
      makeContainer(engine, bed.containerOf(execution), "somebody", "something");
      try {
        assertThatThrownBy(
                () -> bed.contract().launch(execution, with(execution, shell("exit 0"), Map.of())))
            .isInstanceOf(LaunchException.class)
            .hasMessageContaining(bed.containerOf(execution))
            .hasMessageContaining("already");
        assertThat(engine.state(bed.containerOf(execution))).isPresent();
        assertThat(bed.contract().launcher().reattach(execution.id(), execution.directory()))
            .isEqualTo(new Reattached.NeverStarted());
      } finally {
        engine.remove(bed.containerOf(execution));
      }
    }
  }

  private static void makeContainer(Engine engine, String name, String worker, String execution)
      throws Exception {
    engine.create(
        new ContainerRequest(
            name,
            TestEngine.image(),
            Map.of(Engine.WORKER_LABEL, worker, Engine.EXECUTION_LABEL, execution),
            List.of("/bin/sleep", "600"),
            Map.of(),
            allowed,
            List.of(),
            "0:0",
            1,
            64L << 20,
            null));
  }

  /** As after an engine's death during the start, which it may have forgotten. */
  @Test
  void reattach_startedAndSaidToBeOnlyMade_isUnknown() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    ContainerFiles files = new ContainerFiles(execution.directory());
    String name = bed.containerOf(execution);
    files.createLaunch(
        new ContainerFiles.Launch(
            name,
            new LogTarget(execution.stdout(), 1 << 20, 1),
            new LogTarget(execution.stderr(), 1 << 20, 1)));
    files.writeStarted();
    try (Engine engine = bed.engine()) {
      makeContainer(engine, name, bed.contract().owner(), execution.id().toString());
    }

    assertThat(bed.contract().launcher().reattach(execution.id(), execution.directory()))
        .isInstanceOf(Reattached.Unknown.class);
    assertThat(stateOf(execution)).isEmpty();
  }

  @Test
  void strays_ofThisWorker_areRemovedAndOthersAreNot() throws Exception {
    // Only a worker that has had containers looks for strays.
    await(bed.contract().launch(bed.contract().execution(), shell("exit 0")));
    String owner = bed.contract().owner();
    String stray = "slipway-" + owner + "-app-20261122-0009-e1";
    String foreign = "slipway-stranger-app-20261122-0009-e1";
    try (Engine engine = bed.engine()) {
      try {
        makeContainer(engine, stray, owner, "app-20261122-0009-e1");
        engine.start(stray);
        makeContainer(engine, foreign, "stranger", "app-20261122-0009-e1");

        bed.contract().restart();

        assertThat(engine.state(stray)).isEmpty();
        assertThat(engine.state(foreign)).isPresent();
      } finally {
        engine.remove(stray);
        engine.remove(foreign);
      }
    }
  }

  @Test
  void container_afterItsEnd_isRemoved() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    await(bed.contract().launch(execution, shell("exit 0")));

    assertThat(stateOf(execution)).isEmpty();
  }

  @Test
  void container_removedByHand_isLost() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle = bed.contract().launch(execution, shell("sleep 600"));

    try (Engine engine = bed.engine()) {
      engine.remove(bed.containerOf(execution));
    }

    assertThat(await(handle).status()).isInstanceOf(ExitStatus.Lost.class);
    assertThat(await(handle).status().toString()).contains("was removed");
  }

  // ---- mounts

  @Test
  void mounts_allowed_areThereAndReadOnlyUnlessAskedOtherwise() throws Exception {
    Path shared = allowed.toRealPath();
    Files.writeString(shared.resolve("in"), "shared\n");
    Path writable = Files.createDirectories(shared.resolve("writable"));
    ContractBed.Execution execution = bed.contract().execution();
    String script =
        "read -r l < "
            + shared
            + "/in; echo \"$l\" > "
            + writable
            + "/out; (echo x > "
            + shared
            + "/no) 2> /dev/null && exit 1; exit 0";

    Ending ending =
        await(
            bed.contract()
                .launch(
                    execution,
                    with(
                        execution,
                        shell(script),
                        Map.of("mounts", shared + "," + writable + ":rw"))));

    assertThat(ending).isEqualTo(Ending.exited(0));
    assertThat(writable.resolve("out")).hasContent("shared\n");
    assertThat(shared.resolve("no")).doesNotExist();
  }

  @Test
  void mounts_notAllowedOrLeadingThere_areRefused() throws Exception {
    Path outside = forbidden.toRealPath();
    Path link = Files.createSymbolicLink(allowed.toRealPath().resolve("link"), outside);
    for (String mount : List.of(outside.toString(), link.toString(), allowed + "/../..")) {
      ContractBed.Execution execution = bed.contract().execution();
      assertRefused(
          execution, with(execution, shell("exit 0"), Map.of("mounts", mount)), "'" + mount + "'");
    }
  }

  // ---- memory

  @Test
  void memory_usedUpByAChild_isSaidBesideTheProgramsOwnCode() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    String script = "dd if=/dev/zero of=/dev/null bs=1000M count=1 2> /dev/null; exit 5";

    Ending ending =
        await(bed.contract().launch(execution, with(execution, shell(script), Map.of())));

    assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(5));
    assertThat(ending.memoryExhausted()).isFalse();
    assertThat(ending.cause()).contains("used up its memory");
  }

  /**
   * What is asked where the state says nothing of memory, since the engine heard of it too late.
   */
  @Test
  void memory_usedUp_isAnEventOfTheEngineTooAndAKillIsNot() throws Exception {
    ContractBed.Execution greedy = bed.contract().execution();
    ContractBed.Execution killed = bed.contract().execution();

    await(
        bed.contract()
            .launch(
                greedy,
                with(
                    greedy,
                    shell("exec dd if=/dev/zero of=/dev/null bs=1000M count=1"),
                    Map.of())));
    await(bed.contract().launch(killed, with(killed, shell("kill -9 $$"), Map.of())));

    try (Engine engine = bed.engine()) {
      assertThat(engine.ranOutOfMemory(bed.containerOf(greedy))).isTrue();
      assertThat(engine.ranOutOfMemory(bed.containerOf(killed))).isFalse();
    }
  }

  // ---- networks

  private static Map<String, String> listening(String insecure) {
    Map<String, String> variables = new TreeMap<>();
    variables.put(SlipwayEnvironment.LISTEN, "127.0.0.1:0");
    variables.put(SlipwayEnvironment.ADVERTISE, "127.0.0.1:0");
    variables.put(SlipwayEnvironment.INSECURE, insecure);
    return variables;
  }

  @Test
  void bridge_workerWithoutInsecure_isRefused() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    assertRefused(
        execution,
        bed.spec(
            execution, shell("exit 0"), Map.of("network", "bridge"), listening("false"), Map.of()),
        "start the worker with --insecure");
  }

  @Test
  void bridge_driverAtLoopback_isRefused() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    Map<String, String> variables = listening("true");
    variables.put(SlipwayEnvironment.DRIVER, "127.0.0.1:4711");

    assertRefused(
        execution,
        bed.spec(execution, shell("exit 0"), Map.of("network", "bridge"), variables, Map.of()),
        "can't reach its driver at 127.0.0.1:4711");
  }

  @Test
  void bridge_namedPort_isReached() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    InetAddress host = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, host)) {
      port = free.getLocalPort();
    }
    LaunchHandle handle =
        bed.contract()
            .launch(
                execution,
                bed.spec(
                    execution,
                    ContractBed.java("serve", String.valueOf(port)),
                    Map.of("network", "bridge"),
                    listening("true"),
                    Map.of("page", new HostPort("127.0.0.1", port))));

    ContractBed.await(() -> saysHello(host, port), "nobody was reached at port " + port);
    assertThat(await(handle)).isEqualTo(Ending.exited(0));
  }

  private static boolean saysHello(InetAddress host, int port) {
    try (Socket socket = new Socket(host, port)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .equals("hello");
    } catch (IOException notYet) {
      return false;
    }
  }

  @Test
  void bridge_addresses_areThoseOfThePublishedPort() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();

    await(
        bed.contract()
            .launch(
                execution,
                bed.spec(
                    execution,
                    shell("echo $SLIPWAY_LISTEN $SLIPWAY_ADVERTISE {{SLIPWAY_ADVERTISE}}"),
                    Map.of("network", "bridge"),
                    listening("true"),
                    Map.of())));

    assertThat(Files.readString(execution.stdout()))
        .matches("0\\.0\\.0\\.0:(\\d+) 127\\.0\\.0\\.1:\\1 127\\.0\\.0\\.1:\\1\n");
  }

  // ---- the keeper

  @Test
  void keeperKilled_whileAContainerRuns_anotherGoesOn() throws Exception {
    ContractBed.Execution execution = bed.contract().execution();
    LaunchHandle handle =
        bed.contract()
            .launch(
                execution,
                shell(
                    "echo before; : > ready; while [ ! -e go ]; do sleep 0.1; done; echo after;"
                        + " : > said; trap '' TERM; while :; do sleep 0.1; done"));
    ContractBed.awaitFile(execution.file("ready"));
    ContractBed.awaitLines(execution.stdout(), 1);
    Path copier = execution.directory().resolve("launcher/copier");
    Map<String, String> first = RecordFile.read(copier);

    ProcessHandle.of(Long.parseLong(first.get("pid"))).orElseThrow().destroyForcibly();

    ContractBed.await(
        () -> {
          try {
            return !RecordFile.read(copier).equals(first)
                && Files.readString(execution.stderr()).contains("output may be missing");
          } catch (IOException notYet) {
            return false;
          }
        },
        "no other keeper has taken over");
    Files.createFile(execution.file("go"));
    ContractBed.awaitFile(execution.file("said"));
    handle.stop(Duration.ofMillis(100));
    assertThat(await(handle).stop()).contains(StopKind.FORCED);
    assertThat(Files.readString(execution.stdout())).startsWith("before\n");
  }
}
