package io.slipway.launcher.process;

import io.slipway.launcher.RecordFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The directory of one keeper: {@code lib/} with its code, {@code log}, {@code groups}, which says
 * where its control groups are, and {@code keeper}, which says which process it is and where it
 * listens.
 */
final class KeeperHome {
  // The longest path of a socket is 107 bytes on Linux.
  private static final int LONGEST_SOCKET = 100;

  private final Path directory;

  KeeperHome(Path directory) {
    this.directory = directory;
  }

  /** Names the keeper for ever. */
  String id() {
    return directory.getFileName().toString();
  }

  /** Another keeper of the same owner. */
  KeeperHome sibling(String id) {
    return new KeeperHome(directory.resolveSibling(id));
  }

  Path directory() {
    return directory;
  }

  Path lib() {
    return directory.resolve("lib");
  }

  Path log() {
    return directory.resolve("log");
  }

  /** Where the keeper will listen: here, if the path is not too long for a socket. */
  Path chooseSocket() throws IOException {
    Path socket = directory.resolve("socket");
    return socket.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET
        ? socket
        : Files.createTempDirectory("slipway-keeper").resolve("socket");
  }

  /** Records the calling process as the keeper. */
  void begun(Path socket) throws IOException {
    int pid = Libc.getpid();
    Map<String, String> record = new TreeMap<>();
    record.put("pid", Integer.toString(pid));
    record.put("startTicks", Long.toString(ProcessStat.of(pid).orElseThrow().startTicks()));
    record.put("bootId", BootClock.bootId());
    record.put("socket", socket.toString());
    RecordFile.write(directory.resolve("keeper"), record, false);
  }

  /** Records the control group of all executions of this keeper. */
  void writeGroups(Path groups) throws IOException {
    RecordFile.write(directory.resolve("groups"), Map.of("path", groups.toString()), false);
  }

  private Optional<Path> groups() throws IOException {
    try {
      return Optional.of(Path.of(RecordFile.read(directory.resolve("groups")).get("path")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Where the keeper listens; empty if it has never listened. */
  Optional<Path> socket() {
    return record().map(record -> Path.of(record.get("socket")));
  }

  /** Whether the keeper's process lives. */
  boolean isAlive() {
    return record()
        .filter(record -> BootClock.bootId().equals(record.get("bootId")))
        .filter(
            record ->
                ProcessStat.lives(
                    Integer.parseInt(record.get("pid")), Long.parseLong(record.get("startTicks"))))
        .isPresent();
  }

  /** Kills the keeper, if it lives. */
  void kill() {
    record()
        .filter(record -> isAlive())
        .flatMap(record -> ProcessHandle.of(Long.parseLong(record.get("pid"))))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  private Optional<Map<String, String>> record() {
    try {
      return Optional.of(RecordFile.read(directory.resolve("keeper")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what only the living keeper needs; called as its last act. */
  void ended() {
    try {
      deleteSocket();
    } catch (IOException | RuntimeException e) {
      Keeper.log("the socket can't be removed: " + e);
    }
  }

  /** Removes the directory of a keeper that is dead, and its empty control groups. */
  void remove() throws IOException {
    Optional<Path> groups = groups();
    if (groups.isPresent()) {
      new ControlGroup(groups.get()).removeAbandoned();
      if (Files.isDirectory(groups.get())) {
        // Programs of that keeper run still; another keeper looks after them.
        return;
      }
    }
    deleteSocket();
    List<Path> all;
    try (Stream<Path> entries = Files.walk(directory)) {
      all = entries.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  private void deleteSocket() throws IOException {
    Optional<Path> socket = socket();
    if (socket.isPresent()) {
      Files.deleteIfExists(socket.get());
      if (!socket.get().getParent().equals(directory)) {
        Files.deleteIfExists(socket.get().getParent());
      }
    }
  }
}
