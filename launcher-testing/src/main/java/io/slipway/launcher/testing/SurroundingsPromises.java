package io.slipway.launcher.testing;

import static io.slipway.launcher.testing.ContractBed.await;
import static io.slipway.launcher.testing.ContractBed.java;
import static io.slipway.launcher.testing.ContractBed.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.Mount;
import io.slipway.launcher.Promise;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a process finds: arguments, environment, directory, files, ports, limits. */
abstract class SurroundingsPromises extends PromiseGroup {
  SurroundingsPromises(LauncherContract contract) {
    super(contract);
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
    Execution execution = bed().execution();
    List<String> all = new ArrayList<>(List.of("arguments", execution.file("seen").toString()));
    all.addAll(arguments);

    Ending ending = await(bed().launch(execution, java(all.toArray(String[]::new))));

    assertThat(ending).isEqualTo(Ending.exited(0));
    assertThat(ContractProgram.read(execution.file("seen"))).isEqualTo(arguments);
  }

  @Test
  void environment_ofProgram_isExactlyTheOneGiven() throws Exception {
    assumePromised(Promise.EXACT_ENVIRONMENT);
    SortedMap<String, String> given = new TreeMap<>();
    given.put("EMPTY", "");
    given.put("a.b", "dots");
    given.put("QUOTED", "a 'b' \"c\" $d");
    given.put("LINES", "one\ntwo\n");
    given.put("IFS", ":");
    given.put("UNICODE", "Grüße 世界");

    SortedMap<String, String> seen = environment(given);

    given.putAll(bed().execution().environment());
    for (SortedMap<String, String> map : List.of(given, seen)) {
      map.keySet().removeAll(launcher().ownVariables());
      // These differ from one execution to the next.
      map.keySet().removeAll(List.of("HOME", "SLIPWAY_EXECUTION_ID"));
    }
    assertThat(seen).isEqualTo(given);
  }

  @Test
  void environment_variablesThatTheLauncherSets_areThoseThatItDeclares() throws Exception {
    assumePromised(Promise.EXACT_ENVIRONMENT);
    SortedMap<String, String> seen = environment(Collections.emptySortedMap());

    seen.keySet().removeAll(bed().execution().environment().keySet());

    assertThat(launcher().ownVariables()).containsAll(seen.keySet());
  }

  /** What a program sees that is given this beside the usual. */
  private SortedMap<String, String> environment(SortedMap<String, String> given) throws Exception {
    Execution execution = bed().execution();
    SpecDraft draft =
        new SpecDraft(
            bed().spec(execution, java("environment", execution.file("seen").toString())));
    draft.environment.putAll(given);

    await(bed().launch(execution, draft.spec()));

    SortedMap<String, String> seen = new TreeMap<>();
    for (String variable : ContractProgram.read(execution.file("seen"))) {
      int end = variable.indexOf('=');
      seen.put(variable.substring(0, end), variable.substring(end + 1));
    }
    return seen;
  }

  @Test
  void workDirectory_ofProgram_isTheOneGiven() throws Exception {
    assumePromised(Promise.WORKING_DIRECTORY);
    Execution execution = bed().execution();

    await(bed().launch(execution, java("directory", execution.file("seen").toString())));

    assertThat(ContractProgram.read(execution.file("seen")))
        .containsExactly(execution.work().toRealPath().toString());
  }

