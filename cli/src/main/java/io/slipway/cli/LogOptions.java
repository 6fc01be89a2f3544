package io.slipway.cli;

import io.slipway.model.ByteSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of a program that runs for months and tells what changes. */
final class LogOptions {
  /** Size at which the file is rolled. */
  static final long MAX_BYTES = 16 * ByteSize.MIB;

  /** How many rolled files are kept. */
  static final int MAX_ROLLED = 7;

  /** How a line looks. */
  enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = "--log-file",
      paramLabel = "F",
      converter = Converters.FilePath.class,
      description = {
        "Append what changes to this file, a line each, instead of printing it on standard error."
            + " At 16m it is renamed to F.1, and up to F.7 is kept. One program a file.",
        "Example: --log-file /var/log/slipway/master.log"
      })
  private Path file;

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = {
        "How a line looks: text for people, or one JSON object with the ids of what changed."
            + " Default: text.",
        "Example: --log-format json"
      })
  private Format format;

  /** Logs accordingly from now on. */
  void apply() {
    if (file != null) {
      if (file.toString().matches(".*[%\\\\].*")) {
        // In the patterns from which names of rolled files are made they mean something.
        throw CommandFailedException.usage(
            "--log-file '" + file + "' has a '%' or a backslash in it, which it may not");
      }
      try {
        if (file.toAbsolutePath().getParent() != null) {
          Files.createDirectories(file.toAbsolutePath().getParent());
        }
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      } catch (IOException e) {
        throw CommandFailedException.failed("--log-file " + file + " can't be written: " + e);
      }
    }
    LogConfiguration.use(Optional.ofNullable(file), format);
  }
}
