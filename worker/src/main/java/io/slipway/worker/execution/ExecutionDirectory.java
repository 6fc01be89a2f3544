package io.slipway.worker.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.slipway.launcher.LogReader;
import io.slipway.model.ExecutionId;
import io.slipway.worker.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The directory of one execution: what was ordered, whether it is to stop, and how it ended, each
 * on disk before anything follows from it. Mode 0700.
 *
 * <p>{@code launcher/} is made just before the launcher is called, so that its absence means: never
 * launched, and nothing can be under way.
 */
final class ExecutionDirectory {
  private final ExecutionId id;
  private final Path path;

  ExecutionDirectory(Path executions, ExecutionId id) {
    this.id = id;
    this.path = executions.resolve(id.toString());
  }

  ExecutionId id() {
    return id;
  }

  Path path() {
    return path;
  }

  Path work() {
    return path.resolve("work");
  }

  Path classPath() {
    return path.resolve("classpath");
  }

  Path stdout() {
    return path.resolve("logs").resolve("stdout");
  }

  Path stderr() {
    return path.resolve("logs").resolve("stderr");
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  /** Makes it with the order in it. The caller forces the directory above. */
  void create(byte[] spec) throws IOException {
    DurableFiles.makeDirectory(path);
    DurableFiles.makeDirectory(path.resolve("logs"));
    DurableFiles.makeDirectory(work());
    DurableFiles.write(path.resolve("spec"), spec);
  }

  /** Makes it for an execution that was stopped before it was ordered. */
  void createTombstone(Cancellation cancellation) throws IOException {
    DurableFiles.makeDirectory(path);
    writeCancelled(cancellation);
    DurableFiles.force(path.getParent());
  }

  Optional<byte[]> spec() throws IOException {
    return DurableFiles.read(path.resolve("spec"));
  }

  Optional<Cancellation> cancelled() throws IOException {
    return DurableFiles.read(path.resolve("cancelled"))
        .map(bytes -> Cancellation.decode(new String(bytes, UTF_8)));
  }

  void writeCancelled(Cancellation cancellation) throws IOException {
    DurableFiles.write(path.resolve("cancelled"), cancellation.encode().getBytes(UTF_8));
  }

  boolean launcherWasCalled() {
    return Files.exists(path.resolve("launcher"));
  }

  /** To be called just before the launcher is. */
  void makeLauncherDirectory() throws IOException {
    DurableFiles.makeDirectory(path.resolve("launcher"));
    DurableFiles.force(path);
  }

  Optional<byte[]> exit() throws IOException {
    return DurableFiles.read(path.resolve("exit"));
  }

  void writeExit(byte[] exit) throws IOException {
    DurableFiles.write(path.resolve("exit"), exit);
  }

  /** When {@link #writeExit} was called. */
  Instant endTime() throws IOException {
    return Files.getLastModifiedTime(path.resolve("exit")).toInstant();
  }

  boolean isAcknowledged() {
    return Files.exists(path.resolve("acknowledged"));
  }

  /** Not forced: should it be lost, the end is reported and acknowledged once more. */
  void markAcknowledged() throws IOException {
    try {
      Files.createFile(path.resolve("acknowledged"));
    } catch (FileAlreadyExistsException e) {
      // Acknowledged twice.
    }
  }

  /** The last bytes of an output stream; empty if they can't be read. */
  static ByteString tail(Path file) {
    ByteBuffer buffer = ByteBuffer.allocate(ExecutionSnapshot.TAIL_BYTES);
    try (LogReader reader = LogReader.tail(file, buffer.capacity())) {
      while (reader.read(buffer) > 0) {
        // One file after the other.
      }
    } catch (IOException e) {
      return ByteString.EMPTY;
    }
    return ByteString.copyFrom(buffer.flip());
  }

  /** Removes what has been copied or linked for the process, and is of no use after its end. */
  void removeClassPath() throws IOException {
    DurableFiles.deleteTree(classPath());
  }

  void delete() throws IOException {
    // In this order, so that a half-removed directory is never taken for one to be launched.
    try {
      for (String part :
          new String[] {"classpath", "work", "logs", "spec", "cancelled", "launcher", "exit"}) {
        DurableFiles.deleteTree(path.resolve(part));
      }
      DurableFiles.deleteTree(path);
    } catch (NoSuchFileException e) {
      // Somebody else removed it.
    }
  }
}
