package io.slipway.master.artifact;

import io.grpc.Status;
import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Files named by the SHA-256 of their bytes. What lies under a digest's name is whole, checked and
 * forced to disk; what is still coming lies apart, and may be continued after a break or a restart.
 * Safe for use by several threads; methods read and write the disk.
 */
public final class ArtifactStore {
  /** What must stay free on the disk, for the journal most of all. */
  public static final long DEFAULT_RESERVE = 256 * ByteSize.MIB;

  private static final Duration RETRY_WHILE_BUSY = Duration.ofMillis(500);
  private static final Duration KEEP_UNFINISHED = Duration.ofHours(24);

  private final Path whole;
  private final Path unfinished;
  private final long reserveBytes;
  private final Set<Digest> busy = new HashSet<>();

  private ArtifactStore(Path directory, long reserveBytes) {
    this.whole = directory.resolve("whole");
    this.unfinished = directory.resolve("unfinished");
    this.reserveBytes = reserveBytes;
  }

  /**
   * Opens the store in a directory, which is made if it is missing. Uploads that nobody continued
   * for a day are removed.
   *
   * @param reserveBytes an upload that would leave less free is refused
   */
  public static ArtifactStore open(Path directory, long reserveBytes) throws IOException {
    ArtifactStore store = new ArtifactStore(directory, reserveBytes);
    Files.createDirectories(store.whole);
    Files.createDirectories(store.unfinished);
    Instant tooOld = Instant.now().minus(KEEP_UNFINISHED);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(store.unfinished)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(tooOld)) {
          Files.deleteIfExists(file);
        }
      }
    }
    return store;
  }

  /** The size of an artifact; empty if it is not there, or not whole. */
  public OptionalLong size(Digest digest) {
    try {
      return OptionalLong.of(Files.size(wholeFile(digest)));
    } catch (IOException missing) {
      return OptionalLong.empty();
    }
  }

  /** Whether an artifact is there, whole. */
  public boolean contains(Digest digest) {
    return Files.isRegularFile(wholeFile(digest));
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
      if (!busy.add(digest)) {
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

  /** Refuses what would not fit. */
  void requireRoom(long bytes) throws IOException {
    long usable = Files.getFileStore(unfinished).getUsableSpace();
    if (usable - bytes < reserveBytes) {
      throw noRoom(bytes, usable);
    }
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
                + ByteSize.format(reserveBytes)
                + " must stay free")
        .with("limit", "free bytes")
        .with("maximum", Long.toString(Math.max(0, usable - reserveBytes)))
        .with("value", Long.toString(bytes));
  }

  /** Moves an upload that is whole and forced to its place, durably. */
  void publish(Digest digest) throws IOException {
    Path target = wholeFile(digest);
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
      force(whole);
    }
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
