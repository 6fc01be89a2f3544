package io.slipway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code slipway manual}. */
@Command(
    name = "manual",
    sortOptions = false,
    description = "Writes a manual page for each command.",
    footer = {
      "",
      "Examples:",
      "  slipway manual ~/.local/share/man/man1 && man slipway-submit",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 they can't be written."
    })
final class ManualCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Parameters(
      paramLabel = "DIRECTORY",
      converter = Converters.FilePath.class,
      description = "Where to write them; made if it is missing.")
  private Path directory;

  @Override
  public Integer call() {
    try {
      write();
    } catch (IOException e) {
      throw CommandFailedException.failed(
          "can't write to "
              + directory
              + ": "
              + Reasons.of(e)
              + "; give a directory that this account may write to",
          e);
    }
    return ExitCodes.OK;
  }

  private void write() throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, String> page : CommandPages.manual().entrySet()) {
      Files.writeString(directory.resolve(page.getKey()), page.getValue());
    }
  }
}
