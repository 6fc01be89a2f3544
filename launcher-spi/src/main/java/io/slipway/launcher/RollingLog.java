package io.slipway.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a {@link LogTarget}, for launchers that carry the output of a process themselves. Never
 * throws and never waits for room: what can't be written is dropped, counted, and said in the log
 * as soon as that can be written again. Opened by its first write; goes on at the end of what is
 * there. Used by one thread at a time.
 */
public final class RollingLog implements AutoCloseable {
  private final LogTarget target;
  private FileChannel channel;
  private long size;
  private long droppedNow;
  private long dropped;

  /** A log that writes nothing yet. */
  public RollingLog(LogTarget target) {
    this.target = target;
  }

  /** Appends all that remains in the buffer. */
  public void append(ByteBuffer bytes) {
    try {
      if (droppedNow > 0) {
        open();
        writeAll(
            ByteBuffer.wrap(
                ("[slipway: " + droppedNow + " bytes dropped: the disk was full]\n")
                    .getBytes(StandardCharsets.UTF_8)));
        droppedNow = 0;
      }
      while (bytes.hasRemaining()) {
        open();
        if (size >= target.maxBytes()) {
          roll();
        }
        int limit = bytes.limit();
        bytes.limit((int) Math.min(limit, bytes.position() + (target.maxBytes() - size)));
        try {
          writeAll(bytes);
        } finally {
          bytes.limit(limit);
        }
      }
    } catch (IOException e) {
      droppedNow += bytes.remaining();
      dropped += bytes.remaining();
      bytes.position(bytes.limit());
      close();
    }
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      size += channel.write(bytes);
    }
  }

  private void open() throws IOException {
    if (channel == null) {
      channel =
          FileChannel.open(
              target.file(),
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
      size = channel.size();
    }
  }

  private void roll() throws IOException {
    close();
    long start = LogStart.find(target.file()) + size;
    if (target.maxRolled() == 0) {
      Files.deleteIfExists(target.file());
    }
    for (int i = target.maxRolled(); i > 0; i--) {
      Path from = i == 1 ? target.file() : rolled(i - 1);
      if (Files.exists(from)) {
        Files.move(from, rolled(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    open();
    LogStart.write(target.file(), start);
  }

  private Path rolled(int number) {
    return target.file().resolveSibling(target.file().getFileName() + "." + number);
  }

  /** How many bytes could not be written in all. */
  public long dropped() {
    return dropped;
  }

  /** Closes the file; a later write opens it again. */
  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // What was written is written.
      }
      channel = null;
    }
  }
}
