package io.slipway.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void file() {
    file = directory.resolve("stdout");
  }

  /** Rolls as {@link LogTarget} says. */
  private final class Writer {
    private final int maxBytes;
    private final int maxRolled;
    private long written;
    private long inFile;

    Writer(int maxBytes, int maxRolled) {
      this.maxBytes = maxBytes;
      this.maxRolled = maxRolled;
    }

    void write(String text) throws IOException {
      if (inFile >= maxBytes) {
        roll();
      }
      Files.writeString(file, text, US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      written += text.length();
      inFile += text.length();
    }

    private void roll() throws IOException {
      for (int number = maxRolled; number >= 1; number--) {
        Path older = number == 1 ? file : directory.resolve("stdout." + (number - 1));
        if (Files.exists(older)) {
          Files.move(
              older, directory.resolve("stdout." + number), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.deleteIfExists(file);
      Files.createFile(file);
      LogStart.write(file, written);
      inFile = 0;
    }
  }

  private static String readAll(LogReader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocate(7);
    while (reader.read(buffer) > 0) {
      text.append(US_ASCII.decode(buffer.flip()));
      buffer.clear();
    }
    return text.toString();
  }

  @Test
  void from_rolledFiles_readsThemAsOne() throws IOException {
    Writer writer = new Writer(4, 9);
    for (char c = 'a'; c <= 'z'; c++) {
      writer.write(String.valueOf(c));
    }

    try (LogReader reader = LogReader.from(file, 0)) {
      assertThat(readAll(reader)).isEqualTo("abcdefghijklmnopqrstuvwxyz");
      assertThat(reader.offset()).isEqualTo(26);
    }
    try (LogReader reader = LogReader.from(file, 13)) {
      assertThat(readAll(reader)).isEqualTo("nopqrstuvwxyz");
    }
  }

  @Test
  void from_rolledAway_passesOverAndTellsTheOffset() throws IOException {
    Writer writer = new Writer(4, 1);
    for (char c = 'a'; c <= 'k'; c++) {
      writer.write(String.valueOf(c));
    }

    try (LogReader reader = LogReader.from(file, 2)) {
      assertThat(reader.offset()).isEqualTo(4);
      assertThat(readAll(reader)).isEqualTo("efghijk");
    }
    try (LogReader reader = LogReader.from(file, 6)) {
      assertThat(readAll(reader)).isEqualTo("ghijk");
    }
  }

  @Test
  void from_nothingSaysTheStart_countsFromWhatIsKept() throws IOException {
    Writer writer = new Writer(4, 1);
    for (char c = 'a'; c <= 'k'; c++) {
      writer.write(String.valueOf(c));
    }
    Files.delete(directory.resolve("stdout.start"));

    try (LogReader reader = LogReader.from(file, 2)) {
      assertThat(readAll(reader)).isEqualTo("ghijk");
    }
  }

  @Test
  void from_beyondTheEnd_readsWhatComes() throws IOException {
    Writer writer = new Writer(100, 1);
    writer.write("abc");

    try (LogReader reader = LogReader.from(file, 50)) {
      assertThat(reader.offset()).isEqualTo(3);
      writer.write("def");
      assertThat(readAll(reader)).isEqualTo("def");
    }
  }

  @Test
  void tail_rolledFiles_readsTheLastBytes() throws IOException {
    Writer writer = new Writer(4, 9);
    for (char c = 'a'; c <= 'k'; c++) {
      writer.write(String.valueOf(c));
    }

    try (LogReader reader = LogReader.tail(file, 5)) {
      assertThat(reader.offset()).isEqualTo(6);
      assertThat(readAll(reader)).isEqualTo("ghijk");
    }
    try (LogReader reader = LogReader.tail(file, 500)) {
      assertThat(readAll(reader)).isEqualTo("abcdefghijk");
    }
  }

  @Test
  void read_fileAppearsLater_readsIt() throws IOException {
    try (LogReader reader = LogReader.from(file, 0)) {
      assertThat(readAll(reader)).isEmpty();
      new Writer(10, 1).write("abc");
      assertThat(readAll(reader)).isEqualTo("abc");
    }
  }

  @Test
  void read_rolledAwayWhileFollowing_goesOnWithTheOldestKept() throws IOException {
    Writer writer = new Writer(4, 1);
    writer.write("ab");
    try (LogReader reader = LogReader.from(file, 0)) {
      assertThat(readAll(reader)).isEqualTo("ab");
      for (char c = 'c'; c <= 'z'; c++) {
        writer.write(String.valueOf(c));
      }

      String rest = readAll(reader);

      // What was written into the open file is still read; then comes what is kept.
      assertThat(rest).isEqualTo("cduvwxyz");
      assertThat(reader.offset()).isEqualTo(26);
    }
  }

  @Test
  void read_rolledWhileFollowing_nothingIsLostOrRepeated() throws Exception {
    int lines = 5_000;
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (LogReader reader = LogReader.from(file, 0)) {
      Writer writer = new Writer(200, 1_000);
      Future<?> writing =
          threads.submit(
              () -> {
                for (int i = 0; i < lines; i++) {
                  writer.write(String.format("%06d\n", i));
                }
                return null;
              });
      StringBuilder text = new StringBuilder();
      boolean done;
      do {
        done = writing.isDone();
        text.append(readAll(reader));
      } while (!done);
      writing.get();

      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < lines; i++) {
        expected.append(String.format("%06d\n", i));
      }
      assertThat(text.toString()).isEqualTo(expected.toString());
      assertThat(reader.offset()).isEqualTo(7L * lines);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void startOfLastLines_overRolledFiles_countsBackwards() throws IOException {
    Writer writer = new Writer(4, 9);
    writer.write("one\n");
    writer.write("two\n");
    writer.write("three\n");
    writer.write("rest");

    assertThat(LogReader.startOfLastLines(file, 0)).isEqualTo(18);
    assertThat(LogReader.startOfLastLines(file, 1)).isEqualTo(14);
    assertThat(LogReader.startOfLastLines(file, 2)).isEqualTo(8);
    assertThat(LogReader.startOfLastLines(file, 3)).isEqualTo(4);
    assertThat(LogReader.startOfLastLines(file, 4)).isZero();
    assertThat(LogReader.startOfLastLines(file, 5)).isZero();
  }

  @Test
  void startOfLastLines_lineFeedAtTheEnd_beginsNoLine() throws IOException {
    Files.writeString(file, "one\n" + "x".repeat(200_000) + "\n\nlast\n");

    assertThat(LogReader.startOfLastLines(file, 1)).isEqualTo(200_006);
    assertThat(LogReader.startOfLastLines(file, 2)).isEqualTo(200_005);
    assertThat(LogReader.startOfLastLines(file, 3)).isEqualTo(4);
  }

  @Test
  void startOfLastLines_noFile_isTheBeginning() throws IOException {
    assertThat(LogReader.startOfLastLines(file, 3)).isZero();
  }

  @Test
  void startOfWritten_passesOverFilesThatAreOlder() throws IOException {
    Writer writer = new Writer(4, 9);
    writer.write("one\n");
    writer.write("two\n");
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    Files.setLastModifiedTime(directory.resolve("stdout.1"), FileTime.from(now.minusSeconds(60)));
    Files.setLastModifiedTime(file, FileTime.from(now));

    assertThat(LogReader.startOfWritten(file, now.minusSeconds(90))).isZero();
    assertThat(LogReader.startOfWritten(file, now.minusSeconds(30))).isEqualTo(4);
    assertThat(LogReader.startOfWritten(file, now.plusSeconds(1))).isEqualTo(8);
  }
}
