package io.slipway.launcher;

import java.nio.file.Path;

/**
 * A file or directory outside the working directory that the process needs, at the same path
 * wherever it runs.
 *
 * @param path absolute
 * @param readOnly whether the process must not change it; a launcher without file isolation can't
 *     enforce this
 */
public record Mount(Path path, boolean readOnly) {
  /** Checks. */
  public Mount {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + path);
    }
  }
}
