package io.slipway.client;

import io.slipway.model.DeployMode;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An application as its submitter describes it: by files of this machine. {@link SlipwayClient}
 * submits it; {@link SpecificationResolver} says what of it reaches a cluster. Begin with {@link
 * #jvm} or {@link #command}.
 *
 * @param program what the driver runs
 * @param name for people; empty for the main class's or the program's
 * @param deployMode where the driver runs; a client submits those of cluster mode alone
 * @param environment variables of driver and executors
 * @param secretEnvironment the same, but never shown
 * @param files that driver and executors find in their working directory, under their own names
 * @param jvmOptions of the JVMs of driver and executors
 * @param driver what the driver is given
 * @param executors the kinds of executors, of different names; may be empty
 * @param maxCores cap on the cores of all executors together
 * @param launcher what starts driver and executors, where they say nothing else
 * @param driverLauncher what starts the driver; what it leaves open is as {@code launcher} says
 * @param user the account as which they run; empty for each worker's own
 * @param maxAttempts how often the driver may be started, 1 to 1,000
 * @param priority higher goes first
 * @param lostAfter how long a worker may be silent before what it ran is lost
 * @param timeLimit how long it may run before it is ended and has failed; empty for as long as it
 *     takes
 * @param requestId makes a repetition harmless: the same id again gets the same application; empty
 *     for a new one with each submission
 */
public record Specification(
    Program program,
    Optional<String> name,
    DeployMode deployMode,
    SortedMap<String, String> environment,
    SortedMap<String, String> secretEnvironment,
    List<Path> files,
    List<String> jvmOptions,
    Resources driver,
    List<ExecutorSpecification> executors,
    OptionalInt maxCores,
    LauncherChoice launcher,
    LauncherChoice driverLauncher,
    Optional<String> user,
    int maxAttempts,
    int priority,
    Duration lostAfter,
    Optional<Duration> timeLimit,
    Optional<String> requestId) {

  /** What a driver runs. */
  public sealed interface Program {
    /**
     * A main class.
     *
     * @param mainClass empty for the one that the manifest of the first jar names
     * @param classPath jars and class directories, in order, at least one; Slipway's own library is
     *     put in front, unless one of them brings it
     * @param arguments of {@code main}
     */
    record Jvm(Optional<String> mainClass, List<Path> classPath, List<String> arguments)
        implements Program {
      /** Checks and copies. */
      public Jvm {
        classPath = List.copyOf(classPath);
        arguments = List.copyOf(arguments);
        if (classPath.isEmpty()) {
          throw new IllegalArgumentException("no class path: give a jar, or a class directory");
        }
      }
    }

    /**
     * Any program of the worker's machine.
     *
     * @param words the program and its arguments, without a shell
     */
    record Command(List<String> words) implements Program {
      /** Checks and copies. */
      public Command {
        words = List.copyOf(words);
        if (words.isEmpty() || words.get(0).isEmpty()) {
          throw new IllegalArgumentException("no command");
        }
      }
    }
  }

  /** Checks and copies. */
  public Specification {
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    secretEnvironment = Collections.unmodifiableSortedMap(new TreeMap<>(secretEnvironment));
    files = List.copyOf(files);
    jvmOptions = List.copyOf(jvmOptions);
    executors = List.copyOf(executors);
    boolean isJvm = program instanceof Program.Jvm;
    if (!isJvm && !jvmOptions.isEmpty()) {
      throw new IllegalArgumentException(
          "options of a JVM belong to a main class, not to a command: " + jvmOptions);
    }
    Set<String> profiles = new HashSet<>();
    for (ExecutorSpecification kind : executors) {
      if (!profiles.add(kind.profile())) {
        throw new IllegalArgumentException(
            "two kinds of executors have the profile '" + kind.profile() + "'; rename one");
      }
      if (!isJvm && kind.command().isEmpty()) {
        throw new IllegalArgumentException(
            "it is not known what an executor of this command runs; give executors a command");
      }
      if (maxCores.isPresent() && maxCores.getAsInt() < kind.resources().cores()) {
        throw new IllegalArgumentException(
            "at most "
                + maxCores.getAsInt()
                + " cores are less than the "
                + kind.resources().cores()
                + " of one executor, so that none would ever fit; raise it");
      }
    }
    if (requestId.isPresent()) {
      Submission.checkRequestId(requestId.get());
    }
  }

  /** Describes an application whose main class is the one that its jar's manifest names. */
  public static SpecificationBuilder jvm(Path application) {
    return new SpecificationBuilder(Optional.empty(), List.of(application));
  }

  /**
   * Describes an application by its main class.
   *
   * @param classPath jars and class directories, in order; Slipway's own library is put in front,
   *     unless one of them brings it
   */
  public static SpecificationBuilder jvm(String mainClass, List<Path> classPath) {
    return new SpecificationBuilder(Optional.of(mainClass), classPath);
  }

  /** Describes an application whose driver is any program; {@code words} go without a shell. */
  public static SpecificationBuilder command(String... words) {
    return command(List.of(words));
  }

  /** The same. */
  public static SpecificationBuilder command(List<String> words) {
    return new SpecificationBuilder(new Program.Command(words));
  }
}
