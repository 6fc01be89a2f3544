package io.slipway.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
 * begin with {@code #}.
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
  private Map<Key, Setting> fromFile;

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
    if (fromFile == null) {
      fromFile = read();
    }
    return Optional.ofNullable(fromFile.get(key));
  }

  private Map<Key, Setting> read() {
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
    Map<Key, Setting> settings = new LinkedHashMap<>();
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
      Key key = key(line.substring(0, equals).strip(), place);
      String value = line.substring(equals + 1).strip();
      if (value.isEmpty()) {
        throw CommandFailedException.usage(place + ": no value for '" + key.word + "'");
      }
      Setting former = settings.put(key, new Setting(value, place));
      if (former != null) {
        throw CommandFailedException.usage(
            place + ": '" + key.word + "' is set at " + former.source + " already");
      }
    }
    return settings;
  }

  private static Key key(String word, String place) {
    for (Key key : Key.values()) {
      if (key.word.equals(word)) {
        return key;
      }
    }
    throw CommandFailedException.usage(
        place
            + ": unknown key '"
            + word
            + "' (known: "
            + String.join(", ", List.of(Key.values()).stream().map(key -> key.word).toList())
            + ")");
  }
}
