package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * As which account containers run.
 *
 * @param own the worker's account, {@code UID:GID}
 * @param others accounts that may be asked for besides
 */
record ContainerUser(String own, Set<String> others) {
  private static final String ROOT = "0:";

  /**
   * Learns the worker's account from a directory of its own.
   *
   * @throws LaunchException if others are allowed, to whom this worker can't give files
   */
  static ContainerUser of(Path directory, Set<String> others) throws LaunchException {
    try {
      String own =
          Files.getAttribute(directory, "unix:uid")
              + ":"
              + Files.getAttribute(directory, "unix:gid");
      if (!others.isEmpty() && !own.startsWith(ROOT)) {
        throw new LaunchException(
            "setting 'users' of launcher 'docker' needs a worker that runs as root, which can give"
                + " files to other accounts");
      }
      return new ContainerUser(own, others);
    } catch (IOException e) {
      throw new LaunchException("the owner of " + directory + " can't be read: " + e, e);
    }
  }

  /**
   * The account of an execution, {@code UID:GID}; another's than the worker's is given the working
   * directory.
   *
   * @throws LaunchException naming the account, if it is not allowed or unknown
   */
  String find(Optional<String> asked, Path workDirectory)
      throws LaunchException, InterruptedException {
    String self = System.getProperty("user.name");
    if (asked.isEmpty() || asked.get().equals(self)) {
      return own;
    }
    if (!others.contains(asked.get())) {
      throw new LaunchException(
          "launcher 'docker' can't run a process as '"
              + asked.get()
              + "', only as "
              + self
              + (others.isEmpty() ? "" : ", " + String.join(", ", others))
              + " (the worker's --launcher-setting docker.users says so)");
    }
    int uid = number("-u", asked.get());
    int gid = number("-g", asked.get());
    give(workDirectory, uid, gid);
    return uid + ":" + gid;
  }

  private static int number(String option, String account)
      throws LaunchException, InterruptedException {
    try {
      Process id = new ProcessBuilder("id", option, "--", account).start();
      String answer =
          new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      if (id.waitFor() == 0 && answer.matches("\\d{1,9}")) {
        return Integer.parseInt(answer);
      }
      throw new LaunchException("there is no account '" + account + "' on this worker");
    } catch (IOException e) {
      throw new LaunchException("accounts can't be looked up: " + e.getMessage(), e);
    }
  }

  /** Files with several links are shared with others, and stay what they are. */
  private static void give(Path directory, int uid, int gid) throws LaunchException {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              return give(path);
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              Object links = Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
              return links.equals(1) ? give(path) : FileVisitResult.CONTINUE;
            }

            private FileVisitResult give(Path path) throws IOException {
              Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
              Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new LaunchException(
          "the working directory can't be given to its account: " + e.getMessage(), e);
    }
  }
}
