package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the page on installation that run a master and two workers as containers, on a
 * real engine.
 */
@Tag("docker")
@Tag("long")
class ITClusterImage {
  private static final Pattern BLOCK = Pattern.compile("(?m)^```sh\\n(.*?)^```", Pattern.DOTALL);
  private static final String PREFIX = "slipway-test-" + ProcessHandle.current().pid() + "-";
  private static final int PORT = freePort();
  private static final Duration LONG = Duration.ofMinutes(4);

  @TempDir static Path directory;

  private static List<String> blocks;

  @BeforeAll
  static void read() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of(DockerImageCommand.DEFAULT_ENGINE)) && hasDockerCommand(),
        "there is no Docker engine at " + DockerImageCommand.DEFAULT_ENGINE + ", or no 'docker'");
    String page = Files.readString(Path.of("..", "docs", "installation.md"), UTF_8);
    String section =
        page.substring(page.indexOf("## As containers"), page.indexOf("## The same bytes"));
    blocks =
        BLOCK
            .matcher(section)
            .results()
            .map(block -> block.group(1))
            .map(ITClusterImage::adapted)
            .toList();
    assertThat(blocks).hasSize(4);
  }

  /** Chosen here: one that the engine chooses is another after the container's restart. */
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasDockerCommand() {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "docker")));
  }

  /** Other names and another port than anybody's real cluster. */
  private static String adapted(String block) {
    return block
        .replace("/opt/slipway/", System.getProperty("slipway.distribution") + "/")
        .replaceAll("slipway-(net|tokens|master|worker-)", PREFIX + "$1")
        .replace("127.0.0.1:7077", "127.0.0.1:" + PORT)
        .replace("--cluster)", "--cluster --name " + PREFIX + "image)")
        // A person types slower than a master starts.
        .replace("\nslipway list\n", "\nuntil slipway list; do sleep 1; done\n");
  }

  @Test
  void commandsOfTheInstallation_typedInOrder_survivePowerFailure() throws Exception {
    try {
      String out = run("cluster", String.join("\n", blocks.subList(0, 3)));

      assertThat(out)
          .contains("LIVE", "pi is about 3.1", "uid=10001(slipway)")
          .contains("outcome:     driver exited with 3");
    } finally {
      // Whatever is there: what went wrong before must be what is told.
      run("removal", "set +e\n" + blocks.get(3) + "\ndocker rmi " + PREFIX + "image\nexit 0\n");
    }
  }

  private static String run(String name, String commands) throws Exception {
    Path script = directory.resolve(name + ".sh");
    Files.writeString(
        script,
        "set -e\nslipway() { '"
            + Path.of(System.getProperty("slipway.distribution"), "bin", "slipway")
            + "' \"$@\"; }\n"
            + commands);
    Path output = directory.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder("sh", script.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(each -> each.startsWith("SLIPWAY_"));
    builder.environment().put("XDG_CONFIG_HOME", directory.resolve("configuration").toString());
    builder.environment().put("SLIPWAY_NO_ARCHIVE", "true");
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
      String out = Files.readString(output, UTF_8);
      assertThat(ended).as(out).isTrue();
      assertThat(process.exitValue()).as(out).isZero();
      return out;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
