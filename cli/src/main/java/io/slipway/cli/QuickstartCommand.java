package io.slipway.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code slipway quickstart}. */
@Command(
    name = "quickstart",
    sortOptions = false,
    description = {
      "Shows all of it at work on this machine, in a few seconds: starts a master and two workers on"
          + " free ports, counts the words of real text in client mode and then in cluster mode,"
          + " checks both against a plain count, and stops all that it started, also when it is"
          + " interrupted or killed.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  slipway quickstart",
      "  slipway quickstart --input ~/texts",
      "  slipway quickstart --launcher docker",
      "",
      "Exit codes: 0 all went well, 2 wrong use, 125 something did not; the message says what."
    })
final class QuickstartCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      converter = Converters.FilePath.class,
      description = {
        "A directory with text files of your own. Default: licences and documents that are found on"
            + " this machine.",
        "Example: --input ~/texts"
      })
  private Path input;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description = {
        "How executors run, and the driver in cluster mode: process (the default) or docker, which"
            + " needs a Docker engine on this machine; the image is built from what is here.",
        "Example: --launcher docker"
      })
  private String launcher = "process";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.quiet();
    if (input != null && !Files.isDirectory(input)) {
      throw CommandFailedException.usage(
          "--input '" + input + "' is not a directory; give one with text files");
    }
    if (!Quickstart.LAUNCHERS.contains(launcher)) {
      throw CommandFailedException.usage(
          "--launcher '" + launcher + "' is not " + String.join(" or ", Quickstart.LAUNCHERS));
    }
    Path home =
        Distribution.home()
            .orElseThrow(
                () ->
                    CommandFailedException.failed(
                        "the quickstart runs the distribution's own commands; start it with"
                            + " bin/slipway, or ./slipway in the project's directory"));
    Path examples =
        Distribution.examples()
            .orElseThrow(
                () ->
                    CommandFailedException.failed(
                        "there is no jar with examples in "
                            + home.resolve("examples")
                            + "; this distribution is not complete"));
    Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
    try (Scratch scratch = Scratch.create("slipway-quickstart-")) {
      Path text = input == null ? SampleText.gather(home, scratch.directory()) : input.toRealPath();
      return new Quickstart(home, examples, text, scratch.directory(), launcher, console).run();
    }
  }
}
