package io.slipway.worker.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.model.WorkerId;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * All that a worker keeps: its id, the cluster that it has joined, its executions, artifacts and
 * what its launchers keep. Locked while a worker uses it.
 */
public final class WorkDirectory implements AutoCloseable {
  private static final int ID_BYTES = 6;

  private final Path root;
  private final FileChannel lockFile;
  private final WorkerId id;

  private WorkDirectory(Path root, FileChannel lockFile, WorkerId id) {
    this.root = root;
    this.lockFile = lockFile;
    this.id = id;
  }

  /**
   * Opens a work directory, and makes it if it is not there.
   *
   * @throws IOException with a message for people, if another worker uses it or it can't be used
   */
  public static WorkDirectory open(Path directory) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    if (root.toString().contains(File.pathSeparator)) {
      throw new IOException(
          "work directory "
              + root
              + " holds a '"
              + File.pathSeparator
              + "', which no path in a class path may");
    }
    DurableFiles.makeDirectory(root);
    FileChannel lockFile =
        FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      lock(root, lockFile);
      for (String part : new String[] {"executions", "artifacts", "launchers"}) {
        DurableFiles.makeDirectory(root.resolve(part));
      }
      WorkDirectory opened = new WorkDirectory(root, lockFile, readOrMakeId(root));
      DurableFiles.force(root);
      return opened;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static void lock(Path root, FileChannel lockFile) throws IOException {
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(
          "work directory "
              + root
              + " is used by another worker that runs now; give this one its own");
    }
  }

  private static WorkerId readOrMakeId(Path root) throws IOException {
    Path file = root.resolve("worker-id");
    Optional<byte[]> known = DurableFiles.read(file);
    if (known.isPresent()) {
      try {
        return new WorkerId(new String(known.get(), UTF_8).strip());
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    byte[] random = new byte[ID_BYTES];
    new SecureRandom().nextBytes(random);
    WorkerId id = new WorkerId("w-" + HexFormat.of().formatHex(random));
    DurableFiles.write(file, (id + "\n").getBytes(UTF_8));
    return id;
  }

  /** The worker's id, made once for this directory. */
  public WorkerId id() {
    return id;
  }

  /** The execution directories. */
  public Path executions() {
    return root.resolve("executions");
  }

  /** The artifact cache. */
  public Path artifacts() {
    return root.resolve("artifacts");
  }

  /** A directory for each launcher, by its name. */
  public Path launchers() {
    return root.resolve("launchers");
  }

  /** The cluster that this worker has joined; empty: none yet. */
  public Optional<String> clusterId() throws IOException {
    return DurableFiles.read(root.resolve("cluster"))
        .map(bytes -> new String(bytes, UTF_8).strip());
  }

  /** Records the cluster that this worker has joined, once and for ever. */
  public void joined(String clusterId) throws IOException {
    DurableFiles.write(root.resolve("cluster"), (clusterId + "\n").getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return root.toString();
  }

  /** Unlocks it. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
