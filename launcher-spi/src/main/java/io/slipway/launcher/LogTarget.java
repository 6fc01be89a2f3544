package io.slipway.launcher;

import java.nio.file.Path;

/**
 * Where one output stream goes: {@code file}, and when that has reached its limit, {@code file.1}
 * (the newest rolled) to {@code file.n}.
 *
 * <p>Who rolls writes after each roll where the new {@code file} begins ({@link LogStart}), so that
 * offsets can be counted from the first byte ever written when files have been rolled away. {@link
 * RollingLog} does all this, {@link LogReader} reads such files.
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
