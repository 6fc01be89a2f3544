package io.slipway.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Where the values of a command's flags come from: the command line over a submission's file over
 * the environment over the configuration file.
 */
final class FlagSources {
  /** A value of so many characters is not in a message by chance. */
  private static final int TELLING = 4;

  private final Configuration configuration;
  private final Map<String, List<Configuration.Setting>> applied = new LinkedHashMap<>();

  /** Reads nothing yet. */
  FlagSources(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Gives the flags of a command that was parsed their values from elsewhere.
   *
   * @param spec the submission's file, if there is one
   * @throws CommandFailedException naming the place, if a value or a key is wrong
   */
  void apply(ParseResult parsed, Optional<SpecFile> spec) {
    CommandSpec command = parsed.commandSpec();
    List<FlagKey> keys = FlagKey.of(command);
    spec.ifPresent(file -> check(file, keys));
    for (FlagKey key : keys) {
      boolean given = parsed.hasMatchedOption(key.flag());
      List<Layer> layers = new ArrayList<>();
      spec.ifPresent(
          file ->
              layers.add(
                  new Layer(
                      file.flags().getOrDefault(FlagValues.word(key.flag()), List.of()),
                      file.directory())));
      if (!key.isShared()) {
        layers.add(new Layer(configuration.variable(key), null));
        layers.add(new Layer(configuration.inFile(key.key()), null));
      }
      layers.removeIf(layer -> layer.settings.isEmpty());
      if (!layers.isEmpty()) {
        apply(key.flag(), layers, given);
      }
    }
  }

  private record Layer(List<Configuration.Setting> settings, Path base) {}

  private void apply(OptionSpec flag, List<Layer> layers, boolean given) {
    boolean merges = FlagValues.isAssignment(flag);
    List<Object> values = null;
    List<Configuration.Setting> used = new ArrayList<>();
    for (Layer layer : layers) {
      List<Object> read = new ArrayList<>();
      for (Configuration.Setting setting : layer.settings) {
        // Also what does not count in the end must be right.
        read.addAll(FlagValues.read(flag, setting, layer.base));
      }
      if (layer.settings.size() > 1 && !flag.isMultiValue()) {
        throw CommandFailedException.usage(
            layer.settings.get(1).source()
                + ": "
                + FlagValues.word(flag)
                + " has one value, not several");
      }
      if (values == null) {
        values = read;
        used.addAll(layer.settings);
      } else if (merges) {
        values = FlagValues.underneath(read, values);
        used.addAll(layer.settings);
      }
    }
    if (!given || merges) {
      FlagValues.set(flag, values, given);
      applied.put(flag.longestName(), used);
    }
  }

  private static void check(SpecFile file, List<FlagKey> keys) {
    List<String> known = new ArrayList<>(List.of("application", "arguments", "command"));
    keys.forEach(key -> known.add(FlagValues.word(key.flag())));
    file.flags()
        .forEach(
            (word, settings) -> {
              if (!known.contains(word)) {
                throw CommandFailedException.usage(
                    settings.get(0).source()
                        + ": unknown key '"
                        + word
                        + "'"
                        + Spelling.advice(word, known));
              }
            });
  }

  /** The places where the values of this flag stand; empty for those of the command line. */
  List<Configuration.Setting> of(OptionSpec flag) {
    return applied.getOrDefault(flag.longestName(), List.of());
  }

  /** A message with the places of what it speaks of, be it by a flag's name or by its value. */
  String explain(String message) {
    StringBuilder text = new StringBuilder(message);
    applied.forEach(
        (flag, settings) -> {
          for (Configuration.Setting setting : settings) {
            boolean named =
                message.matches("(?s).*" + flag + "(?![a-z-]).*")
                    || setting.text().length() >= TELLING && message.contains(setting.text());
            if (named && !message.contains(setting.source())) {
              text.append("; ").append(flag).append(" is set at ").append(setting.source());
            }
          }
        });
    return text.toString();
  }
}
