package com.example.nice;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * Makes the launcher {@code nice}. Its one setting is {@code nice.level}, from 0 to 19: by how much
 * nicer than the worker its processes are at the least; 10 unless given.
 */
public final class NiceLauncherProvider implements LauncherProvider {
  private static final int USUAL_LEVEL = 10;

  @Override
  public String name() {
    return "nice";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Launcher create(LauncherSettings settings) throws LaunchException {
    boolean isSet = !settings.options().isEmpty();
    return new NiceLauncher(findNice(), isSet ? level(settings.options(), 0) : USUAL_LEVEL);
  }

  private static Path findNice() throws LaunchException {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    for (String directory : path.split(":")) {
      Path program = Path.of(directory, "nice");
      if (Files.isExecutable(program)) {
        return program.toAbsolutePath();
      }
    }
    throw new LaunchException("there is no program 'nice' in " + path);
  }

  /**
   * The value of {@code level}, which is all that this launcher knows: for the worker as a setting,
   * for one application as an option.
   *
   * @param least what may not be undercut, and is the value if there is none
   */
  static int level(SortedMap<String, String> options, int least) throws LaunchException {
    int level = least;
    for (String name : options.keySet()) {
      if (!name.equals("level")) {
        throw new LaunchException("launcher nice knows 'level', and no '" + name + "'");
      }
      try {
        level = Integer.parseInt(options.get(name));
      } catch (NumberFormatException e) {
        level = -1;
      }
      if (level < least || level > 19) {
        throw new LaunchException(
            "level '" + options.get(name) + "' is not a number from " + least + " to 19");
      }
    }
    return level;
  }
}
