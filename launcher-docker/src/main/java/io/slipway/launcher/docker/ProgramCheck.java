package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Looks for a program before its container is started. The engine starts its own init whatever the
 * program is, and the init tells a missing program only by exit code 127, which is also a program's
 * own. Remembers what is in an image, which does not change. Safe for use by several threads.
 */
final class ProgramCheck {
  private static final int MOST_REMEMBERED = 1_000;
  private static final int MOST_LINKS = 20;
  private static final int HEAD = 256;
  private static final int ANY_EXECUTE = 0111;
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  private final Engine engine;
  private final Map<InImage, Finding> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InImage, Finding> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record InImage(String image, String path) {}

  /**
   * What is at a path.
   *
   * @param present whether there is a file
   * @param problem why it can't be run; empty if it can
   * @param interpreter of a script
   */
  private record Finding(boolean present, String problem, Optional<String> interpreter) {
    static final Finding NOTHING = new Finding(false, "", Optional.empty());
  }

  ProgramCheck(Engine engine) {
    this.engine = engine;
  }

  /**
   * Checks that a program can be run.
   *
   * @param container made, not necessarily started
   * @param image its image
   * @param program a path, or a name to be looked up
   * @param searchPath directories, as in {@code PATH}
   * @param work the working directory, which is the same in the container
   * @param mounted paths that are the same in the container as here
   * @throws LaunchException naming the program, if it can't
   */
  void check(
      String container,
      Engine.Image image,
      String program,
      String searchPath,
      Path work,
      List<Path> mounted)
      throws LaunchException, EngineException {
    Finding found = Finding.NOTHING;
    String foundAt = program;
    List<String> directories =
        program.contains("/") ? List.of("") : List.of(searchPath.split(":", -1));
    for (String directory : directories) {
      String path =
          work.resolve(directory.isEmpty() ? program : directory + "/" + program)
              .normalize()
              .toString();
      Finding here = find(container, image, path, mounted);
      if (here.present() && (here.problem().isEmpty() || !found.present())) {
        found = here;
        foundAt = path;
        if (here.problem().isEmpty()) {
          break;
        }
      }
    }
    if (!found.present()) {
      throw new LaunchException(
          "there is no program '"
              + program
              + "' in the container"
              + (program.contains("/") ? "" : " (PATH is " + searchPath + ")"));
    }
    if (!found.problem().isEmpty()) {
      throw new LaunchException(foundAt + " " + found.problem());
    }
    if (found.interpreter().isPresent()
        && !find(container, image, found.interpreter().get(), mounted).present()) {
      throw new LaunchException(
          foundAt
              + " needs "
              + found.interpreter().get()
              + " to run it, which is not in the container");
    }
  }

  private Finding find(String container, Engine.Image image, String path, List<Path> mounted)
      throws EngineException, LaunchException {
    if (mounted.stream().anyMatch(Path.of(path)::startsWith)) {
      return findHere(Path.of(path));
    }
    InImage key = new InImage(image.id(), path);
    synchronized (remembered) {
      Finding known = remembered.get(key);
      if (known != null) {
        return known;
      }
    }
    Finding found = findInContainer(container, path);
    synchronized (remembered) {
      remembered.put(key, found);
    }
    return found;
  }

  private static Finding findHere(Path path) throws LaunchException {
    if (!Files.exists(path)) {
      return Finding.NOTHING;
    }
    if (!Files.isRegularFile(path)) {
      return new Finding(true, "is not a file", Optional.empty());
    }
    try (InputStream in = Files.newInputStream(path)) {
      return judge(Files.isExecutable(path), in.readNBytes(HEAD));
    } catch (IOException e) {
      throw new LaunchException(path + " can't be read: " + e.getMessage(), e);
    }
  }

  private Finding findInContainer(String container, String path)
      throws EngineException, LaunchException {
    String current = path;
    for (int links = 0; links < MOST_LINKS; links++) {
      try (TarArchiveInputStream tar =
          new TarArchiveInputStream(engine.archive(container, current))) {
        TarArchiveEntry entry = tar.getNextEntry();
        if (entry == null) {
          return Finding.NOTHING;
        }
        if (!entry.isSymbolicLink()) {
          return entry.isFile()
              ? judge((entry.getMode() & ANY_EXECUTE) != 0, tar.readNBytes(HEAD))
              : new Finding(true, "is not a file", Optional.empty());
        }
        current = Path.of(current).resolveSibling(entry.getLinkName()).normalize().toString();
      } catch (EngineException e) {
        if (e.isNotFound()) {
          return Finding.NOTHING;
        }
        throw e;
      } catch (IOException e) {
        throw new LaunchException("the engine's answer about " + path + " can't be read", e);
      }
    }
    return new Finding(true, "is a symbolic link to itself", Optional.empty());
  }

  private static Finding judge(boolean executable, byte[] head) {
    if (!executable) {
      return new Finding(true, "is not executable", Optional.empty());
    }
    if (head.length >= 2 && head[0] == '#' && head[1] == '!') {
      String line =
          new String(head, StandardCharsets.UTF_8).lines().findFirst().orElse("").substring(2);
      String interpreter = line.strip().split("[ \t]", 2)[0];
      return interpreter.startsWith("/")
          ? new Finding(true, "", Optional.of(interpreter))
          : new Finding(true, "has no interpreter in its first line", Optional.empty());
    }
    for (int i = 0; i < ELF.length; i++) {
      if (head.length <= i || head[i] != ELF[i]) {
        return new Finding(
            true, "is neither a binary program nor a script with '#!'", Optional.empty());
      }
    }
    return new Finding(true, "", Optional.empty());
  }
}
