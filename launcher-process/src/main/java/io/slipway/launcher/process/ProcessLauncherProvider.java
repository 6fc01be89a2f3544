package io.slipway.launcher.process;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Makes launchers of local processes, on Linux.
 *
 * <p>Settings: {@code java}, the program that runs JVMs (by default the one of this JVM); {@code
 * cgroup}, {@code auto} (the default) or {@code off}, whether control groups hold the executions
 * where that is possible; {@code class-archives}, the directory of archives that let a JVM with
 * Slipway's library start sooner, or {@code off} (by default a worker keeps them, and a client has
 * none).
 */
public final class ProcessLauncherProvider implements LauncherProvider {
  /** The name of this launcher. */
  public static final String NAME = "process";

  static final String JAVA = "java";
  static final String CGROUP = "cgroup";
  static final String CLASS_ARCHIVES = "class-archives";

  /** For {@link java.util.ServiceLoader}. */
  public ProcessLauncherProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    for (String key : settings.options().keySet()) {
      if (!Set.of(JAVA, CGROUP, CLASS_ARCHIVES).contains(key)) {
        throw new LaunchException(
            "launcher '"
                + NAME
                + "' has no setting '"
                + key
                + "' (it has cgroup, class-archives and java)");
      }
    }
    String cgroup = settings.options().getOrDefault(CGROUP, "auto");
    if (!Set.of("auto", "off").contains(cgroup)) {
      throw new LaunchException(
          "setting 'cgroup' of launcher '" + NAME + "' is '" + cgroup + "', not auto or off");
    }
    String java = settings.options().getOrDefault(JAVA, ownJava());
    File program = new File(java);
    if (!program.isAbsolute() || !program.isFile() || !program.canExecute()) {
      throw new LaunchException(
          "setting 'java' of launcher '"
              + NAME
              + "' is '"
              + java
              + "', which is not the absolute path of a program");
    }
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new LaunchException(
          "launcher '" + NAME + "' runs on Linux only, not on " + System.getProperty("os.name"));
    }
    return ProcessLauncher.open(settings, java, archives(settings), cgroup.equals("auto"));
  }

  /**
   * A worker keeps class archives unless told otherwise; a client, which launches once, does not.
   */
  private static Optional<Path> archives(LauncherSettings settings) throws LaunchException {
    String chosen = settings.options().getOrDefault(CLASS_ARCHIVES, "");
    if (chosen.isEmpty()) {
      return settings.outlivesOwner()
          ? Optional.of(settings.directory().resolve("class-archives"))
          : Optional.empty();
    }
    if (chosen.equals("off")) {
      return Optional.empty();
    }
    if (!Path.of(chosen).isAbsolute()) {
      throw new LaunchException(
          "setting 'class-archives' of launcher '"
              + NAME
              + "' is '"
              + chosen
              + "', neither off nor the absolute path of a directory");
    }
    return Optional.of(Path.of(chosen));
  }

  static String ownJava() {
    return System.getProperty("java.home") + "/bin/java";
  }
}
