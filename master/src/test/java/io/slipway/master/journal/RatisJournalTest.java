package io.slipway.master.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Closing a journal takes Ratis up to a second of waiting, so these tests run side by side. */
@Execution(ExecutionMode.CONCURRENT)
class RatisJournalTest {
  @TempDir Path directory;
  private final List<RatisJournal> opened = new ArrayList<>();
  private RatisJournal journal;
  private RecordingListener told;

  @AfterEach
  void closeAll() {
    opened.forEach(RatisJournal::close);
  }

  @Test
  void append_closedAndReopened_isDeliveredBeforeLeading() throws Exception {
    long firstTerm = open();
    append("a", "b", "c");
    reopen();
    append("d");

    assertThat(told.records()).containsExactly("a", "b", "c", "d");
    assertThat(told.events)
        .containsSubsequence("committed c", "leading", "committed d")
        .doesNotContain("failed");
    assertThat(told.last().term()).isGreaterThan(firstTerm);
    assertThat(told.committed)
        .extracting(RecordingListener.Committed::index)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void leading_newTerm_isThatOfTheRecordsAppendedInIt() throws Exception {
    long term = open();
    append("a");

    assertThat(told.last().term()).isEqualTo(term);
  }

  @Test
  void append_longestRecord_isTaken_longerIsRefused() throws Exception {
    open();

    journal.append(bytes(RatisJournal.LONGEST_RECORD)).get(10, TimeUnit.SECONDS);

    assertThat(journal.append(bytes(RatisJournal.LONGEST_RECORD + 1)))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("longer than 524288");
    append("still alive");
    reopen();
    assertThat(told.records()).containsExactly("524288 bytes", "still alive");
  }

  @Test
  void append_noAnswerInTime_fails_andMayBeCommittedAllTheSame() throws Exception {
    open(new RatisJournalSettings(directory, 1 << 20, 1000, Duration.ofMillis(100)));
    CompletableFuture<Void> taken;
    synchronized (told.committed) { // Holds up the delivery.
      taken = journal.append(ByteString.copyFromUtf8("a"));
      assertThat(taken)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(TimeoutException.class);
    }

    reopen();
    assertThat(told.records()).containsExactly("a");
  }

  @Test
  void append_afterClose_fails() throws Exception {
    open();
    journal.close();

    assertThat(journal.append(ByteString.copyFromUtf8("late"))).isCompletedExceptionally();
  }

  @Test
  void start_directoryInUse_isRefusedWithItsUser() throws Exception {
    open();
    append("a");
    RatisJournal second = newJournal(RatisJournalSettings.of(directory));

    assertThatThrownBy(() -> second.start(new RecordingListener()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("process " + ProcessHandle.current().pid());

    second.close();
    append("b");
    assertThat(told.records()).containsExactly("a", "b");
  }

  @Test
  void snapshot_withTail_isRestored() throws Exception {
    open();
    append("a", "b");
    snapshot("a+b");
    append("c");
    reopen();

    assertThat(told.events.get(0)).isEqualTo("restored a+b");
    assertThat(told.records()).containsExactly("c");
  }

  @Test
  void snapshot_newestDamagedAnywhere_olderAndMoreOfTheLogAreTaken() throws Exception {
    open();
    append("a");
    snapshot("a");
    append("b");
    snapshot("a+b");
    append("c");
    journal.close();
    Path newest = snapshots().get(1);
    byte[] whole = Files.readAllBytes(newest);
    RatisJournalSnapshots files = new RatisJournalSnapshots(newest.getParent());

    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 4;
      Files.write(newest, flipped);
      assertThatThrownBy(() -> files.verify(files.newestFirst().get(0)))
          .isInstanceOf(IOException.class);
      Files.write(newest, Arrays.copyOf(whole, i));
      assertThatThrownBy(() -> files.verify(files.newestFirst().get(0)))
          .isInstanceOf(IOException.class);
    }
    open();

    assertThat(told.events.get(0)).isEqualTo("restored a");
    assertThat(told.records()).containsExactly("b", "c");
  }

  @Test
  void snapshot_listenerCannotReadTheNewest_olderIsTaken() throws Exception {
    open();
    append("a");
    snapshot("a");
    append("b");
    snapshot("unreadable");
    reopen();

    assertThat(told.events.get(0)).isEqualTo("restored a");
    assertThat(told.records()).containsExactly("b");
  }

  @Test
  void snapshot_allDamagedButLogComplete_everythingIsReplayed() throws Exception {
    open();
    append("a");
    snapshot("a");
    append("b");
    journal.close();
    for (Path file : snapshots()) {
      Files.write(file, new byte[5]);
    }
    open();

    assertThat(told.records()).containsExactly("a", "b");
  }

  @Test
  void snapshot_writerFails_oldOneStays() throws Exception {
    open();
    append("a");
    snapshot("a");
    append("b");
    long index = told.last().index();

    assertThatThrownBy(
            () ->
                journal.saveSnapshot(
                    told.last().term(),
                    index,
                    out -> {
                      out.write(1);
                      throw new IOException("no");
                    }))
        .hasMessage("no");

    reopen();
    assertThat(told.events.get(0)).isEqualTo("restored a");
    assertThat(told.records()).containsExactly("b");
  }

  @Test
  void snapshots_purgeTheLogUpToTheOlderOne() throws Exception {
    open();
    fill(20);
    snapshot("one");
    fill(40);
    snapshot("two");
    fill(20);
    snapshot("three");
    append("tail");
    journal.close();

    assertThat(snapshots()).hasSize(2);
    assertThat(segments()).isNotEmpty().noneMatch(name -> name.startsWith("log_0-"));
    open();
    assertThat(told.events.get(0)).isEqualTo("restored three");
    assertThat(told.records()).containsExactly("tail");
    journal.close();

    Files.write(snapshots().get(1), new byte[5]);
    open();
    assertThat(told.events.get(0)).isEqualTo("restored two");
    assertThat(told.records()).hasSize(21).endsWith("tail");
    journal.close();

    for (Path file : snapshots()) {
      Files.write(file, new byte[5]);
    }
    RatisJournal last = newJournal(RatisJournalSettings.of(directory));
    assertThatThrownBy(() -> last.start(new RecordingListener()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("snapshot")
        .hasMessageContaining("backup");
  }

  @Test
  void snapshotDue_afterSoManyRecordsOrBytes_isTold() throws Exception {
    open(new RatisJournalSettings(directory, 1000, 3, Duration.ofSeconds(5)));
    append("a", "b");
    assertThat(told.events).doesNotContain("snapshot due");

    append("c");
    assertThat(told.events).containsOnlyOnce("snapshot due");

    journal.append(bytes(1000)).get(10, TimeUnit.SECONDS);
    assertThat(told.events.stream().filter("snapshot due"::equals)).hasSize(2);
  }

  @Test
  void stepDown_alone_leadsAgainInAnotherTerm() throws Exception {
    long term = open();
    append("a");

    journal.stepDown();

    assertThat(told.awaitLeading()).isGreaterThan(term);
    assertThat(told.events).containsSubsequence("leading", "not leading", "leading");
    append("b");
    assertThat(told.records()).containsExactly("a", "b");
  }

  @Test
  void server_closesByItself_failsTheJournalAndWhatIsAppended() throws Exception {
    open();
    append("a");

    journal.server().getDivision(RatisJournal.GROUP).close();

    assertThat(told.failures.poll(30, TimeUnit.SECONDS)).contains(directory.toString());
    assertThat(journal.append(ByteString.copyFromUtf8("b"))).failsWithin(Duration.ofSeconds(10));
    assertThat(told.events.stream().filter("failed"::equals)).hasSize(1);
  }

  @Test
  void close_tellsNothing() throws Exception {
    open();
    append("a");
    int before = told.events.size();

    journal.close();

    assertThat(told.events).hasSize(before);
  }

  @Test
  void usableBytes_areThoseOfTheDisk() throws Exception {
    open();

    assertThat(journal.usableBytes()).isPositive();
  }

  @Test
  void start_logIsMissing_isRefused() throws Exception {
    open();
    append("a");
    journal.close();
    deleteTree(directory.resolve("raft"));

    RatisJournal again = newJournal(RatisJournalSettings.of(directory));
    assertThatThrownBy(() -> again.start(new RecordingListener()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("missing")
        .hasMessageContaining("backup");
  }

  @Test
  void start_ratisMetadataIsMissing_isRefused() throws Exception {
    open();
    append("a");
    journal.close();
    Files.delete(logDirectory().resolve("raft-meta"));

    RatisJournal again = newJournal(RatisJournalSettings.of(directory));
    assertThatThrownBy(() -> again.start(new RecordingListener()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(directory.toString());
  }

  private long open() throws Exception {
    return open(RatisJournalSettings.of(directory));
  }

  private long open(RatisJournalSettings settings) throws Exception {
    journal = newJournal(settings);
    told = new RecordingListener();
    journal.start(told);
    return told.awaitLeading();
  }

  private RatisJournal newJournal(RatisJournalSettings settings) {
    RatisJournal fresh = new RatisJournal(settings);
    opened.add(fresh);
    return fresh;
  }

  private void reopen() throws Exception {
    journal.close();
    open();
  }

  private void append(String... records) throws Exception {
    for (String record : records) {
      journal.append(ByteString.copyFromUtf8(record)).get(10, TimeUnit.SECONDS);
    }
  }

  /** Appends records of 400 KB. */
  private void fill(int records) throws Exception {
    for (int i = 0; i < records; i++) {
      journal.append(bytes(400_000)).get(10, TimeUnit.SECONDS);
    }
  }

  private void snapshot(String state) throws Exception {
    journal.saveSnapshot(
        told.last().term(), told.last().index(), out -> out.write(state.getBytes(UTF_8)));
  }

  private List<Path> snapshots() throws IOException {
    return new RatisJournalSnapshots(directory.resolve("snapshots"))
        .newestFirst().stream()
            .sorted((a, b) -> Long.compare(a.index(), b.index()))
            .map(RatisJournalSnapshots.Snapshot::file)
            .toList();
  }

  private Path logDirectory() {
    return directory.resolve("raft/" + RatisJournal.GROUP.getUuid() + "/current");
  }

  private List<String> segments() throws IOException {
    try (Stream<Path> files = Files.list(logDirectory())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static ByteString bytes(int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) 'x');
    return ByteString.copyFrom(bytes);
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
