package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command against a real cluster, in both deploy modes. */
class ITSubmit {
  @TempDir static Path directory;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new TestCluster(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void describe_bothModes_differExactlyAsDocumented() throws Exception {
    Path file = Files.writeString(directory.resolve("rules.txt"), "one rule\n");
    List<String> flags =
        List.of(
            "--class",
            "io.slipway.examples.Describe",
            "--file",
            file.toString(),
            "--env",
            "COLOUR=blue and green",
            "--java-option",
            "-Dexample.greeting=hello");
    List<String> program = List.of(cluster.examples(), "first", "second argument", "");

    TestCluster.Run client = submit(flags, program, "--deploy-mode", "client");
    TestCluster.Run onCluster = submit(flags, program, "--deploy-mode", "cluster", "--follow");
    Map<String, String> inClientMode = described(client);
    Map<String, String> inClusterMode = described(onCluster);

    Set<String> different = new TreeSet<>();
    inClientMode.forEach(
        (name, value) -> {
          if (!value.equals(inClusterMode.get(name))) {
            different.add(name);
          }
        });
    assertThat(inClientMode.keySet()).isEqualTo(inClusterMode.keySet());
    assertThat(inClientMode)
        .containsEntry("environment COLOUR", "blue and green")
        .containsEntry("property example.greeting", "hello")
        .containsEntry("argument 2", "second argument")
        .containsEntry("argument 3", "")
        .containsEntry("standard input", "at its end")
        .containsEntry("environment SLIPWAY_DEPLOY_MODE", "client")
        .containsKey("file rules.txt");
    assertThat(different).isEqualTo(documentedDifferences());
  }

  private static TestCluster.Run submit(List<String> flags, List<String> program, String... more)
      throws Exception {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    all.addAll(program);
    TestCluster.Run run = cluster.command("submit", all.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private static Map<String, String> described(TestCluster.Run run) {
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : run.out().split("\n")) {
      int equals = line.indexOf(" = ");
      if (equals > 0) {
        lines.put(line.substring(0, equals), line.substring(equals + 3));
      }
    }
    return lines;
  }

  /** The names in the first column of the table of differences. */
  private static Set<String> documentedDifferences() throws IOException {
    Path document = Path.of(System.getProperty("slipway.documents"), "deploy-modes.md");
    Pattern row = Pattern.compile("\\| `([^`]+)` \\|.*");
    Set<String> names = new TreeSet<>();
    boolean differences = false;
    for (String line : Files.readAllLines(document)) {
      Matcher matcher = row.matcher(line);
      differences |= line.equals("## What is different");
      if (differences && matcher.matches()) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void exitCode_ofTheDriver_isThatOfTheCommand(String mode) throws Exception {
    Map<String, Integer> expected = new LinkedHashMap<>();
    for (int code : new int[] {0, 1, 3, 137, 255}) {
      expected.put("exit " + code, code);
    }
    expected.put("kill -9 $$", 137);
    expected.put("kill -15 $$", 143);

    List<Integer> codes = new ArrayList<>();
    for (String script : expected.keySet()) {
      codes.add(cluster.submit(mode, "--wait", "--", "sh", "-c", "echo out; " + script).code());
    }

    assertThat(codes).isEqualTo(List.copyOf(expected.values()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void exitCode_ofSystemExit_isThatOfTheCommand(String mode) throws Exception {
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--deploy-mode",
            mode,
            "--follow",
            "--class",
            "io.slipway.examples.MonteCarloPi",
            cluster.examples(),
            "0");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("usage: MonteCarloPi");
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void output_ofTheDriver_isCompleteAndInOrder(String mode) throws Exception {
    Invocation run =
        cluster.submit(
            mode,
            "--follow",
            "--",
            "sh",
            "-c",
            "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done; echo end >&2");

    assertThat(run.code()).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("line ")))
        .hasSize(20_000)
        .last()
        .isEqualTo("line 20000");
    assertThat(run.err()).contains("end\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void executors_runTheTasksOfTheDriver(String mode) throws Exception {
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--deploy-mode",
            mode,
            "--follow",
            "--executors",
            "2",
            "--class",
            "io.slipway.examples.MonteCarloPi",
            cluster.examples(),
            "10000000",
            "8");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("pi is about 3.14");
  }

  @Test
  void executorCommand_runsBesideADriverThatIsAScript() throws Exception {
    Path done = directory.resolve("done-1");
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--name",
            "shells",
            "--deploy-mode",
            "cluster",
            "--wait",
            "--executors",
            "2",
            "--executor-command",
            "sh -c 'echo I am {{SLIPWAY_EXECUTOR_NUMBER}}; exec sleep 300'",
            "--",
            "sh",
            "-c",
            "while ! [ -e " + done + " ]; do sleep 0.1; done");
    String id = run.awaitOut("app-");

    Awaitility.await()
        .atMost(TestCluster.LONG)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> cluster.status("app-" + id).get("executorsRunning").getAsInt() == 2);
    Invocation log = cluster.command("logs", "app-" + id, "--executor", "2").told();
    assertThat(log.code()).as(log.err()).isZero();
    assertThat(log.out()).isEqualTo("I am 2\n");
    Files.createFile(done);
    assertThat(run.exitCode()).isZero();

    JsonObject status = cluster.status("app-" + id);
    assertThat(status.get("state").getAsString()).isEqualTo("SUCCEEDED");
    for (JsonElement execution : status.getAsJsonArray("executions")) {
      assertThat(execution.getAsJsonObject().get("state").getAsString()).isEqualTo("ENDED");
    }
  }

  @Test
  void requestId_twice_isOneApplication() throws Exception {
    String[] line = {
      "--name", "once", "--request-id", "same-id", "--deploy-mode", "cluster", "--", "true"
    };

    Invocation first = cluster.asked("submit", line);
    Invocation second = cluster.asked("submit", line);
    line[line.length - 1] = "false";
    Invocation other = cluster.asked("submit", line);

    assertThat(first.out()).startsWith("app-").isEqualTo(second.out());
    assertThat(cluster.idOf("once")).isEqualTo(first.out().strip());
    assertThat(other.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(other.err()).contains("--request-id same-id");
  }

  @Test
  void requestId_ofAClientModeApplicationThatHasADriver_startsNoOther() throws Exception {
    String[] line = {"--name", "once-here", "--request-id", "same-here", "--", "true"};
    assertThat(cluster.command("submit", line).exitCode()).isZero();

    TestCluster.Run second = cluster.command("submit", line);

    assertThat(second.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(second.err()).contains("--request-id same-here", cluster.idOf("once-here"));
  }

  @Test
  void requestId_inTwoClientModeCommandsAtOnce_startsOneDriver() throws Exception {
    Path started = Files.createFile(directory.resolve("started-at-once"));
    String[] line = {
      "--name", "at-once", "--request-id", "at-once", "--", "sh", "-c", "echo x >> " + started
    };

    TestCluster.Run one = cluster.command("submit", line);
    TestCluster.Run two = cluster.command("submit", line);

    assertThat(List.of(one.exitCode(), two.exitCode()))
        .containsExactlyInAnyOrder(0, ExitCodes.FAILED);
    assertThat(one.err() + two.err()).contains("--request-id at-once has been used for");
    assertThat(started).hasContent("x");
    JsonObject status = cluster.status(cluster.idOf("at-once"));
    assertThat(status.get("state").getAsString()).isEqualTo("SUCCEEDED");
    assertThat(status.get("startTime").isJsonNull()).isFalse();
  }

  @Test
  void executorsThatFailAtOnce_endTheCommandAlikeInBothModes() throws Exception {
    for (String mode : new String[] {"client", "cluster"}) {
      Invocation run =
          cluster.submit(
              mode,
              "--follow",
              "--executors",
              "1",
              "--executor-memory",
              "16m",
              "--executor-command",
              "false",
              "--",
              "sleep",
              "300");

      assertThat(run.code()).as(mode).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).as(mode).contains("FAILED: 10 executors failed in a row");
    }
  }

  @Test
  void timeLimit_passes_endsTheCommandAlikeInBothModes() throws Exception {
    List<Invocation> runs = new ArrayList<>();
    for (String mode : new String[] {"client", "cluster"}) {
      runs.add(
          cluster.submit(
              mode,
              "--name",
              "limited-" + mode,
              "--wait",
              "--time-limit",
              "1s",
              "--",
              "sh",
              "-c",
              "trap 'exit 0' TERM; while :; do sleep 0.1; done"));
    }

    for (Invocation run : runs) {
      assertThat(run.code()).as(run.err()).isEqualTo(124);
      assertThat(run.err()).contains("FAILED: its time limit of 1s passed");
    }
    for (String mode : new String[] {"client", "cluster"}) {
      JsonObject status = cluster.status(cluster.idOf("limited-" + mode));
      assertThat(status.get("state").getAsString()).isEqualTo("FAILED");
      assertThat(status.get("timeLimit").getAsString()).isEqualTo("1s");
      assertThat(status.get("timeLimitPassed").getAsBoolean()).isTrue();
      assertThat(status.getAsJsonObject("ending").get("code").getAsInt()).isZero();
    }
  }

  @Test
  void kill_ofAClientModeApplication_endsItsCommand() throws Exception {
    TestCluster.Run run = cluster.command("submit", "--name", "victim", "--", "sleep", "300");
    String id = cluster.awaitState("victim", "RUNNING");

    assertThat(cluster.asked("kill", id).code()).isZero();

    assertThat(run.exitCode()).isEqualTo(ExitCodes.KILLED);
    assertThat(cluster.status(id).get("state").getAsString()).isEqualTo("KILLED");
  }

  @Test
  void interrupt_ofAClientModeCommand_endsTheApplication() throws Exception {
    TestCluster.Run run = cluster.command("submit", "--name", "stopped", "--", "sleep", "300");
    String id = cluster.awaitState("stopped", "RUNNING");

    run.signal("INT");

    assertThat(run.exitCode()).isEqualTo(130);
    assertThat(cluster.awaitState("stopped", "KILLED")).isEqualTo(id);
  }

  @Test
  void killNine_ofAClientModeCommand_endsTheDriver() throws Exception {
    TestCluster.Run run =
        cluster.command("submit", "--", "sh", "-c", "echo pid $$; exec sleep 300");
    long driver = Long.parseLong(run.awaitOut("pid "));

    run.signal("KILL");

    Awaitility.await()
        .atMost(TestCluster.LONG)
        .until(() -> ProcessHandle.of(driver).map(process -> !process.isAlive()).orElse(true));
  }

  @Test
  void interrupt_whileWaiting_leavesTheApplication() throws Exception {
    Path done = directory.resolve("done-2");
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--name",
            "left",
            "--deploy-mode",
            "cluster",
            "--wait",
            "--",
            "sh",
            "-c",
            "while ! [ -e " + done + " ]; do sleep 0.1; done");
    String id = cluster.awaitState("left", "RUNNING");

    run.signal("INT");

    assertThat(run.exitCode()).isEqualTo(130);
    assertThat(run.err()).contains(id + " runs on").contains("slipway kill " + id);
    Files.createFile(done);
    cluster.awaitState("left", "SUCCEEDED");
  }

  @Test
  void uniquePrefix_isEnough() throws Exception {
    String id = cluster.submitted("--", "true");

    assertThat(cluster.status(id).get("applicationId").getAsString()).isEqualTo(id);
    Invocation unknown = cluster.asked("status", "app-1999");
    assertThat(unknown.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(unknown.err()).contains("app-1999");
    assertThat(unknown.err().lines()).hasSize(1);
  }

  @Test
  void unknownLauncher_isAClearError() throws Exception {
    Invocation run = cluster.submit("cluster", "--wait", "--launcher", "nosuch", "--", "true");

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("nosuch");
  }

  @Test
  @Tag("docker")
  void bridge_loopbackCluster_isRefusedWithWhatToDo() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of(DockerImageCommand.DEFAULT_ENGINE)),
        "there is no Docker engine at " + DockerImageCommand.DEFAULT_ENGINE);
    Invocation run =
        cluster.submit(
            "cluster",
            "--wait",
            "--launcher",
            "docker",
            "--launcher-option",
            "network=bridge",
            "--",
            "sh",
            "-c",
            "exit 0");

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("start the worker with --insecure");
  }

  @Test
  void missingProgram_isTheReasonOfTheFailure() throws Exception {
    for (String mode : List.of("client", "cluster")) {
      Invocation run = cluster.submit(mode, "--wait", "--", "no-such-program");

      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).contains("no-such-program");
    }
  }

