package io.slipway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code slipway archive}. */
@Command(
    name = "archive",
    hidden = true,
    description =
        "Makes the class archive with which the other commands start faster. The script that starts"
            + " the commands asks the JVM for it; this is what the JVM runs to see the classes.")
final class ArchiveCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Override
  public Integer call() {
    return ExitCodes.OK;
  }
}
