package io.slipway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A flag that has a key in the configuration file, and a variable.
 *
 * @param key such as {@code worker.cores}, or {@code master} for all commands
 * @param variable such as {@code SLIPWAY_WORKER_CORES}
 * @param flag the flag itself
 */
record FlagKey(String key, String variable, OptionSpec flag) {
  /** The commands whose flags have keys. */
  static final List<String> COMMANDS = List.of("master", "worker", "submit");

  /** Of these one key serves all commands; {@link Configuration} reads them. */
  private static final Set<String> SHARED = Set.of("master", "token-file", "token-dir");

  private static final Set<String> WITHOUT = Set.of("help", "spec", "dry-run");

  /** The keys of one command's flags. */
  static List<FlagKey> of(CommandSpec command) {
    List<FlagKey> keys = new ArrayList<>();
    for (OptionSpec flag : command.options()) {
      String word = FlagValues.word(flag);
      if (flag.hidden() || WITHOUT.contains(word)) {
        continue;
      }
      String key = SHARED.contains(word) ? word : command.name() + "." + word;
      keys.add(
          new FlagKey(
              key,
              "SLIPWAY_" + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_'),
              flag));
    }
    return keys;
  }

  /** Whether {@link Configuration} gives its value to whoever asks, and the flag is left alone. */
  boolean isShared() {
    return SHARED.contains(key);
  }

  /** Whether the flag may be repeated, and so its key. */
  boolean isRepeatable() {
    return flag.isMultiValue() && flag.splitRegex().isEmpty();
  }
}
