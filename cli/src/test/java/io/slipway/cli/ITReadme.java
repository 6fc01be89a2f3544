package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README's tour do what it says; master and worker, its first block, are the
 * test's own.
 */
class ITReadme {
  private static final Pattern BLOCK = Pattern.compile("(?m)^```sh\\n(.*?)^```", Pattern.DOTALL);

  @TempDir static Path directory;

  @Test
  void tour_typedInOrder_showsWhatItPromises() throws Exception {
    Path home = Path.of(System.getProperty("slipway.distribution"));
    Path checkout = Files.createDirectories(directory.resolve("checkout"));
    Files.writeString(
        checkout.resolve("slipway"),
        "#!/bin/sh\nexec '" + home.resolve("bin/slipway") + "' \"$@\"\n");
    Files.setPosixFilePermissions(
        checkout.resolve("slipway"), PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(checkout.resolve(".slipway"));
    Files.writeString(checkout.resolve(".slipway/current"), "build\n");
    Files.createSymbolicLink(checkout.resolve(".slipway/build"), home);

    try (TestCluster cluster = new TestCluster(directory)) {
      Path script = directory.resolve("tour.sh");
      Files.writeString(script, tour(cluster.address()));
      Path output = directory.resolve("tour.out");
      ProcessBuilder builder =
          new ProcessBuilder("sh", script.toString())
              .directory(checkout.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
      builder.environment().put("SLIPWAY_TOKEN_DIR", cluster.tokens().toString());
      builder.environment().put("XDG_CONFIG_HOME", directory.resolve("configuration").toString());
      Process process = builder.start();
      try {
        boolean ended = process.waitFor(2 * TestCluster.LONG.toSeconds(), TimeUnit.SECONDS);

        assertThat(ended).as(Files.readString(output, UTF_8)).isTrue();
        assertThat(Files.readString(output, UTF_8))
            .contains("LIVE", "hello from client mode", "hello from cluster mode", "I am 1")
            .containsPattern("(?s)exit code 3.*exit code 3")
            .containsPattern("(?s)pi is about 3\\.1.*pi is about 3\\.1")
            .doesNotContain("slipway submit:", "slipway status:");
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }

  private static String tour(String address) throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"), UTF_8);
    String section =
        readme.substring(readme.indexOf("## Five minutes"), readme.indexOf("## What is where"));
    List<String> blocks =
        BLOCK.matcher(section).results().map((MatchResult block) -> block.group(1)).toList();
    assertThat(blocks).hasSizeGreaterThan(3);
    // A person types slower than an executor starts; the test asks for its output until it is
    // there.
    return String.join("", blocks.subList(1, blocks.size()))
        .replace("127.0.0.1:7077", address)
        .replaceAll(
            "(?m)^(\\./slipway logs .*)$",
            "until out=\\$($1) && [ -n \"\\$out\" ]; do :; done; echo \"\\$out\"");
  }
}
