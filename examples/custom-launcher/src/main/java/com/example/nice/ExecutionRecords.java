package com.example.nice;

import io.slipway.launcher.EndingRecord;
import io.slipway.launcher.RecordFile;
import io.slipway.model.Ending;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What is on disk of one execution: what it was first claimed for, of which there is only one, and
 * how it ended.
 */
final class ExecutionRecords {
  /** A launch: at most one process is started. */
  static final String LAUNCH = "launch";

  /** Nothing: no process was started, and none will be. */
  static final String NOTHING = "nothing";

  private static final String PURPOSE = "for";

  private final Path claim;
  private final Path ending;

  /**
   * The records in an execution directory.
   *
   * @param directory the execution directory
   */
  ExecutionRecords(Path directory) {
    this.claim = directory.resolve("launcher/claim");
    this.ending = directory.resolve("launcher/ending");
  }

  /** Claims the execution; tells whether this was the first claim. */
  boolean claim(String purpose) throws IOException {
    return RecordFile.create(claim, Map.of(PURPOSE, purpose), true);
  }

  /** Says that the launch it was claimed for has failed and left nothing. */
  void giveUp() {
    try {
      RecordFile.write(claim, Map.of(PURPOSE, NOTHING), true);
    } catch (IOException e) {
      // Then it can't be known after a restart; it is told now.
    }
  }

  /** Whether it was claimed for a launch, which may have gone any way. */
  boolean isForLaunch() throws IOException {
    return !NOTHING.equals(RecordFile.read(claim).get(PURPOSE));
  }

  /** Keeps how it ended. */
  void end(Ending how) {
    try {
      RecordFile.write(ending, EndingRecord.values(how), true);
    } catch (IOException e) {
      // Then it can't be known after a restart; it is told now.
    }
  }

  /** How it ended, if that was kept. */
  Optional<Ending> ending() throws IOException {
    try {
      return Optional.of(EndingRecord.ending(RecordFile.read(ending)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
