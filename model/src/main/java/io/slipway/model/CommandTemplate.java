package io.slipway.model;

import java.util.List;

/**
 * What to run, before host, id and paths are known. Strings in it may hold placeholders: {@code
 * {{NAME}}}, where NAME is a variable that Slipway sets for the process ({@link
 * SlipwayEnvironment}), the token apart.
 */
public sealed interface CommandTemplate {

  /**
   * A JVM; which one is the launcher's choice.
   *
   * @param mainClass the class whose {@code main} is called
   * @param classPath in order; jars
   * @param jvmOptions options before the main class; a heap is chosen from the memory if none of
   *     them sets it
   * @param arguments of {@code main}
   */
  record Jvm(
      String mainClass,
      List<ArtifactRef> classPath,
      List<String> jvmOptions,
      List<String> arguments)
      implements CommandTemplate {
    /** Copies. */
    public Jvm {
      if (mainClass.isBlank()) {
        throw new IllegalArgumentException("no main class");
      }
      classPath = List.copyOf(classPath);
      jvmOptions = List.copyOf(jvmOptions);
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * Any program.
   *
   * @param arguments the program (a path, or a name that is looked up in the environment's {@code
   *     PATH}) and its arguments
   */
  record Program(List<String> arguments) implements CommandTemplate {
    /** Copies. */
    public Program {
      arguments = List.copyOf(arguments);
      if (arguments.isEmpty() || arguments.get(0).isEmpty()) {
        throw new IllegalArgumentException("no command");
      }
    }
  }
}
