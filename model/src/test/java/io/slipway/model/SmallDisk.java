package io.slipway.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of a few megabytes, to be filled; where none may be mounted the test is skipped.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Mounts one at a directory, which is made. */
  public static SmallDisk at(Path directory, int mebibytes)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int exit =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none", directory.toString());
    Assumptions.assumeTrue(exit == 0, "no tmpfs can be mounted");
    return new SmallDisk(directory);
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Where it is. */
  public Path directory() {
    return directory;
  }

  /** Leaves so many bytes free. */
  public void fillBut(int bytes) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    Files.write(directory.resolve("filler"), new byte[(int) (free - bytes)]);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("umount", "-l", directory.toString());
  }
}
