package io.slipway.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The directory that this command was started from, with {@code bin}, {@code lib} and the rest. */
final class Distribution {
  private static final String HOME_PROPERTY = "slipway.home";

  private Distribution() {}

  /** The directory; empty if the command was not started by {@code bin/slipway}. */
  static Optional<Path> home() {
    String home = System.getProperty(HOME_PROPERTY, "");
    return home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home));
  }

  /** The jar with Slipway's api and its dependencies, that applications run with. */
  static Optional<Path> apiBundle() throws IOException {
    return jar("lib", "slipway-api-bundle-");
  }

  /** The jar with the examples. */
  static Optional<Path> examples() throws IOException {
    return jar("examples", "slipway-examples-");
  }

  /** The jars in which launchers are looked for; none if they can't be listed. */
  static List<Path> launcherJars() {
    try {
      return jars("launchers", "");
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<Path> jar(String directory, String prefix) throws IOException {
    return jars(directory, prefix).stream().findFirst();
  }

  private static List<Path> jars(String directory, String prefix) throws IOException {
    Optional<Path> home = home();
    if (home.isEmpty() || !Files.isDirectory(home.get().resolve(directory))) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(home.get().resolve(directory), prefix + "*.jar")) {
      jars.forEach(found::add);
    }
    return found;
  }
}
