package io.slipway.cli;

import io.slipway.launcher.LogReader;
import io.slipway.launcher.LogTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Copies one output stream of a local process from its rolling log files to a stream of this
 * process, as it is written, every byte once and in order. Runs on a thread of its own.
 */
final class LogFollower {
  private static final int BUFFER = 64 << 10;
  private static final long POLL_MILLIS = 20;

  private final LogTarget log;
  private final OutputStream out;
  private final Consumer<String> warnings;
  private final Thread thread;
  private volatile boolean ended;

  private LogFollower(LogTarget log, OutputStream out, String name, Consumer<String> warnings) {
    this.log = log;
    this.out = out;
    this.warnings = warnings;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /**
   * Begins to copy.
   *
   * @param log where the process writes; the file need not exist yet
   * @param out where its bytes go; when it breaks the rest is thrown away, as a JVM does with its
   *     own output
   * @param name of the thread
   * @param warnings told, in words, if output was rolled away before it could be read
   */
  static LogFollower start(
      LogTarget log, OutputStream out, String name, Consumer<String> warnings) {
    LogFollower follower = new LogFollower(log, out, name, warnings);
    follower.thread.start();
    return follower;
  }

  /** Says that the process has ended and its log is complete, and waits until all is copied. */
  void finish() throws InterruptedException {
    ended = true;
    thread.join();
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    boolean outBroken = false;
    long copied = 0;
    long missing = 0;
    try (LogReader reader = LogReader.from(log.file(), 0)) {
      while (true) {
        // Only what is not there after the end will never be.
        boolean last = ended;
        buffer.clear();
        int count = reader.read(buffer);
        if (count > 0) {
          copied += count;
          outBroken = outBroken || !write(buffer);
        } else if (last) {
          break;
        } else {
          Thread.sleep(POLL_MILLIS);
        }
        if (reader.offset() - copied > missing) {
          warnings.accept(
              (reader.offset() - copied - missing)
                  + " bytes of the driver's output were rolled away before they could be read");
          missing = reader.offset() - copied;
        }
      }
    } catch (IOException e) {
      warnings.accept("the rest of the driver's output is missing here: " + Reasons.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean write(ByteBuffer buffer) {
    try {
      out.write(buffer.array(), 0, buffer.position());
      out.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
