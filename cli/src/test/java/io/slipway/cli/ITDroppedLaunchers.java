package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar of a launcher's author, {@code examples/custom-launcher}, dropped into the distribution
 * among others that are of no use.
 */
class ITDroppedLaunchers {
  private static final Path PROJECT = Path.of("..", "examples", "custom-launcher");
  private static final String USUAL =
      """
        public Launcher create(LauncherSettings settings) throws LaunchException {
          throw new LaunchException("never used");
        }
        public String name() {
      """;

  @TempDir static Path directory;

  private static DroppedLaunchers launchers;
  private static Path home;

  @BeforeAll
  static void drop() throws Exception {
    launchers = new DroppedLaunchers(directory);
    home = launchers.home();
    String spi = launchers.launcherInterface();
    launchers.drop(
        "nice-launcher-1.0.jar",
        List.of(
            launchers.compile(PROJECT.resolve("src/main/java"), spi),
            PROJECT.resolve("src/main/resources")));

    launchers.dropWithoutClass("a-missing.jar", "MissingProvider");
    launchers.drop(
        "b-throwing.jar",
        "ThrowingProvider",
        spi,
        "public ThrowingProvider() { throw new IllegalStateException(\"no license\"); }\n"
            + USUAL
            + "return \"throwing\"; }");
    launchers.drop("z-second.jar", "SecondProvider", spi, USUAL + "return \"nice\"; }");

    Path newer =
        launchers.compile(
            launchers.source(
                "io.slipway.launcher",
                "LauncherProvider",
                "  int SPI_VERSION = 7;\n"
                    + "  default int spiVersion() { return 1; }\n"
                    + "  static void reserve() {}\n"
                    + "  Launcher create(LauncherSettings settings) throws LaunchException;\n"
                    + "  String name();\n"),
            spi);
    String calls =
        "public Launcher create(LauncherSettings settings) throws LaunchException {\n"
            + "  LauncherProvider.reserve(); throw new LaunchException(\"never\");\n}\n";
    launchers.drop(
        "c-calling.jar",
        "CallingProvider",
        newer + ":" + spi,
        calls + "public String name() { return \"calling\"; }");
    launchers.drop(
        "d-newer.jar",
        "NewerProvider",
        newer + ":" + spi,
        calls
            + "public int spiVersion() { return SPI_VERSION; }\n"
            + "public String name() { return \"newer\"; }");
  }

  @AfterAll
  static void close() throws Exception {
    if (launchers != null) {
      launchers.close();
    }
  }

  @Test
  void worker_launcherNamedAsTheDefault_runsDriverAndExecutorsWithIt() throws Exception {
    try (TestCluster cluster =
        new TestCluster(
            Files.createDirectory(directory.resolve("default")),
            home,
            List.of("--launcher", "nice", "--launcher-setting", "nice.level=7"))) {

      assertThat(levels(cluster, "default")).isEqualTo(List.of(7, 7));

      // The client looks for launchers too.
      TestCluster.Run client = cluster.command("submit", "--", "sh", "-c", "echo here; exit 3");
      assertThat(client.exitCode()).as(client.err()).isEqualTo(3);
      assertThat(client.out()).contains("here");
    }
  }

  @Test
  void submit_launcherOfTheApplication_isUsedBesideTheDefault() throws Exception {
    try (TestCluster cluster =
        new TestCluster(Files.createDirectory(directory.resolve("application")), home, List.of())) {
      assertThat(levels(cluster, "both", "--launcher", "nice", "--launcher-option", "level=12"))
          .isEqualTo(List.of(12, 12));
      assertThat(
              levels(
                  cluster,
                  "each",
                  "--driver-launcher",
                  "process",
                  "--executor-launcher",
                  "nice",
                  "--executor-launcher-option",
                  "level=15"))
          .isEqualTo(List.of(0, 15));

      Invocation refused =
          cluster.submit(
              "cluster",
              "--wait",
              "--launcher",
              "nice",
              "--launcher-option",
              "level=2",
              "--",
              "true");
      assertThat(refused.code()).isNotZero();
      assertThat(refused.err()).contains("level '2' is not a number from 10 to 19");

      assertThat(cluster.asked("workers", "--output", "json").out())
          .contains("\"nice\"", "\"process\"")
          .doesNotContain("calling", "newer", "throwing");
      assertLeftOut(cluster.workers().get(0).err());
    }
  }

  /** The worker says of each launcher that it can't use which it is, and why. */
  private static void assertLeftOut(String log) {
    assertThat(leftOut(log, "MissingProvider")).contains("not found");
    assertThat(leftOut(log, "ThrowingProvider")).contains("no license");
    assertThat(leftOut(log, "SecondProvider")).contains("'nice'");
    assertThat(leftOut(log, "CallingProvider")).contains("version", "reserve");
    assertThat(leftOut(log, "NewerProvider")).contains("version");
  }

  private static String leftOut(String log, String provider) {
    List<String> lines =
        log.lines()
            .filter(line -> line.contains("com.example.other." + provider))
            .filter(line -> line.contains("left out"))
            .toList();
    assertThat(lines).as(provider + " in:\n" + log).hasSize(1);
    return lines.get(0);
  }

  /** By how much nicer than this process driver and executor of an application are. */
  private static List<Integer> levels(TestCluster cluster, String name, String... options)
      throws Exception {
    Path files = Files.createDirectory(directory.resolve("levels-" + name));
    List<String> line = new ArrayList<>(List.of("--wait", "--executors", "1"));
    line.addAll(Arrays.asList(options));
    line.addAll(
        List.of(
            "--executor-command",
            "sh -c 'nice > " + files + "/part && mv " + files + "/part " + files + "/executor'",
            "--",
            "sh",
            "-c",
            "nice > "
                + files
                + "/driver; until [ -e "
                + files
                + "/executor ]; do sleep 0.1; done"));

    Invocation run = cluster.submit("cluster", line.toArray(String[]::new));

    assertThat(run.code()).as(run.err()).isZero();
    int own = niceness();
    return List.of(read(files.resolve("driver")) - own, read(files.resolve("executor")) - own);
  }

  private static int niceness() throws IOException {
    Process process = new ProcessBuilder("nice").start();
    return Integer.parseInt(
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }

  private static int read(Path file) throws IOException {
    return Integer.parseInt(Files.readString(file).strip());
  }
}
