package io.slipway.launcher.docker.image;

import io.slipway.launcher.docker.EngineImages;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The command {@code slipway-docker-image}. */
public final class RuntimeImageCommand {
  /** The name of the image, unless another is chosen. */
  public static final String DEFAULT_TAG = "slipway-java:" + Runtime.version().feature();

  private static final String DEFAULT_MODULES =
      "java.compiler,java.instrument,java.logging,java.management,java.management.rmi,java.naming,"
          + "java.net.http,java.prefs,java.rmi,java.scripting,java.security.jgss,java.sql,"
          + "java.sql.rowset,java.transaction.xa,java.xml,java.xml.crypto,jdk.charsets,"
          + "jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,"
          + "jdk.unsupported,jdk.zipfs";

  private static final String USAGE =
      """
      Builds an image for the launcher 'docker' from what is on this machine: a Java runtime made
      by jlink, its C library, and programs that you name. Nothing is downloaded.

      usage: slipway-docker-image [--tag NAME] [--program NAME]... [--modules LIST]
                                  [--engine SOCKET | --output FILE]

        --tag NAME      the image's name (default: %s)
        --program NAME  a program of this machine to be put into the image as /bin/NAME, with the
                        libraries that it needs; sh, say, for executions that are shell scripts
        --modules LIST  the modules of the Java runtime, comma-separated (default: what a program
                        without a graphical interface needs)
        --engine SOCKET where the image is loaded (default: /var/run/docker.sock)
        --output FILE   writes an archive for 'docker load' instead, to be carried to other machines
      """
          .formatted(DEFAULT_TAG);

  private RuntimeImageCommand() {}

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  /**
   * Runs the command.
   *
   * @return its exit code
   */
  public static int run(List<String> arguments) {
    String tag = DEFAULT_TAG;
    String modules = DEFAULT_MODULES;
    Path engine = Path.of("/var/run/docker.sock");
    Path output = null;
    List<String> programs = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      if (option.equals("--help") || option.equals("-h")) {
        System.out.print(USAGE);
        return 0;
      }
      if (!List.of("--tag", "--program", "--modules", "--engine", "--output").contains(option)
          || i + 1 == arguments.size()) {
        System.err.println(
            "slipway-docker-image: "
                + (i + 1 == arguments.size() ? option + " needs a value" : "what is " + option)
                + "?\n\n"
                + USAGE);
        return 2;
      }
      String value = arguments.get(++i);
      switch (option) {
        case "--tag" -> tag = value;
        case "--modules" -> modules = value;
        case "--engine" -> engine = Path.of(value);
        case "--output" -> output = Path.of(value);
        default -> programs.add(value);
      }
    }
    try {
      build(tag, modules, programs, engine, output);
      System.out.println(output == null ? tag : output);
      return 0;
    } catch (IOException e) {
      System.err.println("slipway-docker-image: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      return 1;
    }
  }

  private static void build(
      String tag, String modules, List<String> programs, Path engine, Path output)
      throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("slipway-docker-image");
    try {
      RuntimeImage image = new RuntimeImage();
      image.addJava(modules, Path.of(System.getProperty("java.home")), scratch);
      image.addLocale();
      for (String program : programs) {
        image.addProgram(program);
      }
      Path archive = output != null ? output : scratch.resolve("image.tar");
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
        image.write(tag, scratch, out);
      }
      if (output == null) {
        EngineImages.load(engine, archive);
      }
    } finally {
      try (Stream<Path> files = Files.walk(scratch)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
