package io.slipway.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory for one command, of mode 0700, removed when the command ends, also by a signal. */
final class Scratch implements AutoCloseable {
  private final Path directory;
  private final Thread atExit = new Thread(this::remove, "scratch-removal");

  private Scratch(Path directory) {
    this.directory = directory;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Makes one in the system's directory for temporary files. */
  static Scratch create(String prefix) throws IOException {
    return new Scratch(Files.createTempDirectory(prefix).toRealPath());
  }

  /** Where it is; absolute, without symbolic links. */
  Path directory() {
    return directory;
  }

  /** Removes it with all that is in it, as far as that can be done. */
  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process ends, and finds nothing left to remove.
    }
  }

  private void remove() {
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
