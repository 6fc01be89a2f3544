package io.slipway.master.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The indexes of the last two records that were acknowledged, in a small file beside the log: what
 * tells a log that lost records from one that never had them.
 *
 * <p>It is written after each commit and not forced, so it survives the end of the process; after a
 * power loss it may be older than the log, never newer. Two slots take turns, so that one is whole
 * at any moment. Used by one thread at a time.
 */
final class RatisJournalMark implements AutoCloseable {
  private static final int SLOT = 3 * Long.BYTES;

  private final RandomAccessFile file;
  private boolean known;
  private long previous;
  private long last;
  private int slot;

  private RatisJournalMark(RandomAccessFile file) {
    this.file = file;
  }

  /** Opens the file, which says "nothing yet" if it was made just now in a journal that is new. */
  static RatisJournalMark open(Path path, boolean newJournal) throws IOException {
    boolean missing = !Files.exists(path);
    RatisJournalMark mark = new RatisJournalMark(new RandomAccessFile(path.toFile(), "rw"));
    try {
      if (missing && newJournal) {
        mark.reset(-1);
      } else {
        mark.read();
      }
      return mark;
    } catch (IOException | RuntimeException e) {
      mark.close();
      throw e;
    }
  }

  /** Whether the file says anything. */
  boolean known() {
    return known;
  }

  /** The index of the record acknowledged last; -1 if there was none or nothing is known. */
  long last() {
    return known ? last : -1;
  }

  /** The index of the record acknowledged before the last; -1 as above. */
  long previous() {
    return known ? previous : -1;
  }

  /** Notes an acknowledged record; one at or below the last is no news. */
  void record(long index) throws IOException {
    if (known && index <= last) {
      return;
    }
    write(last(), index);
  }

  /** Begins anew: the log ends at this index. */
  void reset(long index) throws IOException {
    write(index, index);
    write(index, index);
    file.getFD().sync();
  }

  private void write(long newPrevious, long newLast) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SLOT).putLong(newPrevious).putLong(newLast);
    bytes.putLong(checksum(bytes.array()));
    slot = 1 - slot;
    file.seek((long) slot * SLOT);
    file.write(bytes.array());
    previous = newPrevious;
    last = newLast;
    known = true;
  }

  private void read() throws IOException {
    for (int i = 0; i < 2 && file.length() >= (long) (i + 1) * SLOT; i++) {
      byte[] bytes = new byte[SLOT];
      file.seek((long) i * SLOT);
      file.readFully(bytes);
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      long slotPrevious = buffer.getLong();
      long slotLast = buffer.getLong();
      if (buffer.getLong() == checksum(bytes) && (!known || slotLast > last)) {
        previous = slotPrevious;
        last = slotLast;
        slot = i;
        known = true;
      }
    }
  }

  private static long checksum(byte[] slotBytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(slotBytes, 0, 2 * Long.BYTES);
    return checksum.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
