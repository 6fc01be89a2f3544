package io.slipway.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

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

        - What programs read (`--output json`, the ids that `submit` prints, exit codes) stays; tables and messages are for people, and may
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
        .forEach(
            (name, command) -> {
              String title = name.replace(' ', '-');
              CommandSpec spec = command.getCommandSpec();
              StringBuilder page = new StringBuilder();
              page.append(".TH \"").append(title).append("\" 1 \"\" \"Slipway ");
              page.append(Version.text()).append("\"\n.SH NAME\n");
              page.append(escaped(title)).append(" \\- ");
              page.append(escaped(spec.usageMessage().description()[0])).append("\n");
              page.append(".SH DESCRIPTION\n.nf\n");
              usage(command).lines().forEach(line -> page.append(escaped(line)).append("\n"));
              page.append(".fi\n.SH SEE ALSO\n");
              page.append(escaped(name.equals("slipway") ? "slipway-submit(1)" : "slipway(1)"));
              page.append("\n");
              pages.put(title + ".1", page.toString());
            });
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

  private static String escaped(String line) {
    String text = line.replace("\\", "\\e").replace("-", "\\-");
    // At the beginning of a line these would be requests.
    return text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text;
  }
}
