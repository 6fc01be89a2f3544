package io.slipway.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A submission as a file, YAML or JSON: a mapping whose keys are the flags of {@code submit}
 * without their hyphens, and {@code application} with {@code arguments}, or {@code command}.
 */
final class SpecFile {
  private static final String APPLICATION = "application";
  private static final String ARGUMENTS = "arguments";
  private static final String COMMAND = "command";

  private final Path file;
  private final Map<String, List<Configuration.Setting>> settings = new LinkedHashMap<>();

  private SpecFile(Path file) {
    this.file = file;
  }

  /**
   * Reads one.
   *
   * @throws CommandFailedException naming file and line, if it can't be understood
   */
  static SpecFile read(Path file) {
    SpecFile read = new SpecFile(file);
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw CommandFailedException.usage(
          "--spec " + file + ": can't be read: " + Reasons.of(e) + "; correct the path");
    }
    // JSON may be indented with tabs, and has none elsewhere.
    String yaml = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
    try {
      Optional<Node> root =
          new Compose(LoadSettings.builder().setLabel(file.toString()).build()).composeString(yaml);
      if (root.isEmpty() || !(root.get() instanceof MappingNode mapping)) {
        throw CommandFailedException.usage(
            file + ":1: not a mapping of keys to values, such as 'executors: 4'");
      }
      read.take(mapping);
    } catch (MarkedYamlEngineException e) {
      throw CommandFailedException.usage(
          file
              + e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("")
              + ": neither YAML nor JSON: "
              + e.getProblem());
    } catch (YamlEngineException e) {
      throw CommandFailedException.usage(file + ": neither YAML nor JSON: " + e.getMessage());
    }
    return read;
  }

  private void take(MappingNode mapping) {
    for (NodeTuple entry : mapping.getValue()) {
      String key = scalar(entry.getKeyNode(), "a key");
      String place = place(entry.getKeyNode());
      if (settings.containsKey(key)) {
        throw CommandFailedException.usage(
            place
                + ": '"
                + key
                + "' is set at "
                + settings.get(key).get(0).source()
                + " already; remove one");
      }
      settings.put(key, values(key, entry.getValueNode(), place));
    }
  }

  private List<Configuration.Setting> values(String key, Node node, String place) {
    List<Configuration.Setting> values = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      for (Node each : sequence.getValue()) {
        values.add(new Configuration.Setting(scalar(each, "'" + key + "'"), place(each)));
      }
      if (values.isEmpty()) {
        values.add(new Configuration.Setting(null, place));
      }
    } else if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        String name = scalar(entry.getKeyNode(), "a name in '" + key + "'");
        String value = scalar(entry.getValueNode(), "'" + key + "'");
        values.add(new Configuration.Setting(name + "=" + value, place(entry.getKeyNode())));
      }
      if (values.isEmpty()) {
        values.add(new Configuration.Setting(null, place));
      }
    } else {
      values.add(new Configuration.Setting(scalar(node, "'" + key + "'"), place(node)));
    }
    return values;
  }

  private String scalar(Node node, String what) {
    if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
      return scalar.getValue();
    }
    throw CommandFailedException.usage(
        place(node)
            + ": "
            + what
            + " is "
            + (node instanceof ScalarNode ? "empty" : "nested")
            + "; give a text, a number, true or false, or a plain list of them");
  }

  private String place(Node node) {
    return file + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
  }

  /** What relative paths in it are relative to. */
  Path directory() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  /** The keys that stand in it, but for those that say what to run. */
  Map<String, List<Configuration.Setting>> flags() {
    Map<String, List<Configuration.Setting>> flags = new LinkedHashMap<>(settings);
    flags.keySet().removeAll(List.of(APPLICATION, ARGUMENTS, COMMAND));
    flags.values().removeIf(values -> values.get(0).text() == null);
    return flags;
  }

  /**
   * What to run.
   *
   * @param words the application and its arguments, or a command; empty if the file has neither
   * @param isCommand whether it is a command
   */
  record Program(List<String> words, boolean isCommand) {}

  /** What to run, as far as the file says. */
  Program program() {
    boolean isCommand = settings.containsKey(COMMAND);
    if (isCommand) {
      for (String other : List.of(APPLICATION, ARGUMENTS)) {
        if (settings.containsKey(other)) {
          throw CommandFailedException.usage(
              settings.get(other).get(0).source()
                  + ": '"
                  + other
                  + "' stands beside 'command' of "
                  + settings.get(COMMAND).get(0).source()
                  + "; remove one");
        }
      }
      return new Program(texts(COMMAND), true);
    }
    List<String> words = new ArrayList<>();
    if (settings.containsKey(APPLICATION)) {
      words.add(directory().resolve(texts(APPLICATION).get(0)).toString());
      words.addAll(texts(ARGUMENTS));
    } else if (settings.containsKey(ARGUMENTS)) {
      throw CommandFailedException.usage(
          settings.get(ARGUMENTS).get(0).source()
              + ": 'arguments' belong to 'application', which the file does not name; a 'command'"
              + " has its own in one list with it");
    }
    return new Program(words, false);
  }

  private List<String> texts(String key) {
    return settings.getOrDefault(key, List.of()).stream()
        .map(Configuration.Setting::text)
        .filter(text -> text != null)
        .toList();
  }
}
