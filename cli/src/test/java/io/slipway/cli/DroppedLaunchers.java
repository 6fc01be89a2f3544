package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** A copy of the distribution into whose launchers/ jars are dropped that are compiled here. */
final class DroppedLaunchers implements AutoCloseable {
  private static final String SERVICE = "META-INF/services/io.slipway.launcher.LauncherProvider";

  /** Jars, and the class archives that were made of just these files. */
  private static final List<String> SAME = List.of("lib", "cache");

  private final Path directory;
  private final Path home;

  /**
   * A copy without any jar dropped.
   *
   * @param directory for it and all that is compiled
   */
  DroppedLaunchers(Path directory) throws IOException {
    this.directory = directory;
    this.home = Files.createDirectories(directory.resolve("home"));
    Path original = Path.of(System.getProperty("slipway.distribution"));
    for (String same : SAME) {
      Files.createSymbolicLink(home.resolve(same), original.resolve(same));
    }
    for (String own : List.of("bin", "launchers")) {
      Files.createDirectory(home.resolve(own));
      try (Stream<Path> files = Files.list(original.resolve(own))) {
        for (Path file : files.toList()) {
          Files.copy(file, home.resolve(own).resolve(file.getFileName()));
        }
      }
    }
    home.resolve("bin/slipway").toFile().setExecutable(true);
  }

  /** Lets go of the original. */
  @Override
  public void close() throws IOException {
    for (String same : SAME) {
      Files.delete(home.resolve(same));
    }
  }

  /** The distribution. */
  Path home() {
    return home;
  }

  /** The launcher interface, as the distribution has it. */
  String launcherInterface() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return files
          .map(Path::toString)
          .filter(name -> name.matches(".*/slipway-(launcher-spi|model)-[^/]*\\.jar"))
          .collect(Collectors.joining(":"));
    }
  }

  /** Compiles all sources of a directory into a new one. */
  Path compile(Path sources, String classPath) throws IOException {
    Path classes = Files.createTempDirectory(directory, "classes");
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-cp", classPath));
    arguments.addAll(List.of("-d", classes.toString()));
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    String[] line = arguments.toArray(String[]::new);
    if (ToolProvider.getSystemJavaCompiler().run(null, messages, messages, line) != 0) {
      throw new AssertionError(messages.toString(UTF_8));
    }
    return classes;
  }

  /** Compiles one class of a package {@code com.example.other}, and drops it as a launcher. */
  void drop(String jar, String name, String classPath, String members) throws IOException {
    drop(jar, compile(source("com.example.other", name, members), classPath), name);
  }

  /** Writes the source of one class or interface. */
  Path source(String inPackage, String name, String members) throws IOException {
    Path sources = Files.createTempDirectory(directory, "sources");
    String kind = name.equals("LauncherProvider") ? "interface " + name : "class " + name;
    String base = name.equals("LauncherProvider") ? "" : " implements LauncherProvider";
    Files.writeString(
        sources.resolve(name + ".java"),
        "package %s;\nimport io.slipway.launcher.*;\npublic %s%s {\n%s\n}\n"
            .formatted(inPackage, kind, base, members));
    return sources;
  }

  private void drop(String jar, Path classes, String name) throws IOException {
    Path service = classes.resolve(SERVICE);
    Files.createDirectories(service.getParent());
    Files.writeString(service, "com.example.other." + name + "\n");
    drop(jar, List.of(classes));
  }

  /** Drops a jar that says that it has a launcher, and has nothing. */
  void dropWithoutClass(String jar, String name) throws IOException {
    drop(jar, Files.createTempDirectory(directory, "classes"), name);
  }

  /** Packs all files of some directories into a jar, and drops it. */
  void drop(String jar, List<Path> directories) throws IOException {
    Path file = home.resolve("launchers").resolve(jar);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      for (Path root : directories) {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
          files = all.filter(Files::isRegularFile).toList();
        }
        for (Path each : files) {
          out.putNextEntry(new ZipEntry(root.relativize(each).toString()));
          Files.copy(each, out);
          out.closeEntry();
        }
      }
    }
  }
}
