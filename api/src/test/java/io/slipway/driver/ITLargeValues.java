package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Values that are larger than the heap of the driver, in a JVM of its own with a small one. */
@Timeout(180)
class ITLargeValues {
  @TempDir private Path directory;
  private Process process;

  @AfterEach
  void stop() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private List<String> run(String... arguments) throws Exception {
    return run("-XX:TieredStopAtLevel=1", arguments);
  }

  private List<String> run(String compiler, String[] arguments) throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                compiler,
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                LargeValues.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.command().addAll(List.of(arguments));
    process = builder.start();
    assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readAllLines(output);
  }

  @Test
  void broadcastFile_largerThanTheHeap_reachesAllExecutors() throws Exception {
    String found = LargeValues.BYTES + " 7";

    assertThat(run("broadcastFile", directory.resolve("large").toString()))
        .containsExactly(Collections.nCopies(4, found).toString());
  }

  @Test
  void broadcast_formLargerThanTheHeap_reachesAllExecutors() throws Exception {
    assertThat(run("broadcast"))
        .containsExactly(Collections.nCopies(4, LargeValues.BYTES).toString());
  }

  @Test
  void map_resultsLargerThanTheHeapTogether_allCome() throws Exception {
    assertThat(run("results")).containsExactly(Long.toString(LargeValues.BYTES));
  }

  @Test
  void map_millionElements_allComeInOrder() throws Exception {
    // Long enough for the second compiler to pay.
    String[] million = {"sum", "AS_GIVEN", "1000000"};

    assertThat(run("-XX:+TieredCompilation", million)).containsExactly("500000500000 in order");
  }

  @Test
  void map_manyElementsAsTheyCome_allCome() throws Exception {
    assertThat(run("sum", "AS_COMPLETED", "200000").get(0)).startsWith("20000100000");
  }
}
