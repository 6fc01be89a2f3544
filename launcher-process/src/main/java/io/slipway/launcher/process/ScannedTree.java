package io.slipway.launcher.process;

import io.slipway.model.SlipwayEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A process tree where there are no control groups, found by looking through {@code /proc}: the
 * session of the main process, who carries the execution's id in the environment, which descendant
 * of this keeper can write to its output, and the descendants of all these. What has cleared its
 * environment, left its session, closed its output <em>and</em> lost its parent is not found,
 * unless no other execution of this keeper runs: then every child that is left is a stray.
 */
final class ScannedTree implements ProcessTree {
  private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100;
  private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final String cookie;
  private final int main;
  private final Collection<Path> outputs;
  private final BooleanSupplier alone;
  // Start time by process id of everything ever seen to belong to the tree.
  private final Map<Integer, Long> seen = new HashMap<>();

  /**
   * A tree.
   *
   * @param executionId whose
   * @param main its main process; 0 if unknown
   * @param outputs the FIFOs that are the main process's output
   * @param alone whether no other execution runs under this keeper
   */
  ScannedTree(String executionId, int main, Collection<Path> outputs, BooleanSupplier alone) {
    this.cookie = SlipwayEnvironment.EXECUTION_ID + "=" + executionId;
    this.main = main;
    this.outputs = outputs;
    this.alone = alone;
  }

  @Override
  public synchronized void kill() {
    long wait = FIRST_WAIT_NANOS;
    int empty = 0;
    while (empty < 2) {
      Collection<ProcessStat> members = members();
      if (members.isEmpty()) {
        empty++;
        continue;
      }
      empty = 0;
      for (ProcessStat member : members) {
        kill(member);
      }
      LockSupport.parkNanos(wait);
      wait = Math.min(2 * wait, LAST_WAIT_NANOS);
    }
  }

  private static void kill(ProcessStat member) {
    int pidfd = Libc.openPidfd(member.pid());
    if (pidfd < 0) {
      return;
    }
    try {
      if (ProcessStat.lives(member.pid(), member.startTicks())) {
        Libc.signal(pidfd, Libc.SIGKILL);
      }
    } finally {
      Libc.closeFd(pidfd);
    }
  }

  private Collection<ProcessStat> members() {
    int self = (int) ProcessHandle.current().pid();
    boolean strays = alone.getAsBoolean();
    List<ProcessStat> all = ProcessStat.all();
    // Orphans become children of this keeper, so nobody leaves its descendants. Others may have a
    // FIFO open for a moment, the launcher among them, and must not be taken for members.
    Set<Integer> descendants = withDescendants(all, Set.of(self), self);
    Set<Integer> marked = new HashSet<>();
    for (ProcessStat process : all) {
      boolean own = descendants.contains(process.pid());
      if (process.pid() != self
          && process.isAlive()
          && (isMarked(process)
              || (own && writesOutput(process.pid()))
              || (strays && process.parent() == self))) {
        marked.add(process.pid());
      }
    }
    Set<Integer> pids = withDescendants(all, marked, self);
    List<ProcessStat> members = new ArrayList<>();
    for (ProcessStat process : all) {
      if (process.pid() != self && process.isAlive() && pids.contains(process.pid())) {
        members.add(process);
        seen.put(process.pid(), process.startTicks());
      }
    }
    return members;
  }

  private static Set<Integer> withDescendants(
      List<ProcessStat> all, Set<Integer> roots, int besides) {
    Set<Integer> found = new HashSet<>(roots);
    boolean grown = !found.isEmpty();
    while (grown) {
      grown = false;
      for (ProcessStat process : all) {
        if (process.pid() != besides && found.contains(process.parent())) {
          grown |= found.add(process.pid());
        }
      }
    }
    return found;
  }

  private boolean isMarked(ProcessStat process) {
    Long known = seen.get(process.pid());
    if (known != null && known == process.startTicks()) {
      return true;
    }
    if (main != 0 && (process.pid() == main || process.session() == main)) {
      return true;
    }
    return carriesCookie(process.pid());
  }

  private boolean carriesCookie(int pid) {
    try {
      String environment =
          PlainFiles.read(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
      return environment.startsWith(cookie + "\0") || environment.contains("\0" + cookie + "\0");
    } catch (IOException notOurs) {
      return false;
    }
  }

  /** Whether it has one of the FIFOs open for writing; who only reads is an onlooker. */
  private boolean writesOutput(int pid) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        if (outputs.contains(Files.readSymbolicLink(descriptor))
            && isWritable(pid, descriptor.getFileName().toString())) {
          return true;
        }
      }
    } catch (IOException | RuntimeException notOurs) {
      return false;
    }
    return false;
  }

  private static boolean isWritable(int pid, String descriptor) throws IOException {
    for (String line : PlainFiles.lines(Path.of("/proc/" + pid + "/fdinfo/" + descriptor))) {
      if (line.startsWith("flags:")) {
        return (Long.parseLong(line.substring(6).strip(), 8) & 3) != Libc.O_RDONLY;
      }
    }
    return false;
  }

  @Override
  public synchronized Optional<Duration> cpuTime() {
    return Optional.of(
        Duration.ofNanos(
            NANOS_PER_TICK * members().stream().mapToLong(ProcessStat::cpuTicks).sum()));
  }

  @Override
  public synchronized OptionalLong memoryBytes() {
    return OptionalLong.of(
        members().stream().mapToLong(member -> ProcessStat.residentBytes(member.pid())).sum());
  }

  @Override
  public void remove() {
    // Nothing is kept.
  }
}
