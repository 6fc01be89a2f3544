package io.slipway.launcher;

import java.nio.file.Path;

/**
 * Where one output stream goes: {@code file}, and when that has reached its limit, {@code file.1}
 * (the newest rolled) to {@code file.n}.
 *
 * <p>So that offsets can be counted from the first byte ever written when files have been rolled
 * away, whoever rolls writes {@code file.start} after each roll, by renaming a finished file: the
 * inode number of the new {@code file}, a space, and the offset of its first byte, in decimal
 * digits. Without it offsets are counted from the first byte that is kept. {@link LogReader} reads
 * such files.
 *
 * @param file absolute; its directory exists
 * @param maxBytes size at which the file is rolled, positive
 * @param maxRolled how many rolled files are kept, not negative
 */
public record LogTarget(Path file, long maxBytes, int maxRolled) {
  /** Checks. */
  public LogTarget {
    if (!file.isAbsolute() || maxBytes <= 0 || maxRolled < 0) {
      throw new IllegalArgumentException(
          "log target " + file + ", " + maxBytes + " bytes, " + maxRolled + " rolled files");
    }
  }
}
