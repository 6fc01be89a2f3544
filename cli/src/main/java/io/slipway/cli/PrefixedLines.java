package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Where the lines of several sources meet, each whole and behind the name of its source. Safe for
 * use by several threads, one for each source.
 */
final class PrefixedLines {
  private static final int LONGEST = 64 << 10;

  private final OutputStream out;

  /** Writes there, and never closes it. */
  PrefixedLines(OutputStream out) {
    this.out = out;
  }

  /**
   * Copies the lines of one source until its end. A line of more than 64 KiB becomes several, and
   * one without an end gets one.
   *
   * @throws LogsCommand.ReaderGoneException if nobody reads any more
   */
  void copy(String name, InputStream from) throws IOException {
    byte[] prefix = (name + " | ").getBytes(UTF_8);
    byte[] line = new byte[LONGEST];
    byte[] buffer = new byte[LONGEST];
    int length = 0;
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] == '\n' || length == LONGEST) {
          write(prefix, line, length);
          length = 0;
        }
        if (buffer[i] != '\n') {
          line[length++] = buffer[i];
        }
      }
    }
    if (length > 0) {
      write(prefix, line, length);
    }
  }

  private synchronized void write(byte[] prefix, byte[] line, int length) throws IOException {
    byte[] whole = new byte[prefix.length + length + 1];
    System.arraycopy(prefix, 0, whole, 0, prefix.length);
    System.arraycopy(line, 0, whole, prefix.length, length);
    whole[whole.length - 1] = '\n';
    try {
      out.write(whole);
      out.flush();
    } catch (IOException e) {
      throw LogsCommand.readerGone(e);
    }
  }
}
