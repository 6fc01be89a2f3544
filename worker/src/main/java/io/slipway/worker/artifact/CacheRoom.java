package io.slipway.worker.artifact;

import io.slipway.model.ByteSize;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a directory of artifacts below a size: removes what has not been used for the longest time.
 * What an execution still links to stays: removing it would free nothing, and it is wanted again if
 * that execution's application starts another. Safe for use by several threads.
 */
final class CacheRoom {
  private static final Logger LOG = LoggerFactory.getLogger(CacheRoom.class);

  private record Entry(Path file, long bytes, int links, long lastUse) {}

  private final Path directory;
  private final long limitBytes;

  /** When files were used since this worker's start, counted from 0; guarded by this. */
  private final Map<Path, Long> uses = new HashMap<>();

  private long count;

  CacheRoom(Path directory, long limitBytes) {
    this.directory = directory;
    this.limitBytes = limitBytes;
  }

  /** A file is used now. */
  synchronized void used(Path file) {
    uses.put(file, count++);
  }

  /**
   * Removes files until there is room for so many bytes more, below the limit and on the disk, or
   * nothing is left that may go.
   *
   * @param kept files that are needed now
   */
  synchronized void make(long bytes, Predicate<Path> kept) throws IOException {
    List<Entry> entries = list();
    long total = bytes + entries.stream().mapToLong(Entry::bytes).sum();
    long lacking =
        Math.max(total - limitBytes, bytes - Files.getFileStore(directory).getUsableSpace());
    if (lacking <= 0) {
      return;
    }
    entries.sort(Comparator.comparingLong(Entry::lastUse).thenComparing(Entry::file));
    for (Entry entry : entries) {
      if (lacking <= 0) {
        return;
      }
      if (entry.links() == 1 && !kept.test(entry.file())) {
        Files.deleteIfExists(entry.file());
        uses.remove(entry.file());
        total -= entry.bytes();
        lacking -= entry.bytes();
        LOG.info(
            "artifact {} ({} bytes) leaves the cache, which may have {}",
            entry.file().getFileName(),
            entry.bytes(),
            ByteSize.format(limitBytes));
      }
    }
    LOG.debug("the artifact cache has {} bytes, and all of them are in use", total);
  }

  private List<Entry> list() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        try {
          Map<String, Object> attributes = Files.readAttributes(file, "unix:size,nlink,ctime");
          entries.add(
              new Entry(
                  file,
                  (Long) attributes.get("size"),
                  (Integer) attributes.get("nlink"),
                  lastUse(file, (FileTime) attributes.get("ctime"))));
        } catch (NoSuchFileException renamed) {
          LOG.trace("{} has another name now", file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /** Of files not used since the start it is told by their links, which change that time. */
  private long lastUse(Path file, FileTime changed) {
    Long use = uses.get(file);
    return use != null ? use : changed.toMillis() - Long.MAX_VALUE / 2;
  }
}