  @Test
  void submission_overTheLimit_isRefused() throws Exception {
    String large = "x".repeat(100_000);
    Invocation run = cluster.submit("cluster", "--", "true", large, large, large);

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("--file").doesNotContain(large);
  }

  @Test
  void wrongToken_isAClearError() throws Exception {
    Path token = directory.resolve("wrong-token");
    Files.copy(cluster.tokens().resolve("user-token"), token);
    Files.writeString(token, "someone:" + "0".repeat(43) + "\n");

    Invocation run =
        Invocation.of("list", "--master", cluster.address(), "--token-file", token.toString());

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("--token-file");
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void quickstart_agreesAndStopsAll() throws Exception {
    TestCluster.Run run = cluster.command("quickstart").ended();

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("agree", "the commonest words");
    long[] processes =
        Pattern.compile("process (\\d+)")
            .matcher(run.out())
            .results()
            .mapToLong(match -> Long.parseLong(match.group(1)))
            .toArray();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(7);
    for (long process : processes) {
      assertThat(ProcessHandle.of(process)).isEmpty();
    }
  }

  @Test
  void quickstart_killedWithNine_takesAllAlong() throws Exception {
    TestCluster.Run run = cluster.command("quickstart");
    run.awaitOut("Client mode:");
    List<ProcessHandle> processes = run.processes();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(4);

    run.signal("KILL");

    Awaitility.await()
        .atMost(TestCluster.LONG)
        .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void clientMode_outputThatNobodyReads_doesNotHoldUpTheOutcome() throws Exception {
    Process run =
        cluster.piped(
            "submit", "--name", "unread", "--", "sh", "-c", "head -c 1000000 /dev/zero; exit 7");

    cluster.awaitState("unread", "FAILED");

    assertThat(run.isAlive()).isTrue();
    assertThat(run.getInputStream().readAllBytes()).hasSize(1_000_000);
    assertThat(run.waitFor()).isEqualTo(7);
  }

  @Test
  void clientMode_withoutLauncher_submitsNothingAndSaysWhy() throws Exception {
    TestCluster.Run run =
        cluster.withoutLaunchers("submit", "--name", "unlaunched", "--", "true").ended();

    assertThat(run.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("launcher 'process' is not there");
    assertThat(cluster.asked("list", "--name", "unlaunched").out()).doesNotContain("app-");
  }

  @Test
  void logs_readerThatLeaves_endsQuietly() throws Exception {
    String id = cluster.submitted("--", "head", "-c", "1000000", "/dev/zero");
    Process logs = cluster.piped("logs", "--driver", "--follow", id);

    assertThat(logs.getInputStream().read()).isZero();
    logs.getInputStream().close();

    assertThat(logs.waitFor()).isEqualTo(141);
    assertThat(logs.getErrorStream().readAllBytes()).isEmpty();
  }

  @Test
  void logs_executorThatNeverWas_saysWhereToLook() throws Exception {
    String id = cluster.submitted("--", "true");

    Invocation logs = cluster.asked("logs", id, "--executor", "7");

    assertThat(logs.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(logs.err()).contains(id + "-e7").contains("slipway status " + id);
  }

  @Test
  void executorCores_all_takesWhatTheWorkerHas() throws Exception {
    String id =
        cluster.submitted(
            "--name",
            "greedy",
            "--executors",
            "1",
            "--executor-cores",
            "all",
            "--executor-command",
            "sleep 300",
            "--",
            "sleep",
            "300");

    Awaitility.await()
        .atMost(TestCluster.LONG)
        .until(() -> cluster.status(id).get("cores").getAsInt() > 2);
    assertThat(cluster.asked("kill", id).code()).isZero();
  }

  @Test
  void list_isATableForPeople() throws Exception {
    cluster.command("submit", "--name", "shown", "--", "true").ended();

    Invocation run = cluster.asked("list");

    assertThat(run.out()).startsWith("ID ").contains("shown", "SUCCEEDED", "exited with 0");
    assertThat(cluster.asked("workers").out().lines()).hasSize(3);
  }
}
