package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at a real cluster, and end what runs there. */
class ITOperations {
  @TempDir static Path directory;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    TestCluster.configure(
        directory,
        "master.artifact-quota = 6m",
        "master.log-file = " + directory.resolve("master.log"),
        "master.log-format = json",
        "worker.log-format = json");
    cluster = new TestCluster(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void list_conditions_leaveOutTheRest() throws Exception {
    submit("listed-one", "true");
    submit("listed-two", "false");
    cluster.awaitState("listed-one", "SUCCEEDED");
    cluster.awaitState("listed-two", "FAILED");

    assertThat(names("--name", "listed-*")).containsExactly("listed-two", "listed-one");
    assertThat(names("--name", "listed-*", "--state", "failed,lost")).containsExactly("listed-two");
    assertThat(names("--name", "listed-*", "--limit", "1")).containsExactly("listed-two");
    assertThat(names("--name", "listed-*", "--owner", "nobody-*")).isEmpty();
    assertThat(names("--name", "listed-*", "--since", "1h")).hasSize(2);
    assertThat(names("--since", "2199-01-01")).isEmpty();
  }

  @Test
  void kill_byName_wantsYesWithoutATerminal() throws Exception {
    submit("killed-one", "sleep", "300");
    submit("killed-two", "sleep", "300");
    cluster.awaitState("killed-one", "RUNNING");
    cluster.awaitState("killed-two", "RUNNING");

    Invocation refused = cluster.asked("kill", "--name", "killed-*");

    assertThat(refused.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(refused.err()).contains("these 2 applications", "--yes");
    assertThat(names("--name", "killed-*", "--state", "running")).hasSize(2);

    Invocation killed = cluster.asked("kill", "--name", "killed-*", "--yes", "--output", "json");

    assertThat(killed.code()).isZero();
    assertThat(JsonParser.parseString(killed.out()).getAsJsonArray()).hasSize(2);
    cluster.awaitState("killed-one", "KILLED");
    cluster.awaitState("killed-two", "KILLED");
    Invocation again = cluster.asked("kill", "--name", "killed-*", "--yes");
    assertThat(again.code()).isZero();
    assertThat(again.out()).isEmpty();
    assertThat(again.err()).contains("no application of", "named killed-*");
  }

  @Test
  void submit_beyondTheQuota_saysWhoHoldsTheSpace() throws Exception {
    Path large = Files.write(directory.resolve("large"), new byte[4 << 20]);
    Path more = Files.write(directory.resolve("more"), new byte[3 << 20]);
    TestCluster.Run first =
        cluster.command("submit", "--name", "holder", "--file", large.toString(), "--", "true");
    assertThat(first.exitCode()).isZero();
    // Not a word of progress where nobody looks.
    assertThat(first.err()).isEmpty();

    TestCluster.Run refused = cluster.command("submit", "--file", more.toString(), "--", "true");

    assertThat(refused.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.err())
        .contains("no room for 3m more of artifacts", "quota of 6m")
        .contains("most is held by " + cluster.idOf("holder") + " of ");
  }

  @Test
  void logs_ofMasterAndWorker_areALineOfJsonForEachChange() throws Exception {
    String id = submit("logged", "sh", "-c", "exit 4");
    cluster.awaitState("logged", "FAILED");
    String driver = id + "-d1";

    List<JsonObject> master = json(Files.readAllLines(directory.resolve("master.log")));
    List<JsonObject> workers = new ArrayList<>();
    for (TestCluster.Run worker : cluster.workers()) {
      workers.addAll(json(worker.err().lines().toList()));
    }

    assertThat(states(master, "application", id, line -> !line.has("execution")))
        .containsExactly("QUEUED", "STARTING", "RUNNING", "STOPPING", "FAILED");
    assertThat(states(master, "execution", driver, line -> line.has("worker")))
        .containsExactly("LAUNCHING", "RUNNING", "ENDED");
    assertThat(master)
        .filteredOn(line -> line.has("state") && line.get("state").getAsString().equals("LIVE"))
        .extracting(line -> line.get("worker").getAsString())
        .hasSizeGreaterThanOrEqualTo(2);
    assertThat(workers)
        .filteredOn(line -> line.has("execution"))
        .filteredOn(line -> line.get("execution").getAsString().equals(driver))
        .extracting(line -> line.get("message").getAsString().replaceAll("[^A-Z]+", " ").strip())
        .containsExactly("LAUNCHING", "RUNNING", "ENDED");
  }

  private static List<JsonObject> json(List<String> lines) {
    return lines.stream().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }

  private static List<String> states(
      List<JsonObject> lines, String kind, String id, Predicate<JsonObject> wanted) {
    return lines.stream()
        .filter(line -> line.has("state") && line.has(kind))
        .filter(line -> line.get(kind).getAsString().equals(id))
        .filter(wanted)
        .map(line -> line.get("state").getAsString())
        .toList();
  }

  @Test
  void workers_wide_tellsTheVersion() throws Exception {
    Invocation run = cluster.asked("workers", "--output", "wide");

    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out()).contains("VERSION", Version.text());
  }

  @Test
  void logs_ofAll_standBehindTheirNames() throws Exception {
    Path done = directory.resolve("done");
    String id =
        submit(
            List.of(
                "--name",
                "written",
                "--executors",
                "2",
                "--min-executors",
                "2",
                "--executor-command",
                "sh -c 'echo one; echo two; echo three; echo > "
                    + done
                    + "{{SLIPWAY_EXECUTOR_NUMBER}}; exec sleep 300'"),
            "sh",
            "-c",
            "echo first; until [ -e ${0}1 ] && [ -e ${0}2 ]; do sleep 0.1; done; echo last",
            done.toString());

    TestCluster.Run followed = cluster.command("logs", id, "--follow").ended();

    assertThat(followed.exitCode()).isZero();
    assertThat(followed.out().lines())
        .contains("d1 | first", "d1 | last", "e1 | one", "e2 | three")
        .hasSize(8);
    assertThat(cluster.command("logs", id, "--tail", "1").ended().out())
        .isEqualTo("d1 | last\ne1 | three\ne2 | three\n");
    assertThat(cluster.command("logs", id, "--tail", "2", "--executor", "1").ended().out())
        .isEqualTo("two\nthree\n");
    assertThat(cluster.command("logs", id, "--since", "1h").ended().out().lines()).hasSize(8);
    assertThat(cluster.command("logs", id, "--since", "2199-01-01").ended().out()).isEmpty();
  }

  @Test
  void logs_ofAllWithoutAny_saysWhereToLook() throws Exception {
    cluster.command("submit", "--name", "outside", "--", "true").ended();
    String id = cluster.idOf("outside");

    Invocation run = cluster.asked("logs", id);

    assertThat(run.code()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("slipway status " + id);
  }

  @Test
  void status_watchInAPipe_isALineForEachChange() throws Exception {
    String id = submit("watched", "sh", "-c", "sleep 1; exit 3");

    Invocation run = cluster.asked("status", id, "--watch");

    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).allMatch(line -> line.startsWith(id + " "));
    assertThat(run.out()).contains(id + " FAILED: driver exited with 3").doesNotContain("\u001b");
  }

  @Test
  void submit_specFile_runsWhatItSays_andDryRunDoesNot() throws Exception {
    Path spec =
        Files.writeString(
            directory.resolve("spec.yaml"),
            """
            name: specified
            deploy-mode: cluster
            env: {GREETING: good day}
            command: [sh, -c, 'echo "$GREETING"']
            wait: true
            follow: true
            """);

    Invocation dry = cluster.asked("submit", "--spec", spec.toString(), "--dry-run");
    TestCluster.Run run =
        cluster.command("submit", "--spec", spec.toString(), "--env", "GREETING=hello").ended();

    JsonObject told = JsonParser.parseString(dry.out()).getAsJsonObject();
    assertThat(dry.code()).isZero();
    assertThat(told.keySet()).containsExactly("specification", "fits", "executorsNow", "reason");
    assertThat(told.get("fits").getAsString()).isEqualTo("NOW");
    JsonObject specification = told.getAsJsonObject("specification");
    assertThat(specification.get("name").getAsString()).isEqualTo("specified");
    assertThat(
            specification
                .getAsJsonObject("driver")
                .getAsJsonObject("environment")
                .get("GREETING")
                .getAsString())
        .isEqualTo("good day");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("hello");
    assertThat(names("--name", "specified")).hasSize(1);
  }

  @Test
  void config_tellsWhereEachValueComesFrom() throws Exception {
    Path other = Files.createDirectories(directory.resolve("other/slipway"));
    Path file =
        Files.writeString(
            other.resolve("slipway.conf"), "worker.cores = 3\nworker.listen = 0.0.0.0:0\n");
    Map<String, String> environment =
        Map.of("XDG_CONFIG_HOME", other.getParent().toString(), "SLIPWAY_WORKER_MEMORY", "3g");

    TestCluster.Run run =
        cluster.startIn(
            environment, "config", "--effective", "--output", "json", "worker", "--label", "a=b");
    TestCluster.Run worker =
        cluster.startIn(
            environment,
            "worker",
            "--master",
            cluster.address(),
            "--token-dir",
            cluster.tokens().toString(),
            "--work-dir",
            directory.resolve("unused").toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    Map<String, String> sources = new HashMap<>();
    JsonParser.parseString(run.out())
        .getAsJsonArray()
        .forEach(
            row ->
                sources.put(
                    row.getAsJsonObject().get("key").getAsString(),
                    row.getAsJsonObject().get("source").getAsString()));
    assertThat(sources)
        .containsEntry("worker.cores", file + ":1")
        .containsEntry("worker.memory", "environment variable SLIPWAY_WORKER_MEMORY")
        .containsEntry("worker.label", "flag --label")
        .containsEntry("worker.launcher", "default");
    // Two settings that contradict each other are told with their places.
    assertThat(worker.exitCode()).isNotZero();
    assertThat(worker.err()).contains("--insecure", file + ":2");
  }

  private static String submit(String name, String... command) throws Exception {
    return submit(List.of("--name", name), command);
  }

  private static String submit(List<String> flags, String... command) throws Exception {
    List<String> line = new ArrayList<>(flags);
    line.add("--");
    line.addAll(List.of(command));
    return cluster.submitted(line.toArray(String[]::new));
  }

  private static List<String> names(String... conditions) throws Exception {
    List<String> line = new ArrayList<>(List.of(conditions));
    line.addAll(List.of("--output", "json"));
    Invocation run = cluster.asked("list", line.toArray(String[]::new));
    JsonArray applications = JsonParser.parseString(run.out()).getAsJsonArray();
    List<String> names = new ArrayList<>();
    applications.forEach(each -> names.add(each.getAsJsonObject().get("name").getAsString()));
    return names;
  }
}
