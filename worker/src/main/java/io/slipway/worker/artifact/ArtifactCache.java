package io.slipway.worker.artifact;

import io.slipway.model.ArtifactRef;
import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.worker.storage.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts under their digests, each downloaded once however many ask for it, and checked before
 * it is used. Safe for use by several threads.
 *
 * <p>A file in the cache is read-only and has one fixed time of last change, which is set once its
 * bytes have been checked and forced. A file that has this time and its artifact's size is taken to
 * be unchanged; any other is read and checked again.
 */
public final class ArtifactCache {
  private static final Logger LOG = LoggerFactory.getLogger(ArtifactCache.class);

  /** Says that the bytes have been checked; the same everywhere, so that equal jars look equal. */
  private static final FileTime CHECKED = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  private static final int BUFFER = 64 << 10;
  private static final int MOST_CORRUPTED = 3;

  private final Path directory;
  private final ArtifactSource source;
  private final Executor threads;
  private final CacheRoom room;

  /** By how many an artifact is about to be linked or copied. */
  private final ConcurrentMap<Digest, Integer> inUse = new ConcurrentHashMap<>();

  /** Nothing is removed while something is linked or copied. */
  private final ReadWriteLock removal = new ReentrantReadWriteLock();

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder downloaded = new LongAdder();
  private final ConcurrentMap<Digest, CompletableFuture<Path>> underWay = new ConcurrentHashMap<>();

  /**
   * A cache.
   *
   * @param directory an existing directory of its own
   * @param source where artifacts come from
   * @param limitBytes what it may have; more only while all of that is in use
   * @param threads runs downloads, which block; as many at a time as are asked for
   */
  public ArtifactCache(Path directory, ArtifactSource source, long limitBytes, Executor threads) {
    this.directory = directory;
    this.source = source;
    this.threads = threads;
    this.room = new CacheRoom(directory, limitBytes);
  }

  /**
   * Sees to it that an artifact is in the cache. The future ends with its path there, or with an
   * {@link ArtifactException} or {@link IOException}; while no master answers it goes on trying.
   */
  public CompletableFuture<Path> request(ArtifactRef artifact) {
    CompletableFuture<Path> mine = new CompletableFuture<>();
    CompletableFuture<Path> other = underWay.putIfAbsent(artifact.digest(), mine);
    if (other != null) {
      return other.copy();
    }
    try {
      threads.execute(() -> complete(mine, artifact));
    } catch (RuntimeException e) {
      underWay.remove(artifact.digest(), mine);
      mine.completeExceptionally(e);
    }
    return mine.copy();
  }

  private void complete(CompletableFuture<Path> future, ArtifactRef artifact) {
    try {
      Path path = obtain(artifact);
      underWay.remove(artifact.digest(), future);
      future.complete(path);
    } catch (InterruptedException e) {
      underWay.remove(artifact.digest(), future);
      future.completeExceptionally(new ArtifactException("the worker is ending", e));
      Thread.currentThread().interrupt();
    } catch (ArtifactException | IOException | RuntimeException | Error e) {
      underWay.remove(artifact.digest(), future);
      future.completeExceptionally(e);
    }
  }

