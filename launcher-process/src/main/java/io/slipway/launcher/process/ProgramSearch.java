package io.slipway.launcher.process;

import io.slipway.launcher.LaunchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finds the file of a program as a shell would, in the environment that the program will have. */
final class ProgramSearch {
  private ProgramSearch() {}

  /**
   * The absolute path of a program.
   *
   * @param name a name to be looked up in {@code PATH}, or a path, relative to the directory
   */
  static String find(String name, Map<String, String> environment, Path workDirectory)
      throws LaunchException {
    if (name.isEmpty()) {
      throw new LaunchException("the name of the program is empty");
    }
    if (name.indexOf('/') >= 0) {
      return check(workDirectory.resolve(name)).toString();
    }
    String path = environment.get("PATH");
    if (path == null) {
      throw new LaunchException(
          "'" + name + "' can't be found: the environment has no PATH to look in");
    }
    Path found = null;
    for (String directory : path.split(":", -1)) {
      Path candidate = workDirectory.resolve(directory).resolve(name);
      if (Files.isRegularFile(candidate)) {
        if (Files.isExecutable(candidate)) {
          return candidate.toString();
        }
        found = found == null ? candidate : found;
      }
    }
    if (found != null) {
      return check(found).toString();
    }
    throw new LaunchException("there is no program '" + name + "' in PATH " + path);
  }

  private static Path check(Path program) throws LaunchException {
    if (Files.isDirectory(program)) {
      throw new LaunchException("can't run " + program + ": it is a directory");
    }
    if (!Files.exists(program)) {
      throw new LaunchException("can't run " + program + ": there is no such file");
    }
    if (!Files.isExecutable(program)) {
      throw new LaunchException("can't run " + program + ": it is not executable");
    }
    return program;
  }
}
