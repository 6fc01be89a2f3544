package io.slipway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollingLogTest {
  @TempDir Path directory;

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void append_pastTheLimit_rollsExactlyThere() {
    try (RollingLog log = new RollingLog(new LogTarget(file("log"), 4, 2))) {
      log.append(bytes("abcdefghij"));
    }

    assertThat(file("log")).hasContent("ij");
    assertThat(file("log.1")).hasContent("efgh");
    assertThat(file("log.2")).hasContent("abcd");
  }

  @Test
  void append_morePieces_dropsTheOldest() {
    try (RollingLog log = new RollingLog(new LogTarget(file("log"), 2, 1))) {
      log.append(bytes("abc"));
      log.append(bytes("def"));
    }

    assertThat(file("log")).hasContent("ef");
    assertThat(file("log.1")).hasContent("cd");
    assertThat(file("log.2")).doesNotExist();
  }

  @Test
  void append_noRolledFiles_beginsAnew() {
    try (RollingLog log = new RollingLog(new LogTarget(file("log"), 2, 0))) {
      log.append(bytes("abc"));
    }

    assertThat(file("log")).hasContent("c");
    assertThat(file("log.1")).doesNotExist();
  }

  @Test
  void append_fileThatIsThere_goesOnWithIt() throws Exception {
    Files.writeString(file("log"), "abc");

    try (RollingLog log = new RollingLog(new LogTarget(file("log"), 4, 1))) {
      log.append(bytes("de"));
    }

    assertThat(file("log.1")).hasContent("abcd");
    assertThat(file("log")).hasContent("e");
  }

  @Test
  void append_diskFull_dropsCountsAndSaysSo() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full");
    Files.createSymbolicLink(file("log"), full);

    try (RollingLog log = new RollingLog(new LogTarget(file("log"), 100, 1))) {
      log.append(bytes("lost"));
      log.append(bytes("too"));
      Files.delete(file("log"));
      log.append(bytes("kept"));

      assertThat(log.dropped()).isEqualTo(7);
    }

    assertThat(file("log")).hasContent("[slipway: 7 bytes dropped: the disk was full]\nkept");
  }
}