  /** Waits for the end of a {@link #request}. */
  public static Path await(CompletableFuture<Path> request)
      throws ArtifactException, IOException, InterruptedException {
    try {
      return request.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof ArtifactException missing) {
        throw new ArtifactException(missing.getMessage(), missing);
      }
      if (cause instanceof IOException failed) {
        throw new IOException(failed.getMessage(), failed);
      }
      throw new ArtifactException(String.valueOf(cause), cause);
    }
  }

  /**
   * Puts a read-only link to an artifact at a path in the same file system, in place of what is
   * there. The link keeps its bytes if the cache drops them.
   */
  public void link(ArtifactRef artifact, Path link)
      throws ArtifactException, IOException, InterruptedException {
    withFile(
        artifact,
        cached -> {
          Files.deleteIfExists(link);
          Files.createLink(link, cached);
        });
  }

  /** Does something with a file of the cache, which is there meanwhile. */
  private void withFile(ArtifactRef artifact, Use use)
      throws ArtifactException, IOException, InterruptedException {
    inUse.merge(artifact.digest(), 1, Integer::sum);
    try {
      boolean done = false;
      while (!done) {
        Path cached = await(request(artifact));
        removal.readLock().lock();
        try {
          // It may have been chosen to go just before it was wanted.
          if (Files.exists(cached)) {
            use.of(cached);
            done = true;
          }
        } finally {
          removal.readLock().unlock();
        }
      }
    } finally {
      inUse.computeIfPresent(artifact.digest(), (digest, users) -> users == 1 ? null : users - 1);
    }
  }

  private interface Use {
    void of(Path cached) throws IOException;
  }

  /** Puts a copy of an artifact, which may be changed and run, in place of what is there. */
  public void copy(ArtifactRef artifact, Path target)
      throws ArtifactException, IOException, InterruptedException {
    withFile(
        artifact,
        cached -> {
          Files.copy(cached, target, StandardCopyOption.REPLACE_EXISTING);
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        });
  }

  /** Bytes of the files that are here, unfinished ones too; reads the directory. */
  public long sizeBytes() {
    return look().stream().mapToLong(Long::longValue).sum();
  }

  /** How many files are here, unfinished ones too; reads the directory. */
  public int files() {
    return look().size();
  }

  private List<Long> look() {
    List<Long> sizes = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        sizes.add(sizeOf(file));
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("the artifact cache could not be read", e);
    }
    return sizes;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException renamed) {
      return 0;
    }
  }

  /** Artifacts that were wanted and were here. */
  public long hits() {
    return hits.sum();
  }

  /** Artifacts that were wanted and had to be fetched. */
  public long misses() {
    return misses.sum();
  }

  /** Bytes that were fetched. */
  public long downloadedBytes() {
    return downloaded.sum();
  }

  private Path obtain(ArtifactRef artifact)
      throws ArtifactException, IOException, InterruptedException {
    Path file = directory.resolve(artifact.digest().hex());
    room.used(file);
    if (isIntact(file, artifact)) {
      hits.increment();
      return file;
    }
    misses.increment();
    Path partial = directory.resolve(artifact.digest().hex() + ".part");
    makeRoom(artifact.sizeBytes() - sizeOf(partial));
    for (int corrupted = 1; ; corrupted++) {
      Digest received = download(artifact, partial);
      if (received.equals(artifact.digest())) {
        finish(partial, file);
        LOG.info(
            "artifact {} ({}, {} bytes) is here",
            artifact.digest(),
            artifact.name(),
            artifact.sizeBytes());
        return file;
      }
      Files.deleteIfExists(partial);
      LOG.warn(
          "artifact {} ({}) arrived with the digest {}",
          artifact.digest(),
          artifact.name(),
          received);
      if (corrupted == MOST_CORRUPTED) {
        throw new ArtifactException(
            "artifact "
                + artifact.name()
                + " arrived corrupted "
                + corrupted
                + " times (expected the digest "
                + artifact.digest()
                + ", received "
                + received
                + ")");
      }
    }
  }

  /** What is being fetched or looked at stays, and what executions link to. */
  private void makeRoom(long bytes) throws IOException {
    removal.writeLock().lock();
    try {
      room.make(
          Math.max(0, bytes),
          file -> {
            String name = file.getFileName().toString();
            return Stream.concat(underWay.keySet().stream(), inUse.keySet().stream())
                .anyMatch(digest -> name.startsWith(digest.hex()));
          });
    } finally {
      removal.writeLock().unlock();
    }
  }

  private boolean isIntact(Path file, ArtifactRef artifact) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (attributes.lastModifiedTime().equals(CHECKED)
        && attributes.size() == artifact.sizeBytes()) {
      return true;
    }
    if (hash(file).equals(artifact.digest())) {
      if (attributes.size() == artifact.sizeBytes()) {
        Files.setLastModifiedTime(file, CHECKED);
      }
      return true;
    }
    LOG.warn("artifact {} was changed in the cache and is fetched again", artifact.digest());
    Files.delete(file);
    return false;
  }

  /** Fetches what is missing of a partial file; tells the digest of the whole. */
  private Digest download(ArtifactRef artifact, Path partial)
      throws ArtifactException, IOException, InterruptedException {
    MessageDigest digest = Digest.sha256();
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (channel.read(buffer) > 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      if (channel.position() <= artifact.sizeBytes()) {
        source.download(
            artifact.digest(), channel.position(), new HashingOutput(artifact, channel, digest));
      }
      channel.force(true);
    } catch (TooLongException e) {
      // Its digest is a wrong one.
      return Digest.finish(digest);
    } catch (IOException e) {
      if (usableBytes() >= BUFFER) {
        throw e;
      }
      // What has come would only keep the disk full.
      Files.deleteIfExists(partial);
      throw new ArtifactException(
          "no room for artifact "
              + artifact.name()
              + " ("
              + ByteSize.format(artifact.sizeBytes())
              + ") on the worker's disk, on which "
              + ByteSize.format(usableBytes())
              + " are free",
          e);
    }
    return Digest.finish(digest);
  }

  private long usableBytes() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  private void finish(Path partial, Path file) throws IOException {
    Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("r--r--r--"));
    Files.setLastModifiedTime(partial, CHECKED);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(directory);
  }

  private static Digest hash(Path file) throws IOException {
    MessageDigest digest = Digest.sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream input = Files.newInputStream(file)) {
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return Digest.finish(digest);
  }

  private final class HashingOutput extends OutputStream {
    private final ArtifactRef artifact;
    private final FileChannel channel;
    private final MessageDigest digest;

    HashingOutput(ArtifactRef artifact, FileChannel channel, MessageDigest digest) {
      this.artifact = artifact;
      this.channel = channel;
      this.digest = digest;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (channel.position() + length > artifact.sizeBytes()) {
        // A sender that never ends must not fill the disk.
        digest.update(bytes, offset, length);
        throw new TooLongException(artifact);
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      digest.update(bytes, offset, length);
      downloaded.add(length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /** More bytes came than the artifact has. */
  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    TooLongException(ArtifactRef artifact) {
      super(artifact.name() + " is longer than " + artifact.sizeBytes() + " bytes");
    }
  }
}
