package io.slipway.launcher.docker;

import io.slipway.launcher.EndingRecord;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.RecordFile;
import io.slipway.model.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The launcher's records of one execution, in {@code launcher/} of its directory. */
final class ContainerFiles {
  private final Path directory;

  /**
   * Which container, and where its output goes.
   *
   * @param container the name
   * @param boot tells the machine's present run from earlier ones
   */
  record Launch(String container, LogTarget stdout, LogTarget stderr, String boot) {
    /** A launch now. */
    Launch(String container, LogTarget stdout, LogTarget stderr) {
      this(container, stdout, stderr, presentBoot());
    }

    /** Whether the machine was restarted since. */
    boolean isOfEarlierBoot() {
      return !boot.equals(presentBoot());
    }

    private static String presentBoot() {
      try {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      } catch (IOException e) {
        return "unknown";
      }
    }
  }

  /**
   * Of an execution.
   *
   * @param execution its directory
   */
  ContainerFiles(Path execution) {
    this.directory = execution.resolve("launcher");
  }

  boolean exist() {
    return Files.isDirectory(directory);
  }

  /** Decides, durably, that there will be a launch; false if there was one or can't be any more. */
  boolean createLaunch(Launch launch) throws IOException {
    Map<String, String> values = new TreeMap<>();
    values.put("container", launch.container());
    values.put("boot", launch.boot());
    put(values, "stdout", launch.stdout());
    put(values, "stderr", launch.stderr());
    return RecordFile.create(directory.resolve("launch"), values, true);
  }

  /** Decides, durably, that there will be no launch; false if there was one. */
  boolean ruleOutLaunch() throws IOException {
    return RecordFile.create(directory.resolve("launch"), Map.of("ruledOut", "true"), true);
  }

  /** The launch; empty if it was ruled out, or never begun. */
  Optional<Launch> launch() throws IOException {
    Optional<Map<String, String>> values = read("launch");
    if (values.isEmpty() || values.get().containsKey("ruledOut")) {
      return Optional.empty();
    }
    return Optional.of(
        new Launch(
            values.get().get("container"),
            target(values.get(), "stdout"),
            target(values.get(), "stderr"),
            values.get().get("boot")));
  }

  private static void put(Map<String, String> values, String stream, LogTarget target) {
    values.put(stream, target.file().toString());
    values.put(stream + ".maxBytes", Long.toString(target.maxBytes()));
    values.put(stream + ".maxRolled", Integer.toString(target.maxRolled()));
  }

  private static LogTarget target(Map<String, String> values, String stream) {
    return new LogTarget(
        Path.of(values.get(stream)),
        Long.parseLong(values.get(stream + ".maxBytes")),
        Integer.parseInt(values.get(stream + ".maxRolled")));
  }

  /** Notes that the container was started. */
  void writeStarted() throws IOException {
    RecordFile.write(directory.resolve("started"), Map.of(), false);
  }

  boolean wasStarted() {
    return Files.exists(directory.resolve("started"));
  }

  /** Notes a stop, unless one with an earlier deadline is there; returns the deadline. */
  Instant writeStop(Instant deadline) throws IOException {
    Optional<Instant> known = stop();
    if (known.isPresent() && !known.get().isAfter(deadline)) {
      return known.get();
    }
    RecordFile.write(directory.resolve("stop"), Map.of("deadline", deadline.toString()), false);
    return deadline;
  }

  /** When a stop that was asked for becomes a kill; empty if none was. */
  Optional<Instant> stop() throws IOException {
    return read("stop").map(values -> Instant.parse(values.get("deadline")));
  }

  /**
   * Notes who copies the output.
   *
   * @param token tells this copying from others by the same process
   */
  void writeCopier(long pid, String token) throws IOException {
    RecordFile.write(
        directory.resolve("copier"),
        Map.of("pid", Long.toString(pid), "start", startOf(pid), "token", token),
        false);
  }

  /** Whether a copying of the output has not been replaced by another. */
  boolean isCopier(String token) throws IOException {
    return read("copier").map(values -> token.equals(values.get("token"))).orElse(false);
  }

  /** Whether there is a process that copies the output. */
  boolean hasCopier() throws IOException {
    Optional<Map<String, String>> values = read("copier");
    if (values.isEmpty()) {
      return false;
    }
    String start = startOf(Long.parseLong(values.get().get("pid")));
    return !start.isEmpty() && start.equals(values.get().get("start"));
  }

  /** When a process started, to tell it from another of the same number; empty if there is none. */
  private static String startOf(long pid) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().startInstant())
        .map(Instant::toString)
        .orElse("");
  }

  /** Notes that all output is in the log files. */
  void writeOutputComplete() throws IOException {
    RecordFile.write(directory.resolve("output"), Map.of(), false);
  }

  boolean isOutputComplete() {
    return Files.exists(directory.resolve("output"));
  }

  /** Records the end, durably. */
  void writeOutcome(Ending ending) throws IOException {
    RecordFile.write(directory.resolve("outcome"), EndingRecord.values(ending), true);
  }

  Optional<Ending> outcome() throws IOException {
    return read("outcome").map(EndingRecord::ending);
  }

  private Optional<Map<String, String>> read(String name) throws IOException {
    try {
      return Optional.of(RecordFile.read(directory.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
