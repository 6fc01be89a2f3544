package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LogTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFollowerTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

  @Test
  void finish_copiesWhatWasWrittenLast() throws Exception {
    LogFollower follower = start(out);

    write("one\n");
    Awaitility.await().until(() -> out.size() == 4);
    write("two\nno newline");
    follower.finish();

    assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\nno newline");
    assertThat(warnings).isEmpty();
  }

  @Test
  void finish_nothingWritten_copiesNothing() throws Exception {
    LogFollower follower = start(out);

    follower.finish();

    assertThat(out.size()).isZero();
  }

  @Test
  void finish_rolledSeveralTimes_copiesAllInOrder() throws Exception {
    LogFollower follower = start(out);

    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      write("generation " + i + "\n");
      expected.append("generation ").append(i).append('\n');
      roll();
    }
    write("last\n");
    follower.finish();

    assertThat(out.toString(UTF_8)).isEqualTo(expected + "last\n");
  }

  @Test
  void finish_outputBroken_endsAllTheSame() throws Exception {
    LogFollower follower =
        start(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("nobody reads");
              }
            });

    write("one\n");
    follower.finish();

    assertThat(warnings).isEmpty();
  }

  private LogFollower start(OutputStream to) {
    LogTarget target = new LogTarget(directory.resolve("stdout"), 1 << 20, 9);
    return LogFollower.start(target, to, "follower", warnings::add);
  }

  private void write(String text) throws IOException {
    Files.writeString(
        directory.resolve("stdout"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void roll() throws IOException {
    for (int i = 9; i > 0; i--) {
      Path from = directory.resolve(i == 1 ? "stdout" : "stdout." + (i - 1));
      if (Files.exists(from)) {
        Files.move(from, directory.resolve("stdout." + i));
      }
    }
  }
}
