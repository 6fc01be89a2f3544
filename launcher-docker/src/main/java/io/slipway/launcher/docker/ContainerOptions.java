package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Mount;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * What a submission chooses by {@code --launcher-option KEY=VALUE}; where it does not, the worker's
 * settings hold.
 *
 * @param image key {@code image}
 * @param network key {@code network}: {@code host} or {@code bridge}
 * @param pull key {@code pull}: {@code always}, {@code missing} or {@code never}
 * @param mounts key {@code mounts}: comma-separated, each an absolute path, followed by {@code :rw}
 *     if it may be written to
 * @param java key {@code java}: the JVM's program in the image; by default the one under the
 *     image's {@code JAVA_HOME}, else the first on its {@code PATH}
 */
record ContainerOptions(
    String image,
    DockerSettings.Network network,
    DockerSettings.PullPolicy pull,
    List<Mount> mounts,
    Optional<String> java) {
  private static final Set<String> KEYS =
      new TreeSet<>(Set.of("image", "java", "mounts", "network", "pull"));

  static ContainerOptions parse(SortedMap<String, String> options, DockerSettings settings)
      throws LaunchException {
    for (String key : options.keySet()) {
      if (!KEYS.contains(key)) {
        throw new LaunchException(
            "launcher 'docker' has no option '"
                + key
                + "' (it has "
                + String.join(", ", KEYS)
                + ")");
      }
    }
    return new ContainerOptions(
        options.getOrDefault("image", settings.image()),
        options.containsKey("network")
            ? DockerSettings.choice(
                "option", "network", options.get("network"), DockerSettings.Network.values())
            : settings.network(),
        options.containsKey("pull")
            ? DockerSettings.choice(
                "option", "pull", options.get("pull"), DockerSettings.PullPolicy.values())
            : settings.pull(),
        mounts(options.getOrDefault("mounts", ""), settings.mounts()),
        Optional.ofNullable(options.get("java")));
  }

  private static List<Mount> mounts(String list, List<Path> allowed) throws LaunchException {
    List<Mount> mounts = new ArrayList<>();
    for (String word : list.split(",", -1)) {
      if (word.isBlank()) {
        continue;
      }
      boolean writable = word.endsWith(":rw");
      String name = writable || word.endsWith(":ro") ? word.substring(0, word.length() - 3) : word;
      mounts.add(new Mount(allowed(name, allowed), !writable));
    }
    return mounts;
  }

  /** The path, if neither it nor what its symbolic links lead to is outside of what is allowed. */
  private static Path allowed(String name, List<Path> allowed) throws LaunchException {
    Path path;
    Path real;
    try {
      path = Path.of(name);
      if (!path.isAbsolute() || !path.normalize().equals(path)) {
        throw new LaunchException(
            "option 'mounts' of launcher 'docker' names '" + name + "', not an absolute path");
      }
      real = path.toRealPath();
    } catch (IOException | InvalidPathException e) {
      throw new LaunchException(
          "option 'mounts' of launcher 'docker' names '" + name + "', which is not there", e);
    }
    for (Path root : allowed) {
      try {
        if (path.startsWith(root) && real.startsWith(root.toRealPath())) {
          return path;
        }
      } catch (IOException e) {
        // What is not there allows nothing.
        continue;
      }
    }
    throw new LaunchException(
        "'"
            + name
            + "' may not be mounted on this worker (allowed: "
            + (allowed.isEmpty()
                ? "nothing"
                : String.join(", ", allowed.stream().map(Path::toString).toList()))
            + "; the worker's --launcher-setting docker.mounts says so)");
  }
}
