package io.slipway.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;

/**
 * A directory for one command, of mode 0700, removed when the command has ended, however it does:
 * what one that was killed has left behind, the next one removes.
 */
final class Scratch implements AutoCloseable {
  /** Locked as long as the command lives. */
  private static final String LOCK = "lock";

  /** What a killed command has started ends by itself, and needs its files until then. */
  private static final Duration YOUNG = Duration.ofMinutes(1);

  private final Path directory;
  private final FileChannel lock;
  private final Thread atExit = new Thread(this::remove, "scratch");

  private Scratch(Path directory) throws IOException {
    this.directory = directory;
    this.lock =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock.lock();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Makes one in the system's directory for temporary files. */
  static Scratch create(String prefix) throws IOException {
    Scratch made = new Scratch(Files.createTempDirectory(prefix).toRealPath());
    removeAbandoned(made.directory.getParent(), prefix, Instant.now().minus(YOUNG));
    return made;
  }

  /** Removes those of commands that were killed, if they are older than {@code youngest}. */
  static void removeAbandoned(Path parent, String prefix, Instant youngest) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, prefix + "*")) {
      for (Path directory : found) {
        removeIfAbandoned(directory, youngest);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They stay for the next one.
    }
  }

  private static void removeIfAbandoned(Path directory, Instant youngest) {
    Path file = directory.resolve(LOCK);
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          || Files.getLastModifiedTime(directory).toInstant().isAfter(youngest)
          || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          FileLock taken = channel.tryLock()) {
        if (taken != null) {
          removeTree(directory);
        }
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Another account's, or one that is in use.
    }
  }

  /** Where it is; absolute, without symbolic links. */
  Path directory() {
    return directory;
  }

  /** Removes it with all that is in it, as far as that can be done. Idempotent. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The hook runs already, and removes it.
    }
    remove();
  }

  private void remove() {
    removeTree(directory);
    try {
      lock.close();
    } catch (IOException e) {
      // Nothing depends on it any more.
    }
  }

  private static void removeTree(Path directory) {
    try {
      Files.walkFileTree(directory, new Removal());
    } catch (IOException e) {
      // It lies where the system cleans up.
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return remove(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException problem) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException problem) {
      return remove(directory);
    }

    private static FileVisitResult remove(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // The others may still go.
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
