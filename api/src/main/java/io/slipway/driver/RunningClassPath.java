package io.slipway.driver;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

/**
 * The class path of this program as a list of what is really there: that of the JVM, and those of
 * the class loaders in which build tools run a program inside their own JVM; with the entries that
 * manifests name (test runners start with a jar that holds nothing else), without what is missing,
 * which Java passes over too.
 */
final class RunningClassPath {
  private final Set<Path> entries = new LinkedHashSet<>();

  private RunningClassPath() {}

  /**
   * What the calling thread's program can load.
   *
   * @throws IOException if a jar can't be read, or a class loader does not tell what it loads from
   */
  static List<Path> entries() throws IOException {
    return entries(Thread.currentThread().getContextClassLoader());
  }

  static List<Path> entries(ClassLoader context) throws IOException {
    Deque<ClassLoader> loaders = new ArrayDeque<>();
    ClassLoader system = ClassLoader.getSystemClassLoader();
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    for (ClassLoader loader = seesThis(context) ? context : RunningClassPath.class.getClassLoader();
        loader != null && loader != platform;
        loader = loader == system ? null : loader.getParent()) {
      loaders.push(loader);
    }
    RunningClassPath found = new RunningClassPath();
    for (ClassLoader loader : loaders) {
      if (loader == system) {
        found.addAll(System.getProperty("java.class.path"));
      } else if (loader instanceof URLClassLoader known) {
        for (URL url : known.getURLs()) {
          found.add(url, loader);
        }
      } else {
        throw unknown(loader, "does not tell what it loads classes from");
      }
    }
    return new ArrayList<>(found.entries);
  }

  private static boolean seesThis(ClassLoader loader) {
    try {
      return loader != null
          && loader.loadClass(RunningClassPath.class.getName()) == RunningClassPath.class;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static IOException unknown(ClassLoader loader, String why) {
    return new IOException(
        "the class path of this program can't be told: "
            + loader.getClass().getName()
            + " "
            + why
            + "; name the executors' jars and class directories with"
            + " SlipwaySession.builder().classPath(...)");
  }

  static List<Path> entries(String classPath) throws IOException {
    RunningClassPath found = new RunningClassPath();
    found.addAll(classPath);
    return new ArrayList<>(found.entries);
  }

  private void addAll(String classPath) throws IOException {
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      add(Path.of(entry).toAbsolutePath().normalize());
    }
  }

  private void add(URL url, ClassLoader loader) throws IOException {
    try {
      if (url.getProtocol().equals("file")) {
        add(Path.of(url.toURI()).normalize());
        return;
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      // Not a path of this machine, as below.
    }
    throw unknown(loader, "loads classes from " + url + ", which is no file");
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
