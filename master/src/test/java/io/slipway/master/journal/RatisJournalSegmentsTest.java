package io.slipway.master.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.server.raftlog.RaftLog;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisJournalSegmentsTest {
  private static final int ZEROS = 300;

  /** A log written by Ratis. */
  @TempDir static Path original;

  private static byte[] whole;
  private static long lastRecord;

  /** Where each record begins, and after them the end. */
  private static List<Integer> positions;

  @TempDir Path directory;
  private RatisJournalMark mark;
  private Path open;

  @BeforeAll
  static void writeLog() throws Exception {
    RecordingListener told = new RecordingListener();
    RatisJournal journal = new RatisJournal(RatisJournalSettings.of(original));
    try {
      journal.start(told);
      told.awaitLeading();
      for (int i = 0; i < 5; i++) {
        journal.append(ByteString.copyFromUtf8("record " + i)).get(10, TimeUnit.SECONDS);
      }
      lastRecord = told.last().index();
      // Ratis' own record of what is committed follows; a damaged last one could not be told from
      // one that was not written to its end.
      RaftLog raftLog = journal.server().getDivision(RatisJournal.GROUP).getRaftLog();
      Awaitility.await().until(() -> raftLog.getLastEntryTermIndex().getIndex() > lastRecord);
    } finally {
      journal.close();
    }
    whole = Files.readAllBytes(logs(original).resolve("log_inprogress_0"));
    positions = new ArrayList<>(List.of(8));
    int position = 8;
    while (position < whole.length) {
      position += 1 + whole[position] + Integer.BYTES; // Short records: the length is one byte.
      positions.add(position);
    }
  }

  @BeforeEach
  void copyLog() throws IOException {
    Files.createDirectories(logs(directory));
    open = logs(directory).resolve("log_inprogress_0");
    Files.write(open, whole);
    mark = RatisJournalMark.open(directory.resolve("mark"), true);
  }

  @AfterEach
  void closeMark() throws IOException {
    mark.close();
  }

  @Test
  void wholeLog_isAccepted_withOrWithoutZerosBehind() throws Exception {
    acknowledged(lastRecord - 1, lastRecord);

    assertThat(check().next()).isEqualTo(count());

    Files.write(open, Arrays.copyOf(whole, whole.length + ZEROS));
    assertThat(check().next()).isEqualTo(count());
    assertThat(check().reachesBackTo(-1)).isTrue();
  }

  @Test
  void tornLastRecord_cutAtAnyByte_isCut() throws Exception {
    int begin = positions.get(count() - 1);
    for (int end = begin + 1; end < whole.length; end++) {
      for (int zeros : new int[] {0, 1, ZEROS}) {
        Files.write(open, Arrays.copyOf(Arrays.copyOf(whole, end), end + zeros));

        assertThat(check().next()).as("cut at %s, %s zeros", end, zeros).isEqualTo(count() - 1);

        byte[] left = Files.readAllBytes(open);
        int length = Math.max(begin, left.length);
        assertThat(Arrays.copyOf(left, length))
            .isEqualTo(Arrays.copyOf(Arrays.copyOf(whole, begin), length));
      }
    }
  }

  @Test
  void lastAcknowledgedRecord_torn_isCut_theOneBeforeIsNot() throws Exception {
    acknowledged(lastRecord - 2, lastRecord);
    int begin = positions.get((int) lastRecord);
    Files.write(open, Arrays.copyOf(Arrays.copyOf(whole, begin + 5), begin + ZEROS));

    assertThat(check().next()).isEqualTo(lastRecord);

    int earlier = positions.get((int) lastRecord - 2);
    Files.write(open, Arrays.copyOf(Arrays.copyOf(whole, earlier + 5), earlier + ZEROS));
    assertRefused("damaged", "record " + (lastRecord - 2));
    Files.write(open, Arrays.copyOf(whole, earlier));
    assertRefused("ends before record " + (lastRecord - 2));
  }

  @Test
  void flippedByte_inAnythingAcknowledged_isRefused() throws Exception {
    acknowledged(lastRecord - 1, lastRecord);
    int end = positions.get((int) lastRecord + 1);
    for (int i = 0; i < end; i++) {
      for (int flip : new int[] {1, 0x10, 0x80, 0xff}) {
        byte[] flipped = Arrays.copyOf(whole, whole.length + ZEROS);
        flipped[i] ^= (byte) flip;
        Files.write(open, flipped);

        assertThatThrownBy(this::check)
            .as("byte %s ^ %s", i, flip)
            .isInstanceOf(JournalException.class)
            .hasMessageContaining(open.toString())
            .hasMessageContaining("backup");
        assertThat(Files.readAllBytes(open)).isEqualTo(flipped);
      }
    }
  }

  @Test
  void flippedByte_nothingKnownOfWhatWasAcknowledged_isRefusedBeforeTheLastRecord()
      throws Exception {
    int end = positions.get(count() - 1);
    for (int i = 0; i < end; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 4;
      Files.write(open, flipped);

      assertThatThrownBy(this::check).as("byte %s", i).isInstanceOf(JournalException.class);
    }
  }

  @Test
  void garbageAfterTheEnd_isRefused() throws Exception {
    byte[] garbage = Arrays.copyOf(whole, whole.length + ZEROS);
    garbage[garbage.length - 10] = 1;
    Files.write(open, garbage);

    assertRefused("after its end");
  }

  @Test
  void emptiedSegment_isRefused_ifItHeldWhatWasAcknowledged() throws Exception {
    acknowledged(lastRecord - 1, lastRecord);
    for (byte[] emptied : emptied()) {
      Files.write(open, emptied);
      assertRefused("it is empty", "had been acknowledged");
    }
  }

  @Test
  void emptiedSegment_nothingKnown_isRefused() throws Exception {
    mark.close();
    Files.write(directory.resolve("mark"), new byte[10]);
    mark = RatisJournalMark.open(directory.resolve("mark"), true);
    for (byte[] emptied : emptied()) {
      Files.write(open, emptied);
      assertRefused("it is empty");
    }
  }

  @Test
  void segmentJustBegun_isAccepted() throws Exception {
    Path closed = logs(directory).resolve("log_0-" + (count() - 1));
    Files.move(open, closed);
    acknowledged(lastRecord - 1, lastRecord);
    for (byte[] begun : emptied()) {
      Files.write(logs(directory).resolve("log_inprogress_" + count()), begun);
      assertThat(check().next()).isEqualTo(count());
    }
  }

  @Test
  void closedSegment_tornOrTooShort_isRefused() throws Exception {
    Path closed = logs(directory).resolve("log_0-" + (count() - 1));
    Files.delete(open);
    Files.write(closed, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(this::check).hasMessageContaining(closed.toString());

    Files.write(closed, Arrays.copyOf(whole, positions.get(count() - 1)));
    assertThatThrownBy(this::check).hasMessageContaining("ends before");

    Files.write(closed, new byte[0]);
    assertThatThrownBy(this::check).hasMessageContaining("beginning");
  }

  @Test
  void gap_segmentsBeforeItCountOnlyWithASnapshot() throws Exception {
    Files.write(logs(directory).resolve("log_0-0"), Arrays.copyOf(whole, positions.get(1)));
    Files.delete(open);
    byte[] tail = new byte[8 + whole.length - positions.get(3)];
    System.arraycopy(whole, 0, tail, 0, 8);
    System.arraycopy(whole, positions.get(3), tail, 8, whole.length - positions.get(3));
    Files.write(logs(directory).resolve("log_inprogress_3"), tail);

    RatisJournalSegments segments = check();

    assertThat(segments.reachesBackTo(-1)).isFalse();
    assertThat(segments.reachesBackTo(1)).isFalse();
    assertThat(segments.reachesBackTo(2)).isTrue();
    segments.deleteStale();
    assertThat(logs(directory).resolve("log_0-0")).doesNotExist();
    assertThat(check().next()).isEqualTo(count());
  }

  @Test
  void journal_tornTail_opensWithAllTheRest() throws Exception {
    Path copy = directory.resolve("copy");
    copyTree(original, copy);
    Path log = logs(copy).resolve("log_inprogress_0");
    int begin = positions.get((int) lastRecord);
    Files.write(log, Arrays.copyOf(Arrays.copyOf(whole, begin + 20), begin + 4096));

    RecordingListener told = new RecordingListener();
    RatisJournal journal = new RatisJournal(RatisJournalSettings.of(copy));
    try {
      journal.start(told);
      told.awaitLeading();
      journal.append(ByteString.copyFromUtf8("new")).get(10, TimeUnit.SECONDS);
    } finally {
      journal.close();
    }

    assertThat(told.records())
        .containsExactly("record 0", "record 1", "record 2", "record 3", "new");
  }

  @Test
  void journal_emptiedSegment_isRefused() throws Exception {
    Path copy = directory.resolve("copy");
    copyTree(original, copy);
    Path log = logs(copy).resolve("log_inprogress_0");
    Files.write(log, new byte[0]);

    RatisJournal journal = new RatisJournal(RatisJournalSettings.of(copy));
    assertThatThrownBy(() -> journal.start(new RecordingListener()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(log.toString());

    assertThat(log).exists();
    journal.close();
  }

  private RatisJournalSegments check() throws JournalException, IOException {
    return RatisJournalSegments.check(logs(directory), mark);
  }

  private void assertRefused(String... message) {
    assertThatThrownBy(this::check)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(open.toString())
        .hasMessageContainingAll(message);
  }

  private void acknowledged(long previous, long last) throws IOException {
    mark.reset(previous);
    mark.record(last);
  }

  private static int count() {
    return positions.size() - 1;
  }

  private static List<byte[]> emptied() {
    return List.of(
        new byte[0],
        new byte[ZEROS],
        Arrays.copyOf(whole, 3),
        Arrays.copyOf(Arrays.copyOf(whole, 3), ZEROS),
        Arrays.copyOf(whole, 8),
        Arrays.copyOf(Arrays.copyOf(whole, 8), ZEROS));
  }

  private static Path logs(Path journal) {
    return journal.resolve("raft/" + RatisJournal.GROUP.getUuid() + "/current");
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
