package io.slipway.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where a setting comes from that no flag gave: the environment, then the user's configuration
 * file.
 *
 * <p>The file is {@code $XDG_CONFIG_HOME/slipway/slipway.conf}, or {@code
 * ~/.config/slipway/slipway.conf}: lines of {@code key = value}, empty lines, and comments that
 * begin with {@code #}. Keys are those of {@link Key}, and {@link FlagKey}.
 */
final class Configuration {
  /** A setting: its key in the file, and the variables that come before it, in order. */
  enum Key {
    /** The masters' addresses. */
    MASTER("master", "SLIPWAY_MASTER", "SLIPWAY_MASTERS"),
    /** The file with the user token. */
    TOKEN_FILE("token-file", "SLIPWAY_TOKEN_FILE"),
    /** The directory with both token files. */
    TOKEN_DIR("token-dir", "SLIPWAY_TOKEN_DIR");

    private final String word;
    private final List<String> variables;

    Key(String word, String... variables) {
      this.word = word;
      this.variables = List.of(variables);
    }
  }

  /**
   * A value and the place that it was found at.
   *
   * @param text the value
   * @param source for messages, such as {@code SLIPWAY_MASTER} or {@code FILE:3}
   */
  record Setting(String text, String source) {}

  private final UnaryOperator<String> environment;
  private final Path file;
  private Map<String, List<Setting>> fromFile;

  /**
   * Reads nothing yet.
   *
   * @param environment from a variable's name to its value, or null
   * @param home the user's home directory
   */
  Configuration(UnaryOperator<String> environment, Path home) {
    this.environment = environment;
    this.file = directory(environment, home).resolve("slipway.conf");
  }

  /** That of this process. */
  static Configuration ofProcess() {
    return new Configuration(System::getenv, Path.of(System.getProperty("user.home", "/")));
  }

  /** The user's configuration directory for Slipway. */
  static Path directory(UnaryOperator<String> environment, Path home) {
    String base = environment.apply("XDG_CONFIG_HOME");
    // The specification of base directories says that a relative path is to be ignored.
    return (base != null && base.startsWith("/") ? Path.of(base) : home.resolve(".config"))
        .resolve("slipway");
  }

  /** The configuration file, whether it exists or not. */
  Path file() {
    return file;
  }

  /**
   * Finds a setting.
   *
   * @throws CommandFailedException with file and line, if the file holds anything that is not
   *     understood
   */
  Optional<Setting> find(Key key) {
    for (String variable : key.variables) {
      String value = environment.apply(variable);
      if (value != null && !value.isBlank()) {
        return Optional.of(new Setting(value.strip(), "environment variable " + variable));
      }
    }
    return inFile(key.word).stream().findFirst();
  }

  /** Finds a setting by its word, such as {@code token-file}. */
  Optional<Setting> find(String word) {
    return Arrays.stream(Key.values())
        .filter(key -> key.word.equals(word))
        .findFirst()
        .flatMap(this::find);
  }

  /** What a flag's variable says; one value a line where the flag may be repeated. */
  List<Setting> variable(FlagKey key) {
    String value = environment.apply(key.variable());
    if (value == null || value.isBlank()) {
      return List.of();
    }
    String source = "environment variable " + key.variable();
    return key.isRepeatable()
        ? value.lines().filter(line -> !line.isBlank()).map(l -> new Setting(l, source)).toList()
        : List.of(new Setting(value.strip(), source));
  }

  /**
   * What the file says for a key, in order.
   *
   * @throws CommandFailedException with file and line, if the file holds anything that is not
   *     understood
   */
  List<Setting> inFile(String key) {
    if (fromFile == null) {
      fromFile = read();
    }
    return fromFile.getOrDefault(key, List.of());
  }

  private Map<String, List<Setting>> read() {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (MalformedInputException e) {
      throw CommandFailedException.usage(file + " is not UTF-8 text; correct or remove it");
    } catch (IOException e) {
      throw CommandFailedException.usage(
          "can't read " + file + ": " + Reasons.of(e) + "; make it readable or remove it");
    }
    Map<String, List<Setting>> settings = new LinkedHashMap<>();
    KnownKeys known = new KnownKeys();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String place = file + ":" + (i + 1);
      int equals = line.indexOf('=');
      if (equals <= 0) {
        throw CommandFailedException.usage(place + ": not of the form key = value: '" + line + "'");
      }
      String key = line.substring(0, equals).strip();
      Setting setting = new Setting(line.substring(equals + 1).strip(), place);
      boolean repeatable = known.check(key, setting);
      List<Setting> all = settings.computeIfAbsent(key, unused -> new ArrayList<>());
      if (!all.isEmpty() && !repeatable) {
        throw CommandFailedException.usage(
            place + ": '" + key + "' is set at " + all.get(0).source + " already; remove one");
      }
      all.add(setting);
    }
    return settings;
  }

  /** The keys of the file. Those of flags are looked up only where one stands in it. */
  private static final class KnownKeys {
    private Map<String, FlagKey> flags;

    /** Whether the key, which must be known and its value right, may stand there again. */
    boolean check(String word, Setting setting) {
      boolean shared = Arrays.stream(Key.values()).anyMatch(key -> key.word.equals(word));
      if (!shared && !flags().containsKey(word)) {
        List<String> known = new ArrayList<>();
        Arrays.stream(Key.values()).forEach(key -> known.add(key.word));
        known.addAll(flags().keySet());
        throw CommandFailedException.usage(
            setting.source + ": unknown key '" + word + "'" + Spelling.advice(word, known));
      }
      if (setting.text.isEmpty()) {
        throw CommandFailedException.usage(setting.source + ": no value for '" + word + "'");
      }
      if (shared) {
        return false;
      }
      FlagKey key = flags().get(word);
      FlagValues.read(key.flag(), setting, null);
      return key.isRepeatable();
    }

    private Map<String, FlagKey> flags() {
      if (flags == null) {
        flags = new LinkedHashMap<>();
        for (String command : FlagKey.COMMANDS) {
          FlagKey.of(SlipwayMain.specification(command)).stream()
              .filter(key -> !key.isShared())
              .forEach(key -> flags.put(key.key(), key));
        }
      }
      return flags;
    }
  }
}
