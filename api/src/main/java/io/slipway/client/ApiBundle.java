package io.slipway.client;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the jar with Slipway's own api, dependencies included, that a client adds to the class path
 * of an application that does not bring one.
 */
public final class ApiBundle {
  /** What a jar or directory holds that brings the api. */
  public static final String MARKER = "META-INF/slipway/api.properties";

  /** System property with the path of the bundle; it wins. */
  public static final String PROPERTY = "slipway.api.bundle";

  /** Environment variable with the directory of the distribution. */
  public static final String HOME_VARIABLE = "SLIPWAY_HOME";

  /** How the bundle's file name begins, in the distribution's {@code lib}. */
  public static final String FILE_PREFIX = "slipway-api-bundle-";

  private ApiBundle() {}

  /**
   * Looks at the system property {@value #PROPERTY}, in {@code SLIPWAY_HOME/lib}, at the jar from
   * which this class was loaded, and on this JVM's class path, in this order.
   *
   * @return empty if there is none
   * @throws IOException naming the path, if the property names a file that is not there
   */
  public static Optional<Path> locate() throws IOException {
    return locate(
        System.getProperty(PROPERTY, ""),
        System.getenv(),
        ownJar() + File.pathSeparator + System.getProperty("java.class.path"));
  }

  /** Build tools run programs in class loaders whose jars are not on the JVM's class path. */
  private static String ownJar() {
    CodeSource source = ApiBundle.class.getProtectionDomain().getCodeSource();
    try {
      return source == null || source.getLocation() == null
          ? ""
          : Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      return ""; // not a file of this machine
    }
  }

  static Optional<Path> locate(String property, Map<String, String> environment, String classPath)
      throws IOException {
    if (!property.isEmpty()) {
      Path bundle = Path.of(property);
      if (!Files.isRegularFile(bundle)) {
        throw new IOException("no api bundle at " + bundle + " (system property " + PROPERTY + ")");
      }
      return Optional.of(bundle);
    }
    String home = environment.getOrDefault(HOME_VARIABLE, "");
    if (!home.isEmpty()) {
      Optional<Path> bundle = newest(Path.of(home, "lib"));
      if (bundle.isPresent()) {
        return bundle;
      }
    }
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      Path name = path.getFileName();
      if (name != null && name.toString().startsWith(FILE_PREFIX) && Files.isRegularFile(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> newest(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(directory, FILE_PREFIX + "*.jar")) {
        files.forEach(found::add);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(Collections.max(found));
  }
}
