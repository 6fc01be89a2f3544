package io.slipway.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** What the commands say about themselves, as a page of the documents and as manual pages. */
final class CommandPages {
  private static final int WIDTH = 100;

  private CommandPages() {}

  /** The page {@code docs/command-line.md}. */
  static String document() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # The command line

        <!-- Made from the code; a test compares, and tells how to make it again. -->

        What `slipway COMMAND --help` says, on one page. [configuration.md](configuration.md) has the same flags as keys of a file.

        - What programs read (`--output json`: [json.md](json.md), the ids that `submit` prints, exit codes) stays; tables and messages are for people, and may
          change. Messages go to standard error, one line each, and say what to do next.
        - `slipway completion bash` and `slipway completion zsh` print what completes commands and flags in a shell.
        - `slipway manual DIRECTORY` writes manual pages for `man`.

        """);
    commands()
        .forEach(
            (name, command) -> {
              page.append("## ").append(name).append("\n\n```\n");
              page.append(usage(command)).append("```\n\n");
            });
    return page.toString().stripTrailing() + "\n";
  }

  /** Manual pages of section 1: from a file's name to its text. */
  static Map<String, String> manual() {
    Map<String, String> pages = new LinkedHashMap<>();
    commands()
        .values()
        .forEach(command -> pages.put(ManualPage.title(command) + ".1", ManualPage.of(command)));
    return pages;
  }

  /** All that are shown, by their whole names, the command without a command first. */
  private static Map<String, CommandLine> commands() {
    CommandLine root = SlipwayMain.everything();
    Map<String, CommandLine> commands = new LinkedHashMap<>();
    commands.put("slipway", root);
    List<CommandLine> all = new ArrayList<>(root.getSubcommands().values());
    for (CommandLine command : all) {
      if (!command.getCommandSpec().usageMessage().hidden()) {
        commands.put(command.getCommandSpec().qualifiedName(), command);
      }
    }
    return commands;
  }

  private static String usage(CommandLine command) {
    command.setUsageHelpAutoWidth(false);
    command.setUsageHelpWidth(WIDTH);
    StringBuilder text = new StringBuilder();
    command
        .getUsageMessage(Help.Ansi.OFF)
        .lines()
        .forEach(line -> text.append(line.stripTrailing()).append('\n'));
    return text.toString();
  }
}
