package io.slipway.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The manual page of one command, from what its help says. */
final class ManualPage {
  private static final String EXIT_CODES = "Exit codes: ";

  private final CommandLine command;
  private final CommandSpec spec;
  private final UsageMessageSpec usage;
  private final StringBuilder page = new StringBuilder();

  private ManualPage(CommandLine command) {
    this.command = command;
    this.spec = command.getCommandSpec();
    this.usage = spec.usageMessage();
  }

  /** The name of a command's page. */
  static String title(CommandLine command) {
    return command.getCommandSpec().qualifiedName().replace(' ', '-');
  }

  /** The page in the language of {@code man}. */
  static String of(CommandLine command) {
    return new ManualPage(command).write();
  }

  private String write() {
    String title = title(command);
    page.append(".TH \"")
        .append(title.toUpperCase(Locale.ROOT))
        .append("\" \"1\" \"\" \"Slipway ")
        .append(Version.text())
        .append("\" \"Slipway\"\n.nh\n.ad l\n");
    section("NAME");
    String first = usage.description()[0];
    line(title + " - " + first.replaceFirst("[.:].*", ""));
    section("SYNOPSIS");
    verbatim(
        (usage.customSynopsis().length > 0
                ? String.join("\n", usage.customSynopsis())
                : command.getHelp().synopsis(0))
            .lines()
            .map(String::strip)
            .toList());
    section("DESCRIPTION");
    paragraphs(List.of(usage.description()));
    commands();
    options();
    footer(List.of(usage.footer()));
    section("SEE ALSO");
    line(title.equals("slipway") ? "slipway-submit(1)" : "slipway(1)");
    return page.toString();
  }

  private void commands() {
    Map<String, CommandLine> subcommands = command.getSubcommands();
    if (subcommands.isEmpty()) {
      return;
    }
    section("COMMANDS");
    subcommands.forEach(
        (name, subcommand) -> {
          UsageMessageSpec told = subcommand.getCommandSpec().usageMessage();
          if (!told.hidden()) {
            item("\\fB" + escaped(name) + "\\fR");
            line(told.description()[0]);
          }
        });
  }

  private void options() {
    section("OPTIONS");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        item("\\fI" + escaped(parameter.paramLabel()) + "\\fR");
        paragraphs(List.of(parameter.description()));
      }
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        String names =
            List.of(option.names()).stream()
                .map(name -> "\\fB" + escaped(name) + "\\fR")
                .collect(Collectors.joining(", "));
        boolean bare = FlagValues.isSwitch(option);
        item(bare ? names : names + " \\fI" + escaped(option.paramLabel()) + "\\fR");
        paragraphs(List.of(option.description()));
      }
    }
  }

  /** Headings, text, and indented lines that stay as they are. */
  private void footer(List<String> lines) {
    boolean indented = false;
    boolean begun = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean wasIndented = indented;
      indented = line.startsWith("  ");
      if (wasIndented != indented) {
        page.append(indented ? ".nf\n" : ".fi\n");
      }
      boolean heads = i + 1 < lines.size() && lines.get(i + 1).startsWith("  ");
      if (line.isEmpty()) {
        if (begun && i + 1 < lines.size()) {
          page.append(".PP\n");
        }
      } else if (!indented && heads && line.endsWith(":")) {
        begun = true;
        section(line.substring(0, line.length() - 1).toUpperCase(Locale.ROOT));
      } else if (line.startsWith(EXIT_CODES)) {
        section("EXIT STATUS");
        begun = true;
        line(line.substring(EXIT_CODES.length()));
      } else {
        if (!begun && !indented) {
          section("NOTES");
        }
        begun = true;
        line(indented ? line.substring(2) : line);
      }
    }
    if (indented) {
      page.append(".fi\n");
    }
  }

  private void section(String name) {
    page.append(".SH ").append(escaped(name)).append('\n');
  }

  private void item(String markedUp) {
    page.append(".TP\n").append(markedUp).append('\n');
  }

  /** What stands in the help a line each, or apart from each other by empty ones. */
  private void paragraphs(List<String> texts) {
    boolean apart = false;
    boolean begun = false;
    for (String text : texts) {
      if (text.isEmpty()) {
        apart = true;
        continue;
      }
      if (apart) {
        page.append(".PP\n");
      } else if (begun) {
        page.append(".br\n");
      }
      apart = false;
      begun = true;
      line(text);
    }
  }

  private void verbatim(List<String> lines) {
    page.append(".nf\n");
    lines.forEach(this::line);
    page.append(".fi\n");
  }

  private void line(String text) {
    page.append(escaped(text)).append('\n');
  }

  private static String escaped(String line) {
    String text = line.replace("\\", "\\e").replace("-", "\\-");
    // At the beginning of a line these would be requests.
    return text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text;
  }
}
