package io.slipway.launcher;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the rolled files of one output stream ({@link LogTarget}) as one sequence of bytes, while
 * they are written and rolled. A file is known by its identity, not by its name, so that nothing is
 * read twice or left out when files are renamed between two reads; what is rolled away before it
 * was read is passed over. Not safe for use by several threads; never blocks for output to come.
 */
public final class LogReader implements Closeable {
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,5}");
  private static final int TRIES = 100;
  private static final int BACKWARDS = 64 << 10;

  private final Path file;
  private long offset;
  private FileChannel channel;
  private Object key;

  private record Generation(Path path, Object key, long start, long size) {}

  private LogReader(Path file, long offset) {
    this.file = file;
    this.offset = offset;
  }

  /**
   * Reads from an offset, counted from the first byte ever written; from the first byte that is
   * kept if that one has been rolled away, and from the end if so much has not been written.
   *
   * @param file the current file, which may not exist yet
   * @param offset not negative
   */
  public static LogReader from(Path file, long offset) throws IOException {
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset: " + offset);
    }
    LogReader reader = new LogReader(file, offset);
    if (!reader.position()) {
      reader.offset = 0;
    }
    return reader;
  }

  /**
   * Reads what was written last.
   *
   * @param file the current file, which may not exist yet
   * @param bytes how far before the end to begin, not negative
   */
  public static LogReader tail(Path file, long bytes) throws IOException {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative number of bytes: " + bytes);
    }
    List<Generation> kept = generations(file);
    long end = kept.isEmpty() ? 0 : end(kept);
    return from(file, Math.max(0, end - bytes));
  }

  /**
   * Where the last lines begin, as far as they are kept. What was written behind the last line feed
   * is a line too.
   *
   * @param file the current file, which may not exist yet
   * @param lines how many, not negative; 0 for the end
   */
  public static long startOfLastLines(Path file, long lines) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      OptionalLong found = startOfLastLines(generations(file), lines);
      if (found.isPresent()) {
        return found.getAsLong();
      }
    }
    return 0;
  }

  /** The same; empty if a file was rolled meanwhile. */
  private static OptionalLong startOfLastLines(List<Generation> kept, long lines)
      throws IOException {
    if (kept.isEmpty()) {
      return OptionalLong.of(0);
    }
    long end = end(kept);
    if (lines == 0) {
      return OptionalLong.of(end);
    }
    long missing = lines;
    ByteBuffer buffer = ByteBuffer.allocate(BACKWARDS);
    for (int i = kept.size() - 1; i >= 0; i--) {
      Generation generation = kept.get(i);
      try (FileChannel opened = open(generation.path(), generation.key())) {
        if (opened == null) {
          return OptionalLong.empty();
        }
        for (long to = generation.size(); to > 0; to = Math.max(0, to - BACKWARDS)) {
          long from = Math.max(0, to - BACKWARDS);
          buffer.clear().limit((int) (to - from));
          while (buffer.hasRemaining() && opened.read(buffer, from + buffer.position()) > 0) {
            continue;
          }
          for (int at = buffer.position() - 1; at >= 0; at--) {
            long offset = generation.start() + from + at + 1;
            if (buffer.get(at) == '\n' && offset < end && --missing == 0) {
              return OptionalLong.of(offset);
            }
          }
        }
      }
    }
    return OptionalLong.of(kept.get(0).start());
  }

  /**
   * Where the oldest file begins that was written to since a moment, by this machine's clock; the
   * end if there is none. What stands in it may be older: only files have a time.
   *
   * @param file the current file, which may not exist yet
   */
  public static long startOfWritten(Path file, Instant since) throws IOException {
    List<Generation> kept = generations(file);
    for (Generation generation : kept) {
      BasicFileAttributes attributes = attributesOf(generation.path());
      if (attributes == null || !attributes.lastModifiedTime().toInstant().isBefore(since)) {
        return generation.start();
      }
    }
    return kept.isEmpty() ? 0 : end(kept);
  }

  /** The offset of the first byte of the current file; 0 if there is none. */
  static long startOf(Path file) throws IOException {
    List<Generation> kept = generations(file);
    return kept.isEmpty() ? 0 : kept.get(kept.size() - 1).start();
  }

  /** The offset of the byte that is read next. */
  public long offset() {
    return offset;
  }

  /**
   * Reads what is there. After a read the bytes began at {@link #offset} less what was returned.
   *
   * @return how many bytes were read; 0 if there are no more now
   */
  public int read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (channel == null && !position()) {
        return 0;
      }
      int count = channel.read(target);
      if (count <= 0 && !isCurrent()) {
        // It was rolled after that read, perhaps, and written to until then.
        count = channel.read(target);
        if (count <= 0) {
          if (!advance()) {
            return 0;
          }
          continue;
        }
      }
      if (count > 0) {
        offset += count;
        return count;
      }
      return 0;
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  private boolean isCurrent() throws IOException {
    Object current = keyOf(file);
    return current == null || current.equals(key);
  }

  /** Opens the file that holds {@link #offset}; false if there is none yet. */
  private boolean position() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      List<Generation> kept = generations(file);
      if (kept.isEmpty()) {
        return false;
      }
      long wanted = Math.max(kept.get(0).start(), Math.min(offset, end(kept)));
      Generation holder = kept.get(0);
      for (Generation generation : kept) {
        if (generation.start() <= wanted) {
          holder = generation;
        }
      }
      if (adopt(holder.path(), holder.key(), wanted - holder.start())) {
        offset = wanted;
        return true;
      }
    }
    return false;
  }

  /** Goes on to the file that follows the one that has been read; false if it is not there yet. */
  private boolean advance() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      int number = findNumber();
      if (number < 0) {
        List<Generation> kept = generations(file);
        if (kept.isEmpty()) {
          return false;
        }
        Generation oldest = kept.get(0);
        if (oldest.start() < offset && i < TRIES - 1) {
          continue; // It was renamed faster than looked for: had it gone, so had all before it.
        }
        if (adopt(oldest.path(), oldest.key(), 0)) {
          offset = Math.max(offset, oldest.start());
          return true;
        }
        continue;
      }
      Path next = number == 1 ? file : rolled(number - 1);
      Object nextKey = keyOf(next);
      if (nextKey == null) {
        return false;
      }
      Object mine = key;
      FileChannel opened = open(next, nextKey);
      if (opened == null) {
        continue;
      }
      // Files are renamed from the oldest on: while mine still has its number, so had the next.
      if (mine.equals(keyOf(rolled(number)))) {
        replace(opened, nextKey);
        return true;
      }
      opened.close();
    }
    return false;
  }

  private boolean adopt(Path path, Object expected, long position) throws IOException {
    FileChannel opened = open(path, expected);
    if (opened == null) {
      return false;
    }
    opened.position(position);
    replace(opened, expected);
    return true;
  }

  private void replace(FileChannel opened, Object openedKey) throws IOException {
    close();
    channel = opened;
    key = openedKey;
  }

  /** Opens a path if it is the file that is expected, else null. */
  private static FileChannel open(Path path, Object expected) throws IOException {
    FileChannel opened;
    try {
      opened = FileChannel.open(path);
    } catch (NoSuchFileException e) {
      return null;
    }
    if (expected.equals(keyOf(path))) {
      return opened;
    }
    opened.close();
    return null;
  }

  /** The number of the rolled file that is being read, or -1 if it is gone. */
  private int findNumber() throws IOException {
    NavigableMap<Integer, Path> numbers = rolledNumbers(file);
    int highest = numbers.isEmpty() ? 0 : numbers.lastKey();
    // Upwards, as files are renamed, so that it is not missed; one more for a rename meanwhile.
    for (int number = 1; number <= highest + 1; number++) {
      if (key.equals(keyOf(rolled(number)))) {
        return number;
      }
    }
    return -1;
  }

  private Path rolled(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static long end(List<Generation> kept) {
    Generation last = kept.get(kept.size() - 1);
    return last.start() + last.size();
  }

  /** What is kept, the oldest first, as it was at one moment. */
  private static List<Generation> generations(Path file) throws IOException {
    List<Generation> before = list(file);
    for (int i = 0; i < TRIES; i++) {
      List<Generation> now = list(file);
      if (sameFiles(before, now)) {
        return now;
      }
      before = now;
    }
    return before;
  }

  private static boolean sameFiles(List<Generation> one, List<Generation> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      Generation a = one.get(i);
      Generation b = other.get(i);
      if (!a.key().equals(b.key()) || !a.path().equals(b.path()) || a.start() != b.start()) {
        return false;
      }
    }
    return true;
  }

  private static List<Generation> list(Path file) throws IOException {
    List<Path> paths = new ArrayList<>(rolledNumbers(file).descendingMap().values());
    paths.add(file);
    List<Path> present = new ArrayList<>();
    List<BasicFileAttributes> attributes = new ArrayList<>();
    for (Path path : paths) {
      BasicFileAttributes found = attributesOf(path);
      if (found != null) {
        present.add(path);
        attributes.add(found);
      }
    }
    long start = 0;
    Optional<LogStart> known = LogStart.read(file);
    if (known.isPresent()) {
      long before = 0;
      for (int i = 0; i < present.size(); i++) {
        if (LogStart.inodeOf(present.get(i)).equals(known.get().inode())) {
          start = Math.max(0, known.get().offset() - before);
        }
        before += attributes.get(i).size();
      }
    }
    List<Generation> generations = new ArrayList<>();
    for (int i = 0; i < present.size(); i++) {
      long size = attributes.get(i).size();
      generations.add(new Generation(present.get(i), identity(attributes.get(i)), start, size));
      start += size;
    }
    return generations;
  }

  private static NavigableMap<Integer, Path> rolledNumbers(Path file) throws IOException {
    NavigableMap<Integer, Path> numbers = new TreeMap<>();
    String prefix = file.getFileName() + ".";
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(file.getParent())) {
      for (Path sibling : siblings) {
        String name = sibling.getFileName().toString();
        if (name.startsWith(prefix) && NUMBER.matcher(name.substring(prefix.length())).matches()) {
          numbers.put(Integer.parseInt(name.substring(prefix.length())), sibling);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return numbers;
    }
    return numbers;
  }

  private static Object keyOf(Path path) throws IOException {
    BasicFileAttributes attributes = attributesOf(path);
    return attributes == null ? null : identity(attributes);
  }

  private static BasicFileAttributes attributesOf(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Object identity(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    return key != null ? key : attributes.creationTime();
  }
}
