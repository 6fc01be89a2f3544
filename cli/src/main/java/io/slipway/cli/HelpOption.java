package io.slipway.cli;

import picocli.CommandLine.Option;

/** The flag that explains a command. */
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this text, and end.")
  private boolean help;
}
