package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LauncherSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * What the worker's operator decides, each by {@code --launcher-setting docker.KEY=VALUE}.
 *
 * @param engine key {@code engine}: the engine's socket; {@code /var/run/docker.sock} by default
 * @param image key {@code image}: the image of executions that name none; {@link
 *     RuntimeImage#DEFAULT_NAME} by default
 * @param network key {@code network}: that of executions that choose none; {@code host} by default
 * @param pull key {@code pull}: when images are fetched, unless an execution chooses; {@code
 *     missing} by default
 * @param mounts key {@code mounts}: the directories, comma-separated, which executions may have
 *     mounted, with all below them; none by default
 * @param users key {@code users}: the accounts, comma-separated, as which executions may run
 *     besides the worker's own; none by default
 */
record DockerSettings(
    Path engine,
    String image,
    Network network,
    PullPolicy pull,
    List<Path> mounts,
    Set<String> users) {
  static final Path DEFAULT_ENGINE = Path.of("/var/run/docker.sock");

  private static final Set<String> KEYS =
      new TreeSet<>(Set.of("engine", "image", "mounts", "network", "pull", "users"));

  /** How a container is connected. */
  enum Network {
    /** As any process of the machine. */
    HOST,
    /** Behind the engine's default bridge, its ports published. */
    BRIDGE
  }

  /** When an image is fetched from its registry. */
  enum PullPolicy {
    ALWAYS,
    MISSING,
    NEVER
  }

  static DockerSettings parse(LauncherSettings settings) throws LaunchException {
    SortedMap<String, String> values = settings.options();
    for (String key : values.keySet()) {
      if (!KEYS.contains(key)) {
        throw new LaunchException(
            "launcher 'docker' has no setting '"
                + key
                + "' (it has "
                + String.join(", ", KEYS)
                + ")");
      }
    }
    String engine = values.getOrDefault("engine", DEFAULT_ENGINE.toString());
    if (engine.startsWith("unix://")) {
      engine = engine.substring("unix://".length());
    }
    if (!engine.startsWith("/")) {
      throw wrong("engine", engine, "the absolute path of the engine's socket");
    }
    List<Path> mounts =
        words(values.getOrDefault("mounts", "")).stream()
            .map(word -> Path.of(word).normalize())
            .toList();
    for (Path mount : mounts) {
      if (!mount.isAbsolute()) {
        throw wrong("mounts", values.get("mounts"), "a list of absolute paths");
      }
    }
    return new DockerSettings(
        Path.of(engine),
        values.getOrDefault("image", RuntimeImage.DEFAULT_NAME),
        choice("setting", "network", values.getOrDefault("network", "host"), Network.values()),
        choice("setting", "pull", values.getOrDefault("pull", "missing"), PullPolicy.values()),
        mounts,
        Set.copyOf(words(values.getOrDefault("users", ""))));
  }

  private static List<String> words(String list) {
    return Arrays.stream(list.split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** The constant of a name in lower case. */
  static <E extends Enum<E>> E choice(String kind, String key, String value, E[] choices)
      throws LaunchException {
    for (E choice : choices) {
      if (word(choice).equals(value)) {
        return choice;
      }
    }
    throw new LaunchException(
        kind
            + " '"
            + key
            + "' of launcher 'docker' is '"
            + value
            + "', not "
            + String.join(" or ", Arrays.stream(choices).map(DockerSettings::word).toList()));
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static LaunchException wrong(String key, String value, String expected) {
    return new LaunchException(
        "setting '" + key + "' of launcher 'docker' is '" + value + "', not " + expected);
  }
}
