package io.slipway.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisJournalMarkTest {
  @TempDir Path directory;

  @Test
  void record_reopened_keepsTheLastTwo() throws Exception {
    Path file = directory.resolve("mark");
    try (RatisJournalMark mark = RatisJournalMark.open(file, true)) {
      assertThat(mark.known()).isTrue();
      assertThat(mark.last()).isEqualTo(-1);
      mark.record(3);
      mark.record(7);
      mark.record(5);
    }

    try (RatisJournalMark mark = RatisJournalMark.open(file, false)) {
      assertThat(mark.last()).isEqualTo(7);
      assertThat(mark.previous()).isEqualTo(3);
    }
  }

  @Test
  void oneSlotTorn_theOtherCounts() throws Exception {
    Path file = directory.resolve("mark");
    try (RatisJournalMark mark = RatisJournalMark.open(file, true)) {
      mark.record(3);
      mark.record(7);
    }
    byte[] bytes = Files.readAllBytes(file);

    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 1;
      Files.write(file, flipped);
      try (RatisJournalMark mark = RatisJournalMark.open(file, false)) {
        assertThat(mark.known()).isTrue();
        assertThat(mark.last()).isIn(3L, 7L);
      }
    }
  }

  @Test
  void missingBesideAnOldLog_nothingIsKnown() throws Exception {
    try (RatisJournalMark mark = RatisJournalMark.open(directory.resolve("mark"), false)) {
      assertThat(mark.known()).isFalse();
      assertThat(mark.last()).isEqualTo(-1);
    }
  }
}
