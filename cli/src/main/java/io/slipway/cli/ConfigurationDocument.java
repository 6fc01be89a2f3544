package io.slipway.cli;

import java.util.HashSet;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;

/** The page {@code docs/configuration.md}, made from the flags themselves. */
final class ConfigurationDocument {
  private ConfigurationDocument() {}

  /** The whole page. */
  static String text() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Configuration

        <!-- Made from the code; a test compares, and tells how to make it again. -->

        Every flag of `slipway master`, `slipway worker` and `slipway submit` can stand in a file or in the environment instead. A flag wins
        over the environment, and the environment over the file; `slipway config --effective` shows each value and where it comes from.

        The file is `$XDG_CONFIG_HOME/slipway/slipway.conf`, or `~/.config/slipway/slipway.conf`, in UTF-8:

        ```
        # lines of key = value, empty lines, and comments
        master = 10.0.0.5:7077
        worker.cores = 8
        worker.label = disk=ssd
        worker.label = zone=a
        submit.executor-memory = 2g
        ```

        - A key that is not known, a value that its flag would refuse, and a key that is set twice without being repeatable are refused with
          file and line, whatever command reads the file. Values that contradict each other are refused by the command they are for, with
          the place of each.
        - A flag that may be repeated has a key that may be repeated, and a variable with one value a line. Values given at a higher place
          replace all of a lower one, but what assigns values to names (`--env`, `--label`, the options and settings of launchers) is merged
          by name.
        - A switch is `true` or `false`.
        - Relative paths are relative to the directory in which the command runs.
        - `slipway submit --spec FILE` takes the flags of `submit` from a file in YAML or JSON; they win over the environment and the
          configuration file, and flags win over them. Paths in such a file are relative to it. Its keys are the flags without their hyphens,
          and `application` with `arguments`, or `command`:

        ```yaml
        application: report.jar
        arguments: [2026-11-22]
        executors: 4
        executor-memory: 2g
        env:
          TZ: UTC
        jar: [lib/csv.jar, lib/json.jar]
        ```

        """);
    Set<String> told = new HashSet<>();
    page.append("## All commands\n\n");
    header(page);
    for (String command : FlagKey.COMMANDS) {
      FlagKey.of(SlipwayMain.specification(command)).stream()
          .filter(key -> key.isShared() && told.add(key.key()))
          .forEach(key -> row(page, key));
    }
    for (String command : FlagKey.COMMANDS) {
      page.append("\n## slipway ").append(command).append("\n\n");
      header(page);
      FlagKey.of(SlipwayMain.specification(command)).stream()
          .filter(key -> !key.isShared())
          .forEach(key -> row(page, key));
    }
    return page.toString();
  }

  private static void header(StringBuilder page) {
    page.append("| key | flag | variable | |\n|---|---|---|---|\n");
  }

  private static void row(StringBuilder page, FlagKey key) {
    OptionSpec flag = key.flag();
    page.append("| `")
        .append(key.key())
        .append("` | `")
        .append(flag.longestName())
        .append(FlagValues.isSwitch(flag) ? "" : " " + cell(flag.paramLabel()))
        .append("` | `")
        .append(key.variable())
        .append("` | ")
        .append(cell(flag.description()[0]))
        .append(" |\n");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
