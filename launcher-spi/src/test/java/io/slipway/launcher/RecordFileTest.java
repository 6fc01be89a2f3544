package io.slipway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  @TempDir Path directory;

  @Test
  void create_fileThatIsThere_leavesItAndSaysSo() throws Exception {
    Path file = directory.resolve("record");

    assertThat(RecordFile.create(file, Map.of("a", "1"), true)).isTrue();
    assertThat(RecordFile.create(file, Map.of("a", "2"), true)).isFalse();

    assertThat(RecordFile.read(file)).isEqualTo(Map.of("a", "1"));
    assertNothingElseIsLeft();
  }

  @Test
  void write_anyText_isReadBack() throws Exception {
    Path file = directory.resolve("record");
    Map<String, String> values =
        Map.of("a key", "line\nline = : # \\ ß", "b", "", " !#=:", "\t\r\f  \\u0041\\n €", "", "x");

    RecordFile.write(file, Map.of("old", "1"), false);
    RecordFile.write(file, values, true);

    assertThat(RecordFile.read(file)).isEqualTo(values);
    assertNothingElseIsLeft();
  }

  @Test
  void write_interruptedThread_writesAllTheSameAndStaysInterrupted() throws Exception {
    Path file = directory.resolve("record");

    Thread.currentThread().interrupt();
    try {
      RecordFile.write(file, Map.of("a", "1"), true);
      assertThat(RecordFile.read(file)).isEqualTo(Map.of("a", "1"));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private void assertNothingElseIsLeft() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }
}
