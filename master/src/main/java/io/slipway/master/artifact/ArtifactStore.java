package io.slipway.master.artifact;

import io.grpc.Status;
import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files named by the SHA-256 of their bytes. What lies under a digest's name is whole, checked and
 * forced to disk; what is still coming lies apart, and may be continued after a break or a restart.
 * Safe for use by several threads; methods read and write the disk.
 */
public final class ArtifactStore {
  private static final System.Logger log = System.getLogger(ArtifactStore.class.getName());

  /** Asking again and again must not write again and again. */
  private static final Duration RENEW_AFTER = Duration.ofMinutes(1);

  private static final Duration RETRY_WHILE_BUSY = Duration.ofMillis(500);
  private static final Duration KEEP_UNFINISHED = Duration.ofHours(24);

  private final Path whole;
  private final Path unfinished;
  private final ArtifactLimits limits;
  private final InstantSource clock;

  /** Sizes that were announced of uploads that are under way; guarded by itself. */
  private final Map<Digest, Long> busy = new HashMap<>();

  /** Held while an artifact is asked for, or is removed. */
  private final Object removal = new Object();

  /** What was removed. */
  record Removed(int files, long bytes) {}

  private ArtifactStore(Path directory, ArtifactLimits limits, InstantSource clock) {
    this.whole = directory.resolve("whole");
    this.unfinished = directory.resolve("unfinished");
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * Opens the store in a directory, which is made if it is missing. Uploads that nobody continued
   * for a day are removed.
   *
   * @param limits an upload that would pass them is refused
   * @param clock tells the age of artifacts
   */
  public static ArtifactStore open(Path directory, ArtifactLimits limits, InstantSource clock)
      throws IOException {
    ArtifactStore store = new ArtifactStore(directory, limits, clock);
    Files.createDirectories(store.whole);
    Files.createDirectories(store.unfinished);
    Instant tooOld = clock.instant().minus(KEEP_UNFINISHED);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(store.unfinished)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(tooOld)) {
          Files.deleteIfExists(file);
        }
      }
    }
    return store;
  }

  /**
   * The size of an artifact; empty if it is not there, or not whole. One that is there stays for
   * its minimum age from now, so that what was asked for can be referred to.
   */
  public OptionalLong size(Digest digest) {
    synchronized (removal) {
      OptionalLong size = stored(digest);
      if (size.isPresent()) {
        renew(wholeFile(digest));
      }
      return size;
    }
  }

  /** The same, and its age stays as it is. */
  OptionalLong stored(Digest digest) {
    try {
      return OptionalLong.of(Files.size(wholeFile(digest)));
    } catch (IOException missing) {
      return OptionalLong.empty();
    }
  }

  private void renew(Path file) {
    Instant now = clock.instant();
    try {
      if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(RENEW_AFTER))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
    } catch (IOException e) {
      log.log(System.Logger.Level.WARNING, "the age of " + file + " could not be renewed", e);
    }
  }

  /** Whether an artifact is there, whole; as {@link #size} does, it then stays for a while. */
  public boolean contains(Digest digest) {
    return size(digest).isPresent();
  }

  /** Removes the artifacts that are older than their minimum age and not kept. */
  Removed removeUnless(Predicate<Digest> kept) throws IOException {
    int files = 0;
    long bytes = 0;
    for (Path file : wholeFiles()) {
      Digest digest = new Digest(file.getFileName().toString());
      if (!kept.test(digest)) {
        synchronized (removal) {
          long size = Files.size(file);
          Instant youngest = clock.instant().minus(limits.minimumAge());
          if (!Files.getLastModifiedTime(file).toInstant().isAfter(youngest)) {
            Files.delete(file);
            files++;
            bytes += size;
          }
        }
      }
    }
    return new Removed(files, bytes);
  }

  private List<Path> wholeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(whole, 2)) {
      return files.filter(file -> file.getNameCount() == whole.getNameCount() + 2).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What is taken, or will be by uploads that are under way. */
  long usedBytes() throws IOException {
    long used = 0;
    for (Path file : wholeFiles()) {
      used += sizeOf(file);
    }
    synchronized (busy) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(unfinished)) {
        for (Path file : files) {
          if (!busy.containsKey(new Digest(file.getFileName().toString()))) {
            used += sizeOf(file);
          }
        }
      }
      for (long announced : busy.values()) {
        used += announced;
      }
    }
    return used;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException removed) {
      return 0;
    }
  }

  /** Bytes that are kept of an unfinished upload; 0 if there is none. */
  public long committedSize(Digest digest) {
    try {
      return Files.size(unfinishedFile(digest));
    } catch (IOException missing) {
      return 0;
    }
  }

  /**
   * Begins or continues an upload; one at a time for each digest.
   *
   * @param sizeBytes of the whole artifact
   * @param offset where it continues, at most {@link #committedSize}; what was kept beyond is
   *     dropped
   * @throws Refusal if size or offset are wrong, there is no room, or the same artifact is being
   *     uploaded by somebody else (then: again after a delay)
   */
  public Upload upload(Digest digest, long sizeBytes, long offset) throws IOException {
    synchronized (busy) {
      if (busy.putIfAbsent(digest, Math.max(0, sizeBytes)) != null) {
        throw Refusal.of(
                Status.Code.RESOURCE_EXHAUSTED,
                Reason.REASON_OVERLOADED,
                "artifact " + digest + " is being uploaded by somebody else")
            .withRetryDelay(RETRY_WHILE_BUSY);
      }
    }
    try {
      return new Upload(this, digest, sizeBytes, offset);
    } catch (IOException | RuntimeException e) {
      release(digest);
      throw e;
    }
  }

  /**
   * Opens an artifact for reading.
   *
   * @throws Refusal NOT_FOUND
   */
  public FileChannel read(Digest digest) throws IOException {
    try {
      return FileChannel.open(wholeFile(digest), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw Refusal.unknownId("artifact", digest.hex()).causedBy(e);
    }
  }

  Path unfinishedFile(Digest digest) {
    return unfinished.resolve(digest.hex());
  }

  void release(Digest digest) {
    synchronized (busy) {
      busy.remove(digest);
    }
  }

  /** What uploads other than one have still to bring. */
  private long awaited(Digest digest) {
    long bytes = 0;
    synchronized (busy) {
      for (Map.Entry<Digest, Long> upload : busy.entrySet()) {
        if (!upload.getKey().equals(digest)) {
          bytes += Math.max(0, upload.getValue() - committedSize(upload.getKey()));
        }
      }
    }
    return bytes;
  }

  /** Refuses an upload that is under way and would not fit, with so many bytes still to come. */
  void requireRoom(Digest digest, long bytes) throws IOException {
    if (limits.quotaBytes() != Long.MAX_VALUE) {
      long used = usedBytes();
      if (used > limits.quotaBytes()) {
        throw full(bytes, Math.max(0, used - bytes));
      }
    }
    long usable = usableBytes() - awaited(digest);
    if (usable - bytes < limits.reserveBytes()) {
      throw noRoom(bytes, Math.max(0, usable));
    }
  }

  long usableBytes() throws IOException {
    return Files.getFileStore(unfinished).getUsableSpace();
  }

  private Refusal full(long bytes, long taken) {
    return Refusal.of(
            Status.Code.RESOURCE_EXHAUSTED,
            Reason.REASON_LIMIT_EXCEEDED,
            "no room for "
                + ByteSize.format(bytes)
                + " more of artifacts: "
                + ByteSize.format(taken)
                + " of the master's quota of "
                + ByteSize.format(limits.quotaBytes())
                + " are taken")
        .with("limit", "artifact quota")
        .with("maximum", Long.toString(limits.quotaBytes()))
        .with("value", Long.toString(taken + bytes));
  }

  Refusal noRoom(long bytes, long usable) {
    return Refusal.of(
            Status.Code.RESOURCE_EXHAUSTED,
            Reason.REASON_LIMIT_EXCEEDED,
            "no room for "
                + ByteSize.format(bytes)
                + " more of artifacts: "
                + ByteSize.format(usable)
                + " are free on the master's disk, and "
                + ByteSize.format(limits.reserveBytes())
                + " must stay free")
        .with("limit", "free bytes")
        .with("maximum", Long.toString(Math.max(0, usable - limits.reserveBytes())))
        .with("value", Long.toString(bytes));
  }

  /** Moves an upload that is whole and forced to its place, durably. */
  void publish(Digest digest) throws IOException {
    Path target = wholeFile(digest);
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
      force(whole);
    }
    // Its age begins now, by the clock that removal looks at.
    Files.setLastModifiedTime(unfinishedFile(digest), FileTime.from(clock.instant()));
    Files.move(unfinishedFile(digest), target, StandardCopyOption.ATOMIC_MOVE);
    force(target.getParent());
  }

  private Path wholeFile(Digest digest) {
    return whole.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
