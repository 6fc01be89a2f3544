package io.slipway.launcher.process;

import io.slipway.launcher.EndingRecord;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.RecordFile;
import io.slipway.model.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What is on disk of one execution, in {@code launcher/} of its directory.
 *
 * <p>{@code launch} comes first and is made only once, either by who launches or by who makes sure
 * that nobody will. {@code started} says which process it is, {@code stop} until when it may live
 * once it has been asked to end, {@code outcome} how it ended.
 */
final class ExecutionFiles {
  private final Path directory;

  /** Of an execution directory. */
  ExecutionFiles(Path executionDirectory) {
    this.directory = executionDirectory.resolve("launcher");
  }

  /**
   * Who launches, and what must be known to go on when the keeper is gone.
   *
   * @param keeper the keeper's id; empty if the launch has been ruled out
   * @param bootId the run of the machine
   * @param group the control group, if there is one
   * @param stdout where standard output goes
   * @param stderr where standard error goes
   */
  record Launch(
      String keeper, String bootId, Optional<Path> group, LogTarget stdout, LogTarget stderr) {}

  /**
   * The main process.
   *
   * @param pid its id
   * @param startTicks its start, which makes the id unique in this run of the machine
   */
  record Started(int pid, long startTicks) {}

  /** Whether the directory is there; somebody may have removed it by hand. */
  boolean exist() {
    return Files.isDirectory(directory);
  }

  Path fifo(String stream) {
    return directory.resolve(stream + ".fifo");
  }

  /**
   * Records the intent to launch, durably.
   *
   * @return false if there has been a launch, or it has been ruled out
   */
  boolean createLaunch(Launch launch) throws IOException {
    return RecordFile.create(directory.resolve("launch"), values(launch), true);
  }

  /** Records that another keeper looks after the execution. */
  void replaceLaunch(Launch launch) throws IOException {
    RecordFile.write(directory.resolve("launch"), values(launch), true);
  }

  /**
   * Makes sure, durably, that there will be no launch.
   *
   * @return false if there has been one, or it has been ruled out before
   */
  boolean ruleOut() throws IOException {
    return RecordFile.create(directory.resolve("launch"), Map.of("ruledOut", "true"), true);
  }

  /** The launch; empty if there has been none. One that was ruled out has no keeper. */
  Optional<Launch> launch() throws IOException {
    Optional<Map<String, String>> values = read("launch");
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> map = values.get();
    if (map.containsKey("ruledOut")) {
      LogTarget none = new LogTarget(Path.of("/dev/null"), 1, 0);
      return Optional.of(new Launch("", "", Optional.empty(), none, none));
    }
    return Optional.of(
        new Launch(
            map.get("keeper"),
            map.get("bootId"),
            Optional.ofNullable(map.get("group")).map(Path::of),
            target(map, "stdout"),
            target(map, "stderr")));
  }

  private static Map<String, String> values(Launch launch) {
    Map<String, String> map = new TreeMap<>();
    map.put("keeper", launch.keeper());
    map.put("bootId", launch.bootId());
    launch.group().ifPresent(group -> map.put("group", group.toString()));
    put(map, "stdout", launch.stdout());
    put(map, "stderr", launch.stderr());
    return map;
  }

  private static void put(Map<String, String> map, String stream, LogTarget target) {
    map.put(stream, target.file().toString());
    map.put(stream + ".maxBytes", Long.toString(target.maxBytes()));
    map.put(stream + ".maxRolled", Integer.toString(target.maxRolled()));
  }

  private static LogTarget target(Map<String, String> map, String stream) {
    return new LogTarget(
        Path.of(map.get(stream)),
        Long.parseLong(map.get(stream + ".maxBytes")),
        Integer.parseInt(map.get(stream + ".maxRolled")));
  }

  void writeStarted(Started started) throws IOException {
    RecordFile.write(
        directory.resolve("started"),
        Map.of(
            "pid", Integer.toString(started.pid()),
            "startTicks", Long.toString(started.startTicks())),
        false);
  }

  Optional<Started> started() throws IOException {
    return read("started")
        .map(
            map ->
                new Started(
                    Integer.parseInt(map.get("pid")), Long.parseLong(map.get("startTicks"))));
  }

  /** Records a stop, unless one with an earlier deadline is there; returns the deadline. */
  long writeStop(long deadlineMillis) throws IOException {
    OptionalLong known = stop();
    if (known.isPresent() && known.getAsLong() <= deadlineMillis) {
      return known.getAsLong();
    }
    RecordFile.write(
        directory.resolve("stop"), Map.of("deadlineMillis", Long.toString(deadlineMillis)), false);
    return deadlineMillis;
  }

  /** The deadline of a stop on the {@link BootClock}. */
  OptionalLong stop() throws IOException {
    Optional<Map<String, String>> values = read("stop");
    return values.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(values.get().get("deadlineMillis")));
  }

  /** Records the end, durably. */
  void writeOutcome(Ending ending) throws IOException {
    RecordFile.write(directory.resolve("outcome"), EndingRecord.values(ending), true);
  }

  Optional<Ending> outcome() throws IOException {
    return read("outcome").map(EndingRecord::ending);
  }

  void deleteFifos() throws IOException {
    Files.deleteIfExists(fifo("stdout"));
    Files.deleteIfExists(fifo("stderr"));
  }

  private Optional<Map<String, String>> read(String name) throws IOException {
    try {
      return Optional.of(RecordFile.read(directory.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
