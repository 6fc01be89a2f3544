package io.slipway.launcher.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** Time since the machine was started: the same for every process, and never set back. */
final class BootClock {
  private static final long FAR_MILLIS = Duration.ofDays(36_500).toMillis();

  private BootClock() {}

  /** Milliseconds since the start of the machine. */
  static long millis() {
    String uptime = read(Path.of("/proc/uptime"));
    return Math.round(Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
  }

  /** The moment {@code wait} from now; at most a hundred years. */
  static long millisAfter(Duration wait) {
    long millis;
    try {
      millis = Math.min(FAR_MILLIS, Math.max(0, wait.toMillis()));
    } catch (ArithmeticException tooLong) {
      millis = FAR_MILLIS;
    }
    return millis() + millis;
  }

  /** Names the present run of the machine. */
  static String bootId() {
    return read(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  private static String read(Path file) {
    try {
      return PlainFiles.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
