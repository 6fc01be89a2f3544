package io.slipway.driver;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

/**
 * The class path of this JVM as a list of what is really there: with the entries that manifests
 * name (build tools start programs with a jar that holds nothing else), without what is missing,
 * which Java passes over too.
 */
final class RunningClassPath {
  private final Set<Path> entries = new LinkedHashSet<>();

  private RunningClassPath() {}

  static List<Path> entries() throws IOException {
    return entries(System.getProperty("java.class.path"));
  }

  static List<Path> entries(String classPath) throws IOException {
    RunningClassPath found = new RunningClassPath();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      found.add(Path.of(entry).toAbsolutePath().normalize());
    }
    return new ArrayList<>(found.entries);
  }

  private void add(Path entry) throws IOException {
    if (Files.isDirectory(entry)) {
      entries.add(entry);
    } else if (Files.isRegularFile(entry) && entries.add(entry)) {
      for (String element : manifestClassPath(entry)) {
        try {
          URI uri = entry.toUri().resolve(new URI(element));
          if ("file".equals(uri.getScheme())) {
            add(Path.of(uri).normalize());
          }
        } catch (URISyntaxException | IllegalArgumentException e) {
          // Java passes over it too.
        }
      }
    }
  }

  private String[] manifestClassPath(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String value =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return value == null || value.isBlank() ? new String[0] : value.strip().split("\\s+");
    } catch (ZipException noJar) {
      entries.remove(jar);
      return new String[0];
    }
  }
}
