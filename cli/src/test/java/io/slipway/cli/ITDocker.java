package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications in containers of a real engine, on a cluster of real processes. */
@Tag("docker")
@Tag("long")
class ITDocker {
  private static final String IMAGE = "slipway-test-cli:" + Runtime.version().feature();

  @TempDir static Path directory;

  /** At which containers behind a bridge reach this machine. */
  private static Optional<String> host;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of(DockerImageCommand.DEFAULT_ENGINE)),
        "there is no Docker engine at " + DockerImageCommand.DEFAULT_ENGINE);
    host = hostAddress();
    cluster = new TestCluster(directory, host.orElse("127.0.0.1"), workerFlags());
    TestCluster.Run image =
        cluster
            .command(
                "docker-image",
                "--name",
                IMAGE,
                "--program",
                "sh",
                "--program",
                "dd",
                "--program",
                "id")
            .ended();
    assertThat(image.exitCode()).as(image.err()).isZero();
    assertThat(image.out()).isEqualTo(IMAGE + "\n");
  }

  private static List<String> workerFlags() {
    List<String> flags = new ArrayList<>(List.of("--launcher-setting", "docker.image=" + IMAGE));
    if (System.getProperty("user.name").equals("root")) {
      flags.addAll(List.of("--launcher-setting", "docker.users=nobody"));
    }
    return flags;
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Map<String, String> runPi(String mode, String name, String... flags)
      throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--name", name, "--wait", "--driver-memory", "400m", "--executor-memory", "400m"));
    arguments.addAll(List.of(flags));
    arguments.addAll(
        List.of("--class", "io.slipway.examples.MonteCarloPi", cluster.examples(), "1000000", "4"));
    Invocation run = cluster.submit(mode, arguments.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return launchers(cluster.status(cluster.idOf(name)));
  }

  /** By which launcher driver and executors ran. */
  private static Map<String, String> launchers(JsonObject status) {
    Map<String, String> launchers = new TreeMap<>();
    for (JsonElement element : status.getAsJsonArray("executions")) {
      JsonObject execution = element.getAsJsonObject();
      String id = execution.get("executionId").getAsString();
      launchers.put(id.substring(id.lastIndexOf('-') + 1), execution.get("launcher").getAsString());
    }
    return launchers;
  }

  @Test
  void driverByProcess_executorsByDocker_workTogether() throws Exception {
    assertThat(runPi("cluster", "mixed", "--executor-launcher", "docker"))
        .containsEntry("d1", "process")
        .containsEntry("e1", "docker")
        .containsEntry("e2", "docker");
  }

  @Test
  void driverByDocker_executorsByProcess_workTogether() throws Exception {
    assertThat(runPi("cluster", "reverse", "--driver-launcher", "docker"))
        .containsEntry("d1", "docker")
        .containsEntry("e1", "process")
        .containsEntry("e2", "process");
  }

  @Test
  void clientMode_executorsByDocker_workForTheDriverHere() throws Exception {
    assertThat(runPi("client", "here", "--launcher", "docker"))
        .containsEntry("e1", "docker")
        .containsEntry("e2", "docker");
  }

  @Test
  void bridge_driverAndExecutors_reachEachOther() throws Exception {
    Assumptions.assumeTrue(host.isPresent(), "this machine has no address but loopback");
    String bridge = "network=bridge";
    assertThat(runPi("cluster", "bridged", "--launcher", "docker", "--launcher-option", bridge))
        .containsEntry("d1", "docker")
        .containsEntry("e1", "docker");
    assertThat(
            runPi(
                "client",
                "bridged-here",
                "--listen",
                host.get() + ":0",
                "--insecure",
                "--executor-launcher",
                "docker",
                "--launcher-option",
                bridge))
        .containsEntry("e1", "docker");
  }

  private static Optional<String> hostAddress() throws Exception {
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      for (InetAddress address : Collections.list(each.getInetAddresses())) {
        if (each.isUp() && !address.isLoopbackAddress() && address instanceof Inet4Address) {
          return Optional.of(address.getHostAddress());
        }
      }
    }
    return Optional.empty();
  }

  @Test
  void user_allowedOne_isThatOfTheContainer() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("user.name").equals("root"), "only root's workers can allow others");

    Invocation allowed = asUser("nobody");
    Invocation refused = asUser("daemon");

    assertThat(allowed.out()).contains("nobody\n");
    assertThat(refused.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.err()).contains("'daemon'").contains("docker.users");
  }

  private static Invocation asUser(String user) throws Exception {
    return cluster.submit(
        "cluster", "--wait", "--follow", "--launcher", "docker", "--user", user, "--", "id", "-un");
  }

  @Test
  void memoryUsedUp_outcome_saysSo() throws Exception {
    Invocation run =
        cluster.submit(
            "cluster",
            "--name",
            "greedy",
            "--wait",
            "--launcher",
            "docker",
            "--driver-memory",
            "64m",
            "--",
            "dd",
            "if=/dev/zero",
            "of=/dev/null",
            "bs=1000M",
            "count=1");

    assertThat(run.code()).isEqualTo(ExitCodes.SIGNAL_BASE + 9);
    assertThat(run.err()).contains("memory");
  }

  @Test
  void quickstart_docker_agreesAndStopsAll() throws Exception {
    TestCluster.Run run = cluster.command("quickstart", "--launcher", "docker").ended();

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("agree").contains("slipway-java:");
  }
}
