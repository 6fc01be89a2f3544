package io.slipway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory of mode 0700 for one cluster. */
final class TemporaryDirectory implements AutoCloseable {
  private static final int ATTEMPTS = 3;

  private final Path path;

  private TemporaryDirectory(Path path) {
    this.path = path;
  }

  /** Makes one where the system keeps temporary files. */
  static TemporaryDirectory create() {
    try {
      return new TemporaryDirectory(Files.createTempDirectory("slipway-local-").toRealPath());
    } catch (IOException e) {
      throw new LocalClusterException("no temporary directory can be made: " + e.getMessage(), e);
    }
  }

  /** Where it is; absolute, without symbolic links. */
  Path path() {
    return path;
  }

  /** Removes it with all that is in it. */
  @Override
  public void close() {
    // Something that is ending may have written a last file meanwhile.
    for (int attempt = 1; attempt <= ATTEMPTS && Files.exists(path); attempt++) {
      try {
        remove();
      } catch (IOException | UncheckedIOException e) {
        if (attempt == ATTEMPTS) {
          throw new LocalClusterException(path + " can't be removed: " + e, e);
        }
      }
    }
  }

  private void remove() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(path)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
