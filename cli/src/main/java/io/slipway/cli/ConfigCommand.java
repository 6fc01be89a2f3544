package io.slipway.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code slipway config}. */
@Command(
    name = "config",
    sortOptions = false,
    customSynopsis = "slipway config [--effective] [--output FORM] [COMMAND [FLAGS...]]",
    description = {
      "Shows the settings of 'slipway master', 'worker' and 'submit', and where each comes from.",
      "",
      "A flag wins over the environment, and the environment over the configuration file"
          + " ($XDG_CONFIG_HOME/slipway/slipway.conf or ~/.config/slipway/slipway.conf). With COMMAND"
          + " only that one's settings are shown, as they would be with these FLAGS; nothing is run.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  slipway config",
      "  slipway config --effective worker",
      "  slipway config --effective --output json submit --executors 4",
      "",
      "Exit codes: 0 done, 2 wrong use, or something in the configuration is wrong."
    })
final class ConfigCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Option(
      names = "--effective",
      description = "Show all settings, those that have their defaults too.")
  private boolean effective;

  @Mixin private OutputOption output;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      hidden = true,
      description = "master, worker or submit, and flags of it.")
  private List<String> line = new ArrayList<>();

  @Spec private CommandSpec spec;

  private record Row(String key, String value, String source) {}

  @Override
  public Integer call() {
    Configuration configuration = Configuration.ofProcess();
    List<String> commands = line.isEmpty() ? FlagKey.COMMANDS : line.subList(0, 1);
    if (!FlagKey.COMMANDS.containsAll(commands)) {
      throw CommandFailedException.usage(
          "'"
              + commands.get(0)
              + "' has no settings; give one of "
              + String.join(", ", FlagKey.COMMANDS));
    }
    Map<String, Row> rows = new LinkedHashMap<>();
    for (String command : commands) {
      for (Row row : rows(command, configuration)) {
        if (effective || !row.source.equals("default")) {
          rows.putIfAbsent(row.key, row);
        }
      }
    }
    show(List.copyOf(rows.values()), configuration);
    return ExitCodes.OK;
  }

  private void show(List<Row> rows, Configuration configuration) {
    if (output.isJson()) {
      JsonArray array = new JsonArray();
      for (Row row : rows) {
        JsonObject json = new JsonObject();
        json.addProperty("key", row.key);
        json.addProperty("value", row.value);
        json.addProperty("source", row.source);
        array.add(json);
      }
      spec.commandLine().getOut().println(Json.text(array));
      return;
    }
    if (rows.isEmpty()) {
      spec.commandLine()
          .getOut()
          .println(
              "all settings have their defaults; 'slipway config --effective' shows them, and "
                  + configuration.file()
                  + " can change them");
      return;
    }
    TextTable table = new TextTable("KEY", "VALUE", "SOURCE");
    rows.forEach(row -> table.row(row.key, row.value == null ? "-" : row.value, row.source));
    spec.commandLine().getOut().print(table);
  }

  private List<Row> rows(String command, Configuration configuration) {
    ParseResult parsed;
    try {
      parsed = SlipwayMain.parse(command, line.stream().skip(1).toList());
    } catch (ParameterException e) {
      throw CommandFailedException.usage(
          command + ": " + WrongUse.explain(e) + "; see 'slipway " + command + " --help'");
    }
    FlagSources sources = new FlagSources(configuration);
    sources.apply(parsed, SubmitCommand.specFile(parsed));
    List<Row> rows = new ArrayList<>();
    for (FlagKey key : FlagKey.of(parsed.commandSpec())) {
      rows.add(row(key, parsed, sources, configuration));
    }
    return rows;
  }

  private static Row row(
      FlagKey key, ParseResult parsed, FlagSources sources, Configuration configuration) {
    OptionSpec flag = key.flag();
    List<String> places = new ArrayList<>();
    List<String> values = new ArrayList<>();
    sources
        .of(flag)
        .forEach(
            setting -> {
              places.add(setting.source());
              values.add(setting.text());
            });
    if (parsed.hasMatchedOption(flag)) {
      places.add("flag " + flag.longestName());
      List<String> texts = parsed.matchedOption(flag.longestName()).originalStringValues();
      values.addAll(FlagValues.isSwitch(flag) ? List.of("true") : texts);
    }
    if (places.isEmpty() && key.isShared()) {
      Optional<Configuration.Setting> shared = configuration.find(key.key());
      shared.ifPresent(
          setting -> {
            places.add(setting.source());
            values.add(setting.text());
          });
    }
    if (places.isEmpty()) {
      String usual = FlagValues.isSwitch(flag) ? "false" : flag.defaultValue();
      return new Row(key.key(), usual, "default");
    }
    return new Row(
        key.key(),
        String.join(" ", values),
        places.stream().distinct().collect(Collectors.joining(", ")));
  }
}
