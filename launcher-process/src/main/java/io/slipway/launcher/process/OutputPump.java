package io.slipway.launcher.process;

import io.slipway.launcher.RollingLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * Carries one output stream of a program from its FIFO to its log, on a thread of its own. The
 * program has the FIFO open for reading too, so that the death of this reader does not harm it; the
 * stream ends when nobody has it open for writing.
 */
final class OutputPump {
  private static final int BUFFER = 16 * 1024;
  private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RollingLog log;
  private final FileChannel writer;
  private final FileChannel reader;
  private final Thread thread;
  private volatile long lastProgress = System.nanoTime();
  private volatile boolean writing;

  /**
   * Opens the FIFO, for reading and for the moment for writing too.
   *
   * @throws java.nio.file.NoSuchFileException if there is no FIFO
   */
  OutputPump(String name, Path fifo, RollingLog log) throws IOException {
    this.log = log;
    // With a writer there, the opening for reading does not wait for one.
    this.writer = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      this.reader = FileChannel.open(fifo, StandardOpenOption.READ);
    } catch (IOException e) {
      writer.close();
      throw e;
    }
    this.thread = new Thread(this::carry, name);
    thread.setDaemon(true);
  }

  /** Begins to carry; the program has the FIFO open now, or never will. */
  void start() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new IllegalStateException("a FIFO can't be closed", e);
    }
    thread.start();
  }

  /** Gives up before the start. */
  void abandon() {
    try (writer;
        reader) {
      log.close();
    } catch (IOException e) {
      throw new IllegalStateException("a FIFO can't be closed", e);
    }
  }

  private void carry() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try (reader;
        log) {
      while (reader.read(buffer.clear()) >= 0) {
        writing = true;
        log.append(buffer.flip());
        lastProgress = System.nanoTime();
        writing = false;
      }
    } catch (IOException interrupted) {
      // By finish(): somebody outside the tree keeps the stream open.
    }
  }

  /**
   * Waits for the end of the stream. Somebody who does not belong to the program can have its
   * output open, who is not waited for: a second of silence is the end then.
   */
  void finish() {
    boolean interrupted = false;
    lastProgress = System.nanoTime();
    while (thread.isAlive()) {
      try {
        thread.join(100);
        if (!writing && System.nanoTime() - lastProgress > LONGEST_SILENCE_NANOS) {
          thread.interrupt();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many bytes did not get into the log. */
  long dropped() {
    return log.dropped();
  }
}
