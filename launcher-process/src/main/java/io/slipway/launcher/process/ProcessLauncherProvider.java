package io.slipway.launcher.process;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.io.File;
import java.util.Set;

/**
 * Makes launchers of local processes, on Linux.
 *
 * <p>Settings: {@code java}, the program that runs JVMs (by default the one of this JVM); {@code
 * cgroup}, {@code auto} (the default) or {@code off}, whether control groups hold the executions
 * where that is possible.
 */
public final class ProcessLauncherProvider implements LauncherProvider {
  /** The name of this launcher. */
  public static final String NAME = "process";

  static final String JAVA = "java";
  static final String CGROUP = "cgroup";

  /** For {@link java.util.ServiceLoader}. */
  public ProcessLauncherProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    for (String key : settings.options().keySet()) {
      if (!Set.of(JAVA, CGROUP).contains(key)) {
        throw new LaunchException(
            "launcher '" + NAME + "' has no setting '" + key + "' (it has cgroup and java)");
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
    return ProcessLauncher.open(settings, java, cgroup.equals("auto"));
  }

  static String ownJava() {
    return System.getProperty("java.home") + "/bin/java";
  }
}
