package io.slipway.launcher;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a launcher runs: a JVM or any program. */
public sealed interface Command {
  /**
   * A JVM; which one is the launcher's choice.
   *
   * @param mainClass the class whose {@code main} is called
   * @param classPath in order, absolute
   * @param options before the main class; {@code -Xmx} is among them
   * @param arguments of {@code main}
   */
  record Jvm(String mainClass, List<Path> classPath, List<String> options, List<String> arguments)
      implements Command {
    /** Copies. */
    public Jvm {
      classPath = List.copyOf(classPath);
      options = List.copyOf(options);
      arguments = List.copyOf(arguments);
    }

    /**
     * The command line of this JVM.
     *
     * @param java the {@code java} program
     */
    public List<String> commandLine(String java) {
      List<String> line = new ArrayList<>();
      line.add(java);
      line.addAll(options);
      line.add("-cp");
      line.add(
          classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
      line.add(mainClass);
      line.addAll(arguments);
      return List.copyOf(line);
    }
  }

  /**
   * Any program.
   *
   * @param arguments the program (a path, or a name to be looked up in the {@code PATH} of the
   *     spec's environment) and its arguments
   */
  record Program(List<String> arguments) implements Command {
    /** Copies. */
    public Program {
      arguments = List.copyOf(arguments);
    }
  }
}
