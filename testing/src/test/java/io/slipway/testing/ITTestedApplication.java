package io.slipway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example project of an application with a test, {@code examples/tested-application}. */
class ITTestedApplication {
  private static final Path SOURCES = Path.of("..", "examples", "tested-application", "src");

  /** What is packed into the jar of this module or the api bundle, and users do not have. */
  private static final Pattern INSIDE =
      Pattern.compile(
          ".*/(slipway-(api|rpc|proto|master|worker|monitoring)-[0-9]|grpc-|guava-|protobuf-).*");

  @TempDir Path directory;

  @Test
  void tests_ofTheExampleWithLibrariesOfItsOwn_pass() throws Exception {
    String classPath =
        Path.of(System.getProperty("slipway.conflicting"), "*")
            + File.pathSeparator
            + Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !INSIDE.matcher(entry).matches())
                .collect(Collectors.joining(File.pathSeparator));
    Path classes = compile("main", classPath);
    String withProgram = classes + File.pathSeparator + classPath;
    Path tests = compile("test", withProgram);
    Path output = directory.resolve("output");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                tests + File.pathSeparator + withProgram,
                PackagedTests.class.getName(),
                "com.example.primes")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(output, UTF_8)).isZero();
      assertThat(output).content().contains("2 tests passed");
    } finally {
      process.destroyForcibly();
    }
  }

  private Path compile(String part, String classPath) throws IOException {
    Path classes = Files.createDirectory(directory.resolve(part));
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-cp", classPath));
    arguments.addAll(List.of("-d", classes.toString()));
    try (Stream<Path> files = Files.walk(SOURCES.resolve(part).resolve("java"))) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    String[] line = arguments.toArray(String[]::new);
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, messages, messages, line))
        .as(messages.toString(UTF_8))
        .isZero();
    return classes;
  }
}