  @Test
  void files_inTheWorkDirectory_areReadAndWrittenByRelativePath() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.WORKING_DIRECTORY);
    Execution execution = bed().execution();
    Files.writeString(execution.file("in"), "what was brought\n");

    await(bed().launch(execution, shell("read -r line < in; echo \"$line\" > out")));

    assertThat(execution.file("out")).hasContent("what was brought\n");
  }

  @Test
  void standardInput_ofProgram_isAtItsEnd() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);

    assertThat(await(bed().launch(bed().execution(), shell("read -r line && exit 3; exit 4"))))
        .isEqualTo(Ending.exited(4));
  }

  @Test
  void mount_ofDirectoryAndFile_isThereAtItsPath() throws Exception {
    assumePromised(Promise.ANY_PROGRAM);
    Execution execution = bed().execution();
    Path directory = Files.createDirectory(bed().outside().resolve(execution.id() + "-shared"));
    Path file = Files.writeString(bed().outside().resolve(execution.id() + "-in"), "outside\n");
    String script = "read -r line < '" + file + "'; echo \"$line\" > '" + directory + "/out'";

    Ending ending =
        await(
            bed()
                .launch(
                    execution,
                    mounting(execution, script, new Mount(directory, false), new Mount(file, true))
                        .spec()));

    assertThat(ending).isEqualTo(Ending.exited(0));
    assertThat(directory.resolve("out")).hasContent("outside\n");
  }

  @Test
  void mount_forReadingOnly_cantBeChanged() throws Exception {
    assumePromised(Promise.ANY_PROGRAM, Promise.READ_ONLY_MOUNTS);
    Execution execution = bed().execution();
    Path file = Files.writeString(bed().outside().resolve(execution.id() + "-kept"), "as it was\n");
    String script = "echo changed > '" + file + "'";

    Ending ending =
        await(bed().launch(execution, mounting(execution, script, new Mount(file, true)).spec()));

    assertThat(ending.status().isSuccess()).isFalse();
    assertThat(file).hasContent("as it was\n");
  }

  private SpecDraft mounting(Execution execution, String script, Mount... mounts) {
    SpecDraft draft = new SpecDraft(bed().spec(execution, shell(script)));
    draft.mounts.addAll(List.of(mounts));
    return draft;
  }

  @Test
  void ports_ofProgramThatListens_areReached() throws Exception {
    assumePromised(Promise.NAMED_PORTS);
    Execution execution = bed().execution();
    InetAddress host = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, host)) {
      port = free.getLocalPort();
    }
    SpecDraft draft = new SpecDraft(bed().spec(execution, java("serve", String.valueOf(port))));
    draft.ports.put("page", new HostPort(host.getHostAddress(), port));

    LaunchHandle handle = bed().launch(execution, draft.spec());

    ContractBed.await(() -> saysHello(host, port), "nobody was reached at port " + port);
    assertThat(await(handle)).isEqualTo(Ending.exited(0));
  }

  /** An engine may accept connections before the program does, and break them off. */
  private static boolean saysHello(InetAddress host, int port) {
    try (Socket socket = new Socket(host, port)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .equals("hello");
    } catch (IOException notYet) {
      return false;
    }
  }

  @Test
  void limits_memoryUsedUp_isToldAsSuch() throws Exception {
    assumePromised(Promise.RESOURCE_LIMITS);
    Execution execution = bed().execution();
    Command.Jvm greedy = java("allocate", "1024");
    List<String> options = new ArrayList<>(greedy.options());
    options.add("-XX:MaxDirectMemorySize=2g");
    SpecDraft draft =
        new SpecDraft(
            bed()
                .spec(
                    execution,
                    new Command.Jvm(
                        greedy.mainClass(), greedy.classPath(), options, greedy.arguments())));
    draft.resources = new Resources(1, 256L << 20);

    Ending ending = await(bed().launch(execution, draft.spec()));

    assertThat(ending.memoryExhausted()).isTrue();
    assertThat(ending.status()).isEqualTo(new ExitStatus.Signalled(Signals.KILL));
    assertThat(ending.stop()).isEmpty();
  }

  @Test
  void limits_killedWithMemoryLeft_isNotToldAsMemoryUsedUp() throws Exception {
    assumePromised(Promise.RESOURCE_LIMITS, Promise.ANY_PROGRAM);

    Ending ending = await(bed().launch(bed().execution(), shell("kill -9 $$")));

    assertThat(ending.memoryExhausted()).isFalse();
  }

  @Test
  void limits_processors_areNoMoreThanTheCoresReserved() throws Exception {
    assumePromised(Promise.RESOURCE_LIMITS);
    Execution execution = bed().execution();

    await(bed().launch(execution, java("processors", execution.file("seen").toString())));

    assertThat(ContractProgram.read(execution.file("seen"))).containsExactly("1");
  }
}
