package io.slipway.launcher.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A control group (version 2) as a process tree: whoever is born in it stays in it, whatever it
 * does to its session, parents and environment.
 *
 * <p>The groups are <em>threaded</em>: a thread can move itself into one in microseconds, and what
 * it spawns there is in the group from its birth. Such a group can't be killed by one write, but it
 * can be frozen, so that nothing escapes while its processes are killed one by one.
 */
final class ControlGroup implements ProcessTree {
  private static final long FIRST_WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
  private static final long LAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Path group;

  /** The group at a path that may not be there yet, or no more. */
  ControlGroup(Path group) {
    this.group = group;
  }

  /** The control group of this process; empty if there is no hierarchy of version 2. */
  static Optional<Path> own() {
    try {
      String within = null;
      for (String line : PlainFiles.lines(Path.of("/proc/self/cgroup"))) {
        if (line.startsWith("0::")) {
          within = line.substring(3);
        }
      }
      if (within == null) {
        return Optional.empty();
      }
      for (String line : PlainFiles.lines(Path.of("/proc/self/mountinfo"))) {
        int separator = line.indexOf(" - cgroup2 ");
        if (separator >= 0) {
          String[] fields = line.split(" ");
          String root = fields[3].equals("/") ? "" : fields[3];
          if (within.startsWith(root)) {
            return Optional.of(
                Path.of(fields[4], within.substring(root.length()).replaceFirst("^/", "")));
          }
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Whether this process can make groups and go into them: tried, not looked up. */
  static boolean areUsable() {
    Optional<Path> own = own();
    if (own.isEmpty()) {
      return false;
    }
    String name = "slipway-probe-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    ControlGroup base = new ControlGroup(own.get().resolve(name));
    ControlGroup probe = new ControlGroup(base.group.resolve("probe"));
    try {
      base.make();
      probe.make();
      try {
        probe.enter();
      } finally {
        enter(own.get());
      }
      write(probe.group.resolve("cgroup.freeze"), "0");
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      probe.remove();
      base.remove();
    }
  }

  /** Makes the group. */
  void make() throws IOException {
    Files.createDirectory(group);
    write(group.resolve("cgroup.type"), "threaded");
  }

  /** Moves the calling thread into this group. */
  void enter() throws IOException {
    enter(group);
  }

  /** Moves the calling thread. */
  static void enter(Path group) throws IOException {
    write(group.resolve("cgroup.threads"), "0");
  }

  Path path() {
    return group;
  }

  @Override
  public void kill() {
    long wait = FIRST_WAIT_NANOS;
    try {
      while (isPopulated()) {
        write(group.resolve("cgroup.freeze"), "1");
        for (int process : processes()) {
          killMember(process);
        }
        LockSupport.parkNanos(wait);
        wait = Math.min(2 * wait, LAST_WAIT_NANOS);
      }
    } catch (NoSuchFileException gone) {
      // Nothing can be in a group that does not exist.
    } catch (IOException e) {
      throw new IllegalStateException("control group " + group + " can't be used any more", e);
    }
  }

  private void killMember(int process) {
    if (process == ProcessHandle.current().pid()) {
      return;
    }
    int pidfd = Libc.openPidfd(process);
    if (pidfd < 0) {
      return;
    }
    try {
      // Checked after the descriptor was opened: the number can't have changed hands since.
      if (PlainFiles.read(Path.of("/proc/" + process + "/cgroup"))
          .contains("/" + group.getParent().getFileName() + "/" + group.getFileName() + "\n")) {
        Libc.signal(pidfd, Libc.SIGKILL);
      }
    } catch (IOException gone) {
      // It has ended meanwhile.
    } finally {
      Libc.closeFd(pidfd);
    }
  }

  private boolean isPopulated() throws IOException {
    return PlainFiles.read(group.resolve("cgroup.events")).contains("populated 1");
  }

  /** The processes whose threads are in the group. */
  private List<Integer> processes() throws IOException {
    List<Integer> processes = new ArrayList<>();
    for (String thread : PlainFiles.lines(group.resolve("cgroup.threads"))) {
      try {
        for (String line : PlainFiles.lines(Path.of("/proc/" + thread + "/status"))) {
          if (line.startsWith("Tgid:")) {
            int process = Integer.parseInt(line.substring(5).strip());
            if (!processes.contains(process)) {
              processes.add(process);
            }
            break;
          }
        }
      } catch (IOException gone) {
        // The thread has ended meanwhile.
      }
    }
    return processes;
  }

  @Override
  public Optional<Duration> cpuTime() {
    try {
      for (String line : PlainFiles.lines(group.resolve("cpu.stat"))) {
        if (line.startsWith("usage_usec ")) {
          return Optional.of(
              Duration.of(Long.parseLong(line.substring(11).strip()), ChronoUnit.MICROS));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  @Override
  public OptionalLong memoryBytes() {
    try {
      return OptionalLong.of(processes().stream().mapToLong(ProcessStat::residentBytes).sum());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Removes a dead keeper's group, and those in it, as far as nobody lives in them. */
  void removeAbandoned() {
    try (Stream<Path> entries = Files.list(group)) {
      for (Path child : (Iterable<Path>) entries.filter(Files::isDirectory)::iterator) {
        deleteIfEmpty(child);
      }
    } catch (IOException | UncheckedIOException gone) {
      return;
    }
    deleteIfEmpty(group);
  }

  private static void deleteIfEmpty(Path group) {
    try {
      Files.deleteIfExists(group);
    } catch (IOException inUse) {
      // By a program that runs.
    }
  }

  @Override
  public void remove() {
    long wait = FIRST_WAIT_NANOS;
    while (wait < LAST_WAIT_NANOS) {
      try {
        Files.deleteIfExists(group);
        return;
      } catch (DirectoryNotEmptyException e) {
        return;
      } catch (IOException busy) {
        // The kernel lets go of the last process a moment after it has ended.
        LockSupport.parkNanos(wait);
        wait *= 2;
      }
    }
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }
}
