package io.slipway.master.journal;

import com.google.common.io.ByteStreams;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The snapshot files: {@code snapshot.TERM_INDEX}, the newest two of them.
 *
 * <p>A file is a header (magic number, version, term, index), the state, its length and a CRC-32C
 * of all that. It gets its name only when it is whole and on disk.
 */
final class RatisJournalSnapshots {
  private static final long MAGIC = 0x536c6970536e6170L; // "SlipSnap"
  private static final int VERSION = 1;
  private static final int HEADER = Long.BYTES + Integer.BYTES + 2 * Long.BYTES;
  private static final int TRAILER = Long.BYTES + Integer.BYTES;
  private static final int KEPT = 2;
  private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d{1,18})_(\\d{1,18})");
  private static final String DAMAGED = ".damaged";
  private static final String TEMPORARY = ".tmp";

  /** One file. */
  record Snapshot(long term, long index, Path file) {}

  private final Path directory;

  /** Makes the directory, and removes what an interrupted save left. */
  RatisJournalSnapshots(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + TEMPORARY)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  /** All of them, the newest first; whether they are whole is another question. */
  List<Snapshot> newestFirst() throws IOException {
    List<Snapshot> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          found.add(
              new Snapshot(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)), file));
        }
      }
    }
    found.sort(Comparator.comparingLong(Snapshot::index).reversed());
    return found;
  }

  /**
   * Reads all of it and compares the checksum.
   *
   * @throws IOException if it is not what was once written under this name
   */
  void verify(Snapshot snapshot) throws IOException {
    long size = Files.size(snapshot.file());
    if (size < HEADER + TRAILER) {
      throw new EOFException("only " + size + " bytes long");
    }
    try (InputStream file =
        new BufferedInputStream(Files.newInputStream(snapshot.file()), 1 << 16)) {
      CheckedInputStream sum = new CheckedInputStream(file, new CRC32C());
      InputStream body = ByteStreams.limit(sum, size - Integer.BYTES);
      DataInputStream header = new DataInputStream(body);
      if (header.readLong() != MAGIC) {
        throw new IOException("not a snapshot");
      }
      int version = header.readInt();
      if (version != VERSION) {
        throw new IOException("written in format " + version + ", this version knows " + VERSION);
      }
      if (header.readLong() != snapshot.term() || header.readLong() != snapshot.index()) {
        throw new IOException("has the name of another snapshot");
      }
      body.transferTo(OutputStream.nullOutputStream());
      int expected = (int) sum.getChecksum().getValue();
      if (new DataInputStream(file).readInt() != expected) {
        throw new IOException("its checksum is wrong");
      }
    }
  }

  /** The state in it; to be verified first. */
  InputStream open(Snapshot snapshot) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(snapshot.file()), 1 << 16);
    try {
      ByteStreams.skipFully(in, HEADER);
      return ByteStreams.limit(in, Files.size(snapshot.file()) - HEADER - TRAILER);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Sets a bad one aside, so that nobody takes it for a good one and an operator can look. */
  void setAside(Snapshot snapshot) throws IOException {
    Files.move(
        snapshot.file(),
        snapshot.file().resolveSibling(snapshot.file().getFileName() + DAMAGED),
        StandardCopyOption.REPLACE_EXISTING);
    force(directory);
  }

  /** Writes one; when this returns it is on disk. */
  Snapshot save(long term, long index, Journal.SnapshotWriter writer) throws IOException {
    Path file = directory.resolve("snapshot." + term + "_" + index);
    Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
    try {
      try (FileOutputStream raw = new FileOutputStream(temporary.toFile())) {
        CheckedOutputStream checked =
            new CheckedOutputStream(new BufferedOutputStream(raw, 1 << 16), new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(term);
        out.writeLong(index);
        CountedStream state = new CountedStream(checked);
        writer.write(state);
        state.flush();
        out.writeLong(state.count);
        out.writeInt((int) checked.getChecksum().getValue());
        out.flush();
        raw.getFD().sync();
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      force(directory);
      return new Snapshot(term, index, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Removes all but the newest two, and what was set aside before them.
   *
   * @return the older of those that stay, if there are two
   */
  Optional<Snapshot> removeOld() throws IOException {
    List<Snapshot> all = newestFirst();
    if (all.size() < KEPT) {
      return Optional.empty();
    }
    for (Snapshot old : all.subList(KEPT, all.size())) {
      Files.delete(old.file());
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + DAMAGED)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    return Optional.of(all.get(KEPT - 1));
  }

  /** Forces what a directory lists to disk. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Counts, and leaves the stream below open when it is closed. */
  private static final class CountedStream extends FilterOutputStream {
    private long count;

    CountedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
