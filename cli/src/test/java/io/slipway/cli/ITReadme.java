package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that the README and the page about the protocol show do what is shown; the master
 * and the worker are the test's own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ITReadme {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir static Path directory;
  private static Path checkout;
  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Path home = Path.of(System.getProperty("slipway.distribution"));
    checkout = Files.createDirectories(directory.resolve("checkout"));
    Files.writeString(
        checkout.resolve("slipway"),
        "#!/bin/sh\nexec '" + home.resolve("bin/slipway") + "' \"$@\"\n");
    Files.setPosixFilePermissions(
        checkout.resolve("slipway"), PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(checkout.resolve(".slipway"));
    Files.writeString(checkout.resolve(".slipway/current"), "build\n");
    Files.createSymbolicLink(checkout.resolve(".slipway/build"), home);
    Files.createSymbolicLink(checkout.resolve("proto"), ROOT.resolve("proto"));
    // As the README starts its worker.
    cluster = new TestCluster(directory, home, List.of("--cores", "4", "--memory", "4g"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** First: the list of applications is as long as the one that is shown. */
  @Test
  @Order(1)
  void tour_typedInOrder_printsWhatTheReadmeShows() throws Exception {
    ShownCommands tour =
        ShownCommands.of(ROOT.resolve("README.md"), "## Five minutes", "## Launchers");
    ShownCommands.Step start = tour.steps().get(0);
    ShownCommands typed = new ShownCommands(tour.steps().subList(1, tour.steps().size()));
    assertThat(typed.steps()).hasSizeGreaterThan(3);
    assertThat(typed.steps())
        .extracting(ShownCommands.Step::output)
        .filteredOn(String::isEmpty)
        .isEmpty();

    ShownCommands.check(start, cluster.masterOut() + cluster.workers().get(0).out());
    // A person types slower than an application starts and ends.
    String script =
        typed
            .script()
            .replaceAll(
                "(?m)^(\\./slipway status .*)$",
                "until $1 | grep '2 run' >/dev/null; do :; done; $1")
            .replaceAll(
                "(?m)^(\\./slipway logs .*)$",
                "until out=\\$($1) && [ -n \"\\$out\" ]; do :; done; echo \"\\$out\"")
            .replaceAll(
                "(?m)^(\\./slipway list)$", "while $1 | grep STOPPING >/dev/null; do :; done; $1");
    typed.check(run(script, 4 * TestCluster.LONG.toSeconds()));
  }

  @Test
  @Order(2)
  void protocolPage_clientAndDriverInAnotherLanguage_printWhatItShows() throws Exception {
    Path page = ROOT.resolve("docs/protocol.md");
    ShownCommands client =
        ShownCommands.of(page, "## A session, complete", "## The environment of an execution");
    ShownCommands driver = ShownCommands.of(page, "## A driver's duties", "## A worker's duties");
    String install = client.steps().get(0).commands().lines().findFirst().orElseThrow();
    assertThat(install).startsWith("npm install ");
    assumeTrue(
        run(
                "(PATH=/usr/local/bin:/usr/bin:/bin; command -v node) && command -v npm || echo none",
                30)
            .contains("/npm"),
        "there is no node or no npm here; the session of docs/protocol.md is not run");
    // What is installed stays from one run to the next, as long as nothing is cleaned.
    Path installed = Files.createDirectories(Path.of("target", "node-client").toAbsolutePath());
    for (String name :
        List.of("package.json", ".npmrc", "slipway.mjs", "session.mjs", "driver.mjs")) {
      Files.copy(
          ROOT.resolve("examples/node-client").resolve(name),
          installed.resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.createDirectories(checkout.resolve("examples"));
    Files.createSymbolicLink(checkout.resolve("examples/node-client"), installed);
    String npm = run(install + " >&2 && echo installed", 120);
    assumeTrue(
        npm.endsWith("installed\n"), "npm can't install here, so the session is not run: " + npm);

    assertThat(driver.steps()).hasSize(1);
    ShownCommands both =
        new ShownCommands(
            Stream.of(client, driver)
                .flatMap(each -> each.steps().stream())
                .map(
                    step ->
                        new ShownCommands.Step(
                            step.commands().replace(install, ":"), step.output()))
                .toList());
    both.check(run(both.script(), 2 * TestCluster.LONG.toSeconds()));
  }

  /** Runs a script where a checkout would be, and returns all that it prints. */
  private static String run(String script, long seconds) throws IOException, InterruptedException {
    Path file = Files.createTempFile(directory, "script-", ".sh");
    Path output = Files.createTempFile(directory, "script-", ".out");
    Files.writeString(
        file,
        script
            .replace("127.0.0.1:7077", cluster.address())
            .replace("~/.config/slipway", cluster.tokens().toString()));
    ProcessBuilder builder =
        new ProcessBuilder("sh", file.toString())
            .directory(checkout.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
    builder.environment().put("SLIPWAY_TOKEN_DIR", cluster.tokens().toString());
    builder.environment().put("XDG_CONFIG_HOME", directory.resolve("configuration").toString());
    builder.environment().put("npm_config_prefer_offline", "true");
    builder.environment().put("npm_config_fetch_retries", "0");
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);

      String printed = Files.readString(output, UTF_8);
      assertThat(ended).as("%s\nprinted until then:\n%s", script, printed).isTrue();
      return printed;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
