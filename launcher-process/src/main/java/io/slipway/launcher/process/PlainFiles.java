package io.slipway.launcher.process;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads files in a way that an interrupt of the thread does not disturb, as it does reading through
 * channels: whether a process lives must not depend on it.
 */
final class PlainFiles {
  private PlainFiles() {}

  /**
   * All of a file, as UTF-8.
   *
   * @throws NoSuchFileException if there is no such file
   */
  static String read(Path file) throws IOException {
    return read(file, StandardCharsets.UTF_8);
  }

  static String read(Path file, Charset charset) throws IOException {
    try {
      return readOnce(file, charset);
    } catch (FileNotFoundException e) {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      // It may not be allowed, or have appeared only now.
      return readOnce(file, charset);
    }
  }

  private static String readOnce(Path file, Charset charset) throws IOException {
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), charset);
    }
  }

  /** All of a file, as UTF-8, line by line. */
  static List<String> lines(Path file) throws IOException {
    return read(file).lines().toList();
  }
}
