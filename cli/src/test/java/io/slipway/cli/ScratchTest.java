package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
  @TempDir Path directory;

  @Test
  void closed_isGoneWithAllThatIsInIt() throws IOException {
    Scratch scratch = Scratch.create("slipway-test-");
    Files.createDirectories(scratch.directory().resolve("a/b"));
    Files.createFile(scratch.directory().resolve("a/b/file"));

    scratch.close();
    scratch.close();

    assertThat(scratch.directory()).doesNotExist();
  }

  @Test
  void abandoned_isRemovedByTheNext() throws IOException {
    Path killed = Files.createDirectory(directory.resolve("slipway-test-1"));
    Files.createFile(killed.resolve("lock"));
    Files.createFile(killed.resolve("file"));
    Path foreign = Files.createDirectory(directory.resolve("slipway-test-2"));
    Path other = Files.createDirectory(directory.resolve("other-1"));
    Files.createFile(other.resolve("lock"));

    Scratch.removeAbandoned(directory, "slipway-test-", Instant.EPOCH);
    assertThat(killed).exists();
    Scratch.removeAbandoned(directory, "slipway-test-", Instant.now().plusSeconds(60));

    assertThat(killed).doesNotExist();
    assertThat(foreign).exists();
    assertThat(other).exists();
  }

  @Test
  void ofACommandThatRuns_isLeftToIt() throws IOException {
    try (Scratch scratch = Scratch.create("slipway-test-")) {
      Scratch.removeAbandoned(
          scratch.directory().getParent(), "slipway-test-", Instant.now().plusSeconds(60));

      assertThat(scratch.directory()).exists();
    }
  }
}
