package io.slipway.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive, unpacked in a directory whose name has spaces, and run as hostile as may be: by a
 * link, with nothing but {@code PATH}, where it can't write. If root runs the tests, as another
 * user.
 */
class ITArchive {
  private static final Path ARCHIVE = Path.of(System.getProperty("slipway.archive"));
  private static final String VERSION = System.getProperty("slipway.version");
  private static final Instant TIME = Instant.parse(System.getProperty("slipway.timestamp"));
  private static final Duration LONG = Duration.ofSeconds(300);

  private static final boolean ROOT = System.getProperty("user.name").equals("root");
  private static final String NOBODY = "65534";

  @TempDir static Path directory;
  private static Path home;
  private static Path command;

  /** The only directory that the command may write to. */
  private static Path state;

  private final List<Process> started = new ArrayList<>();

  @BeforeAll
  static void unpack() throws Exception {
    Path into = Files.createDirectory(directory.resolve("with spaces"));
    Process tar =
        new ProcessBuilder("tar", "-xpzf", ARCHIVE.toString(), "-C", into.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    try (Stream<Path> roots = Files.list(into)) {
      assertThat(roots).containsExactly(into.resolve("slipway-" + VERSION));
    }
    home = into.resolve("slipway-" + VERSION);
    output("chmod", "-R", "a-w", home.toString());
    state = Files.createDirectory(directory.resolve("state"));
    if (ROOT) {
      output("chown", NOBODY, state.toString());
      output("chmod", "a+rx", directory.toString());
    }
    Path links = Files.createDirectory(directory.resolve("links"));
    command = links.resolve("slip");
    Files.createSymbolicLink(command, Path.of("../with spaces/current/bin/slipway"));
    Files.createSymbolicLink(into.resolve("current"), home.getFileName());
  }

  /** What can't be written to can't be removed either, unless by root. */
  @AfterAll
  static void makeRemovable() throws Exception {
    output("chmod", "-R", "u+w", directory.toString());
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = started.size() - 1; i >= 0; i--) {
      Process process = started.get(i);
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void archive_unpacked_hasAllThatBelongsToIt() throws Exception {
    for (String file :
        List.of(
            "LICENSE",
            "NOTICE",
            "CHANGELOG.md",
            "bin/slipway",
            "conf/systemd/slipway-master.service",
            "conf/systemd/slipway-worker.service",
            "docs/installation.md",
            "proto/slipway/submission/v1/submission_service.proto",
            "launchers/slipway-launcher-process-" + VERSION + ".jar",
            "launchers/slipway-launcher-docker-" + VERSION + ".jar",
            "lib/slipway-api-bundle-" + VERSION + ".jar",
            "share/man/man1/slipway.1",
            "share/man/man1/slipway-submit.1",
            "share/bash-completion/completions/slipway",
            "share/zsh/site-functions/_slipway",
            "lib/class-path")) {
      assertThat(home.resolve(file)).isRegularFile();
    }
    assertThat(home.resolve("cache")).doesNotExist();
    assertThat(home.resolve("licenses/THIRD-PARTY.txt"))
        .content()
        .contains("org.apache.ratis:ratis-server", "io.grpc:grpc-api", "docker-java-core")
        .doesNotContain("Unknown license");
    assertThat(home.resolve("licenses").toFile().list()).hasSizeGreaterThan(5);
  }

  @Test
  void completions_asInstalled_areReadByTheirShells() throws Exception {
    Path share = home.resolve("share");
    String bash = share.resolve("bash-completion/completions/slipway").toString();

    String said =
        output(
            "bash",
            "-c",
            "source \"$1\"; COMP_WORDS=(slipway sub); COMP_CWORD=1; _slipway;"
                + " echo \"${COMPREPLY[@]}\"",
            "bash",
            bash);

    assertThat(said.strip()).isEqualTo("submit");
    assertThat(share.resolve("zsh/site-functions/_slipway"))
        .content()
        .startsWith("#compdef slipway\n");
    assertThat(share.resolve("man/man1/slipway-submit.1"))
        .content()
        .startsWith(".TH ")
        .contains("deploy\\-mode");
  }

  /** Nothing of the machine, the account and the moment of the build is in it. */
  @Test
  void archive_entries_sayNothingOfTheirBuild() throws Exception {
    List<String> lines =
        output("tar", "--utc", "--full-time", "--numeric-owner", "-tvzf", ARCHIVE.toString())
            .lines()
            .toList();

    assertThat(lines).hasSizeGreaterThan(50);
    String time = TIME.toString().replace("T", " ").replace("Z", "");
    assertThat(lines).allMatch(line -> line.contains(time));
    assertThat(lines.stream().map(line -> line.split(" +", -1)[1]).distinct()).hasSize(1);
    assertThat(lines.stream().map(line -> line.substring(0, 10)).distinct())
        .containsExactlyInAnyOrder("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x");
  }

  @Test
  void command_emptyEnvironment_tellsItsVersion() throws Exception {
    Path out = directory.resolve("version");
    Process process = slipway(out, "--version");

    assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(out).content().contains(VERSION);
  }

  @Test
  void cluster_emptyEnvironment_runsAnExampleInBothModes() throws Exception {
    Path masterOut = directory.resolve("master");
    Path tokens = state.resolve("tokens");
    List<String> master = new ArrayList<>(List.of("master", "--listen", "127.0.0.1:0"));
    master.addAll(List.of("--data-dir", state + "/master", "--token-dir", tokens.toString()));
    slipway(masterOut, master.toArray(String[]::new));
    String address = await(masterOut, "master ready at ");
    Path workerOut = directory.resolve("worker");
    List<String> worker = new ArrayList<>(List.of("worker", "--master", address));
    worker.addAll(List.of("--cores", "4", "--memory", "8g"));
    worker.addAll(List.of("--work-dir", state + "/worker", "--token-dir", tokens.toString()));
    slipway(workerOut, worker.toArray(String[]::new));
    await(workerOut, "worker ready at ");

    for (String mode : List.of("client", "cluster")) {
      Path out = directory.resolve(mode);
      List<String> line = new ArrayList<>(List.of("submit", "--master", address));
      line.addAll(List.of("--token-file", tokens + "/user-token"));
      line.addAll(List.of("--deploy-mode", mode, "--executor-memory", "512m"));
      if (mode.equals("cluster")) {
        line.addAll(List.of("--wait", "--follow"));
      }
      line.addAll(List.of("--class", "io.slipway.examples.MonteCarloPi"));
      line.addAll(List.of(home + "/examples/slipway-examples-" + VERSION + ".jar", "1000000"));
      Process submit = slipway(out, line.toArray(String[]::new));

      assertThat(submit.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(submit.exitValue()).as(Files.readString(out, UTF_8)).isZero();
      assertThat(out).content().contains("pi is about 3.1");
    }
  }

  @Test
  void units_asInstalled_areValid() throws Exception {
    Assumptions.assumeTrue(
        Stream.of("/usr/bin", "/bin")
            .anyMatch(bin -> Files.exists(Path.of(bin, "systemd-analyze"))),
        "there is no systemd-analyze here");
    for (String unit : List.of("slipway-master.service", "slipway-worker.service")) {
      Path installed = directory.resolve(unit);
      Files.writeString(
          installed,
          Files.readString(home.resolve("conf/systemd").resolve(unit), UTF_8)
              .replace("/opt/slipway/bin/slipway", command.toString()));

      assertThat(output("systemd-analyze", "verify", "--man=no", installed.toString()))
          .doesNotContain(unit);
    }
  }

  private Process slipway(Path out, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    if (ROOT) {
      line.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    line.addAll(List.of("env", "-i", "PATH=" + path(), command.toString()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line)
            .directory(state.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    started.add(process);
    return process;
  }

  private static String path() {
    return Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin";
  }

  private static String await(Path out, String beginning) {
    return Awaitility.await(beginning)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                Files.readString(out, UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(beginning))
                    .map(line -> line.substring(beginning.length()).strip())
                    .findFirst()
                    .orElse(""),
            found -> !found.isEmpty());
  }

  private static String output(String... line) throws Exception {
    Path out = Files.createTempFile(directory, "output", "");
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(out, UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
