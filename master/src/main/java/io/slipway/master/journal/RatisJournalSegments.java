package io.slipway.master.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment files of Ratis' log, read before Ratis opens them.
 *
 * <p>A process that was killed can leave a torn last record with zeros behind it, which Ratis
 * refuses; it is cut. An open segment that was emptied is deleted silently by Ratis, with all that
 * was acknowledged in it; it is refused, and so is everything else that is not as it was written.
 *
 * <p>A segment is the eight bytes {@code RaftLog1}, then records: length as a varint, a protobuf
 * message that begins with term and index, a CRC-32C of length and message. An open segment ends in
 * zeros, which were allocated ahead.
 */
final class RatisJournalSegments {
  private static final Logger log = LoggerFactory.getLogger(RatisJournalSegments.class);

  /** No record of Ratis' is longer, in bytes. */
  static final int LONGEST = 1 << 20;

  private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern CLOSED = Pattern.compile("log_(\\d{1,18})-(\\d{1,18})");
  private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d{1,18})");
  private static final int TERM_TAG = 1 << 3;
  private static final int INDEX_TAG = 2 << 3;

  private record Segment(Path file, long first, long end, boolean open) {}

  private final RatisJournalMark mark;
  private final List<Segment> stale = new ArrayList<>();
  private boolean empty = true;
  private long first;
  private long next;

  private RatisJournalSegments(RatisJournalMark mark) {
    this.mark = mark;
  }

  /**
   * Reads all segments in a directory, which may be missing, and cuts a torn last record.
   *
   * @throws JournalException if they are not what was once written
   */
  static RatisJournalSegments check(Path directory, RatisJournalMark mark)
      throws JournalException, IOException {
    RatisJournalSegments segments = new RatisJournalSegments(mark);
    List<Segment> read = new ArrayList<>();
    for (Segment segment : list(directory)) {
      if (segments.empty || segment.first() > segments.next) {
        // A gap is what an interrupted purge leaves, if a snapshot covers all before it.
        segments.stale.addAll(read);
        read.clear();
        segments.first = segment.first();
      } else if (segment.first() < segments.next) {
        throw damaged(segment.file(), "it begins before the segment in front of it ends");
      }
      segments.empty = false;
      segments.next = segments.read(segment);
      read.add(segment);
    }
    if (mark.previous() >= segments.next && !segments.empty) {
      Segment last = read.get(read.size() - 1);
      throw damaged(
          last.file(),
          "the log ends before record "
              + segments.next
              + ", records up to "
              + mark.last()
              + " had been acknowledged");
    }
    if (mark.last() >= segments.next && !segments.empty) {
      log.warn(
          "Record {}, the last one, had been acknowledged and is missing from {}",
          mark.last(),
          directory);
    }
    return segments;
  }

  /** Whether there is no segment at all. */
  boolean isEmpty() {
    return empty;
  }

  /** Whether the log holds every record after the one at this index; -1 for the beginning. */
  boolean reachesBackTo(long index) {
    return empty ? index == -1 : first <= index + 1;
  }

  /** The first index that the log does not hold yet. */
  long next() {
    return next;
  }

  /** Deletes what lies before a gap; for a caller that has a snapshot which covers it. */
  void deleteStale() throws IOException {
    for (Segment segment : stale) {
      log.info("Deleting {}, which an interrupted purge left", segment.file());
      Files.delete(segment.file());
    }
    stale.clear();
  }

  private static List<Segment> list(Path directory) throws IOException {
    List<Segment> segments = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return segments;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        Matcher closed = CLOSED.matcher(name);
        Matcher open = OPEN.matcher(name);
        if (closed.matches()) {
          segments.add(
              new Segment(
                  file, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2)), false));
        } else if (open.matches()) {
          segments.add(new Segment(file, Long.parseLong(open.group(1)), Long.MAX_VALUE, true));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::first).thenComparing(Segment::open));
    return segments;
  }

  /** Returns the index after its last record. */
  private long read(Segment segment) throws JournalException, IOException {
    byte[] bytes = Files.readAllBytes(segment.file());
    int magic = 0;
    while (magic < Math.min(bytes.length, MAGIC.length) && bytes[magic] == MAGIC[magic]) {
      magic++;
    }
    long index = segment.first();
    if (magic < MAGIC.length || lastNonZero(bytes) < MAGIC.length) {
      if (!segment.open() || lastNonZero(bytes) >= magic && magic < MAGIC.length) {
        throw damaged(segment.file(), "its beginning is not that of a log segment");
      }
      if (!mark.known() || mark.last() >= index) {
        throw damaged(
            segment.file(),
            "it is empty"
                + (mark.known()
                    ? ", records " + index + " to " + mark.last() + " had been acknowledged"
                    : " and nothing tells whether it always was"));
      }
      return index; // The process ended when it had just begun the file: Ratis deletes it.
    }
    int position = MAGIC.length;
    while (position < bytes.length && bytes[position] != 0) {
      int end = recordEnd(bytes, position);
      if (end < 0 || !checksumMatches(bytes, position, end)) {
        if (!segment.open()) {
          throw damaged(segment.file(), at(position, index) + "its checksum is wrong");
        }
        cutTorn(segment, bytes, position, index);
        return index;
      }
      if (indexOf(bytes, position) != index) {
        throw damaged(
            segment.file(),
            at(position, index) + "record " + indexOf(bytes, position) + " stands in its place");
      }
      position = end;
      index++;
    }
    if (position < bytes.length && lastNonZero(bytes) >= position) {
      throw damaged(segment.file(), "there are bytes after its end, from byte " + position);
    }
    if (!segment.open() && index != segment.end() + 1) {
      throw damaged(segment.file(), "it ends before record " + index);
    }
    return index;
  }

  /** A torn record is the last one, and was not acknowledged as it stands there. */
  private void cutTorn(Segment segment, byte[] bytes, int position, long index)
      throws JournalException, IOException {
    int last = lastNonZero(bytes);
    int end = claimedEnd(bytes, position);
    if (end < 0 || end <= last) {
      throw damaged(
          segment.file(),
          at(position, index) + (end < 0 ? "its length is impossible" : "its checksum is wrong"));
    }
    for (int other = position + 1; other <= last; other++) {
      int otherEnd = recordEnd(bytes, other);
      if (otherEnd > 0
          && indexOf(bytes, other) > index
          && checksumMatches(bytes, other, otherEnd)) {
        throw damaged(
            segment.file(), at(position, index) + "it is damaged, and whole records follow");
      }
    }
    boolean whole = end == last + 1;
    if (mark.previous() >= index || whole && mark.last() >= index) {
      throw damaged(segment.file(), at(position, index) + "it is damaged, and was acknowledged");
    }
    log.warn(
        "Cutting {} at byte {}: record {} was not written to its end",
        segment.file(),
        position,
        index);
    try (FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
      channel.truncate(position);
      channel.force(true);
    }
  }

  /** Where the record at a position ends, its checksum included; -1 if it can't be whole. */
  private static int recordEnd(byte[] bytes, int position) {
    int end = claimedEnd(bytes, position);
    return end > bytes.length ? -1 : end;
  }

  /** As {@link #recordEnd}, perhaps behind the file's end; -1 if no record has such a length. */
  private static int claimedEnd(byte[] bytes, int position) {
    int length = 0;
    for (int i = 0; i < 5; i++) {
      if (position + i == bytes.length) {
        return Integer.MAX_VALUE;
      }
      length |= (bytes[position + i] & 0x7f) << (7 * i);
      if (bytes[position + i] >= 0) {
        return length < 0 || length > LONGEST ? -1 : position + i + 1 + length + Integer.BYTES;
      }
    }
    return -1;
  }

  private static boolean checksumMatches(byte[] bytes, int position, int end) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, position, end - Integer.BYTES - position);
    return ByteBuffer.wrap(bytes).getInt(end - Integer.BYTES) == (int) checksum.getValue();
  }

  /** The index that the record claims; -1 if it has no term in front. */
  private static long indexOf(byte[] bytes, int position) {
    ByteBuffer record = ByteBuffer.wrap(bytes).position(position);
    varint(record);
    if (!record.hasRemaining() || record.get() != TERM_TAG) {
      return -1;
    }
    varint(record);
    return record.hasRemaining() && record.get() == INDEX_TAG ? varint(record) : 0;
  }

  private static long varint(ByteBuffer from) {
    long value = 0;
    for (int shift = 0; shift < 64 && from.hasRemaining(); shift += 7) {
      byte b = from.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        break;
      }
    }
    return value;
  }

  private static int lastNonZero(byte[] bytes) {
    int last = bytes.length - 1;
    while (last >= 0 && bytes[last] == 0) {
      last--;
    }
    return last;
  }

  private static String at(int position, long index) {
    return "at byte " + position + " (record " + index + ") ";
  }

  private static JournalException damaged(Path file, String what) {
    return new JournalException(
        file
            + " is damaged: "
            + what
            + ". Acknowledged records may be lost. Restore the journal's directory from a backup,"
            + " or move it away to begin with an empty cluster.");
  }
}
