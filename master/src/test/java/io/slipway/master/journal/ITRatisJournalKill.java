package io.slipway.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that writes to a journal, again and again. {@code -Dslipway.kill.rounds=N} for
 * more rounds, {@code -Dslipway.kill.seed=N} for other moments.
 */
class ITRatisJournalKill {
  private static final int ROUNDS = Integer.getInteger("slipway.kill.rounds", 4);
  private static final long SEED = Long.getLong("slipway.kill.seed", System.nanoTime());

  private static final Predicate<String> RESTORED = line -> line.startsWith("restored ");

  @TempDir Path directory;

  @Test
  void killedAtAnyMoment_everyAcknowledgedRecordIsThere() throws Exception {
    Random random = new Random(SEED);
    long acknowledged = 0;
    int restarts = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Path output = directory.resolve("output-" + round);
      Process writer = start(output, random.nextLong());
      try {
        if (round % 4 == 3) {
          writer.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS); // While it starts, perhaps.
        } else {
          awaitRestored(writer, output);
          writer.waitFor(random.nextInt(600), TimeUnit.MILLISECONDS);
        }
      } finally {
        writer.destroyForcibly().waitFor();
      }

      for (String line : wholeLines(output)) {
        String[] words = line.split(" ");
        if (words[0].equals("restored")) {
          restarts++;
          assertThat(Long.parseLong(words[1]))
              .as("round %s of seed %s", round, SEED)
              .isGreaterThanOrEqualTo(acknowledged);
        } else if (words[0].equals("acknowledged")) {
          acknowledged = Math.max(acknowledged, Long.parseLong(words[1]));
        } else {
          assertThat(line).as("round %s of seed %s", round, SEED).doesNotContain("problem: ");
        }
      }
    }
    Path output = directory.resolve("output-last");
    Process writer = start(output, 0);
    try {
      awaitRestored(writer, output);
    } finally {
      writer.destroyForcibly().waitFor();
    }
    String last = wholeLines(output).stream().filter(RESTORED).findFirst().orElseThrow();
    assertThat(Long.parseLong(last.split(" ")[1]))
        .as("seed %s", SEED)
        .isGreaterThanOrEqualTo(acknowledged)
        .isPositive();
    System.out.println(
        "killed "
            + ROUNDS
            + " times, "
            + restarts
            + " of them while writing; "
            + acknowledged
            + " records acknowledged and present");
  }

  private Process start(Path output, long seed) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(NumberWriter.class.getName());
    command.add(directory.resolve("journal").toString());
    command.add(Long.toString(seed));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static void awaitRestored(Process writer, Path output) throws Exception {
    for (int i = 0; wholeLines(output).stream().noneMatch(RESTORED); i++) {
      boolean ended = writer.waitFor(20, TimeUnit.MILLISECONDS);
      assertThat(ended || i > 3000).as("gave up: %s", wholeLines(output)).isFalse();
    }
  }

  /** The lines but for one that was not written to its end. */
  private static List<String> wholeLines(Path output) throws Exception {
    String text = Files.readString(output);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }
}
