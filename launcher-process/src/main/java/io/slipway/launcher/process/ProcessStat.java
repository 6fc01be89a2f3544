package io.slipway.launcher.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What {@code /proc/PID/stat} says of a process. Process id and start time together name a process
 * for as long as the machine runs.
 *
 * @param pid the process
 * @param state a letter; {@code Z} for one that has ended and is not reaped
 * @param parent its parent
 * @param session its session
 * @param cpuTicks processor time of itself and of its reaped children, in hundredths of a second
 * @param threads how many of its threads have not ended; one that ended and is not reaped has
 *     itself
 * @param startTicks its start, in hundredths of a second since the machine's
 * @param rawStatus how it ended, as {@code wait} tells it; meaningful in state {@code Z}, where
 *     this user may see it
 */
record ProcessStat(
    int pid,
    char state,
    int parent,
    int session,
    long cpuTicks,
    int threads,
    long startTicks,
    OptionalInt rawStatus) {
  /** Of a process; empty if there is none. */
  static Optional<ProcessStat> of(int pid) {
    String line;
    try {
      line = PlainFiles.read(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return Optional.empty();
    }
    return Optional.of(parse(pid, line));
  }

  /** What the line says. */
  static ProcessStat parse(int pid, String line) {
    // The name of the program stands in brackets and may hold anything, brackets too.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).strip().split(" ");
    return new ProcessStat(
        pid,
        field(fields, 3).charAt(0),
        Integer.parseInt(field(fields, 4)),
        Integer.parseInt(field(fields, 6)),
        Long.parseLong(field(fields, 14))
            + Long.parseLong(field(fields, 15))
            + Long.parseLong(field(fields, 16))
            + Long.parseLong(field(fields, 17)),
        Integer.parseInt(field(fields, 20)),
        Long.parseLong(field(fields, 22)),
        fields.length >= 50
            ? OptionalInt.of(Integer.parseInt(field(fields, 52)))
            : OptionalInt.empty());
  }

  private static String field(String[] fromThird, int number) {
    return fromThird[number - 3];
  }

  /** Resident memory of a process now; 0 if there is none. */
  static long residentBytes(int pid) {
    // Not from stat, which newer kernels round down to nothing for small processes.
    try {
      for (String line : PlainFiles.lines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.substring(6).replace("kB", "").strip()) * 1024;
        }
      }
    } catch (IOException gone) {
      return 0;
    }
    return 0;
  }

  /** Of every process of the machine that can be seen. */
  static List<ProcessStat> all() {
    List<ProcessStat> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        if (Character.isDigit(name.charAt(0))) {
          of(Integer.parseInt(name)).ifPresent(all::add);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc can't be read", e);
    }
    return all;
  }

  /** Whether the process named by id and start time has not ended. */
  static boolean lives(int pid, long startTicks) {
    return of(pid).filter(stat -> stat.startTicks() == startTicks && stat.isAlive()).isPresent();
  }

  /** Whether it has not ended: where only its first thread has, others may read and write on. */
  boolean isAlive() {
    return state != 'X' && (state != 'Z' || threads > 1);
  }
}
