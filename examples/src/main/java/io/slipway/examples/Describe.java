package io.slipway.examples;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints all that a process can see of how it was started, a line {@code name = value} each, so
 * that two starts can be compared. It needs no session.
 *
 * <p>Usage: {@code Describe [ARGS...]}
 */
public final class Describe {
  private static final List<String> PROPERTIES =
      List.of(
          "file.encoding",
          "java.class.path",
          "java.home",
          "java.io.tmpdir",
          "java.version",
          "native.encoding",
          "sun.java.command",
          "user.dir",
          "user.home",
          "user.language",
          "user.name",
          "user.timezone");

  private static final List<String> SECRETS = List.of("SLIPWAY_TOKEN");

  private Describe() {}

  /** Describes itself. */
  public static void main(String[] args) throws IOException {
    new TreeMap<>(System.getenv())
        .forEach(
            (name, value) ->
                show(
                    "environment " + name,
                    SECRETS.contains(name) ? value.length() + " characters" : value));
    for (String property : PROPERTIES) {
      show("property " + property, String.valueOf(System.getProperty(property)));
    }
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("slipway.") || name.startsWith("example."))
        .sorted()
        .forEach(name -> show("property " + name, System.getProperty(name)));
    for (int i = 0; i < args.length; i++) {
      show("argument " + (i + 1), args[i]);
    }
    String[] classPath = System.getProperty("java.class.path").split(File.pathSeparator);
    for (int i = 0; i < classPath.length; i++) {
      Path entry = Path.of(classPath[i]);
      show(
          "class path " + (i + 1),
          entry.getFileName()
              + ", "
              + (Files.isReadable(entry) ? Files.size(entry) : -1)
              + " bytes");
    }
    Path directory = Path.of("").toAbsolutePath();
    show("directory", directory.toString());
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().collect(Collectors.toList())) {
        show("file " + file.getFileName(), describe(file));
      }
    }
    show("standard input", System.in.read() < 0 ? "at its end" : "has input");
    show("heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB");
    show("default charset", Charset.defaultCharset().toString());
    show("thread", Thread.currentThread().getName());
    show(
        "thread's class loader",
        Thread.currentThread().getContextClassLoader().getClass().getSimpleName());
    show("class loader", Describe.class.getClassLoader().getClass().getSimpleName());
    ProcessHandle.Info process = ProcessHandle.current().info();
    show("java", process.command().orElse("unknown"));
    process
        .arguments()
        .ifPresent(
            arguments ->
                show(
                    "jvm options",
                    Arrays.stream(arguments)
                        .takeWhile(argument -> argument.startsWith("-") && !argument.equals("-cp"))
                        .collect(Collectors.joining(" "))));
  }

  private static String describe(Path file) throws IOException {
    return Files.size(file)
        + " bytes, "
        + PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static void show(String name, String value) {
    System.out.println(name + " = " + value.replace("\n", "\\n"));
  }
}
