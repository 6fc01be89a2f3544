package io.slipway.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files {@code user-token} (a line {@code name:token}) and {@code cluster-token} (a line {@code
 * token}) in the user's configuration directory, readable by their owner alone. A master makes what
 * is missing and never replaces what is there; everybody else only reads.
 */
public final class TokenFiles {
  /** Names another directory. */
  public static final String DIRECTORY_VARIABLE = "SLIPWAY_TOKEN_DIR";

  private static final String OTHER_FILE = "; give a file that a master made, or a copy of one";

  private static final String USER_FILE = "user-token";
  private static final String CLUSTER_FILE = "cluster-token";
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");
  private static final Object IN_THIS_PROCESS = new Object();

  private final Path directory;

  /** The files in a directory, which need not exist. */
  public TokenFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  /**
   * The files where they lie: in the directory that an option names, else in that of {@code
   * SLIPWAY_TOKEN_DIR}, else in {@code $XDG_CONFIG_HOME/slipway}, else in {@code
   * ~/.config/slipway}.
   */
  public static TokenFiles locate(Optional<Path> option, Map<String, String> environment) {
    String variable = environment.getOrDefault(DIRECTORY_VARIABLE, "");
    String configuration = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path found;
    if (option.isPresent()) {
      found = option.get();
    } else if (!variable.isEmpty()) {
      found = Path.of(variable);
    } else if (configuration.startsWith("/")) {
      found = Path.of(configuration, "slipway");
    } else {
      found =
          Path.of(
              environment.getOrDefault("HOME", System.getProperty("user.home")),
              ".config",
              "slipway");
    }
    return new TokenFiles(found);
  }

  /** Where the files lie. */
  public Path directory() {
    return directory;
  }

  /** Reads the user's name and token. */
  public UserToken userToken() throws TokenException {
    return readUserToken(directory.resolve(USER_FILE));
  }

  /** Reads the cluster token. */
  public String clusterToken() throws TokenException {
    Path file = directory.resolve(CLUSTER_FILE);
    String token = readLine(file);
    if (!isToken(token)) {
      throw malformed(file, "a token of 16 to 512 printable characters");
    }
    return token;
  }

  /** Reads a user's name and token from a file of any name. */
  public static UserToken readUserToken(Path file) throws TokenException {
    String line = readLine(file);
    int colon = line.indexOf(':');
    if (colon <= 0) {
      throw malformed(file, "a line name:token");
    }
    try {
      return new UserToken(line.substring(0, colon), line.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw new TokenException(file + ": " + e.getMessage() + OTHER_FILE, e);
    }
  }

  /**
   * Makes the directory and the files that are missing. Masters that start at once end with the
   * same tokens.
   *
   * @param userName the name for a new user token
   */
  public void createMissing(String userName) throws TokenException {
    if (exists(directory.resolve(USER_FILE)) && exists(directory.resolve(CLUSTER_FILE))) {
      return;
    }
    synchronized (IN_THIS_PROCESS) {
      try {
        Files.createDirectories(directory, mode("rwx------"));
        try (FileChannel lockFile =
                FileChannel.open(
                    directory.resolve(".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    mode("rw-------"));
            FileLock lock = lockFile.lock()) {
          assert lock.isValid();
          create(directory.resolve(USER_FILE), userName + ":" + randomToken());
          create(directory.resolve(CLUSTER_FILE), randomToken());
        }
      } catch (IOException e) {
        throw new TokenException(
            "can't make the token files in " + directory + ": " + describe(e), e);
      }
    }
  }

  static boolean isToken(String text) {
    return text.length() >= 16
        && text.length() <= 512
        && text.chars().allMatch(c -> c > ' ' && c < 127);
  }

  private static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static void create(Path file, String line) throws IOException {
    if (exists(file)) {
      return;
    }
    Path fresh = Files.createTempFile(file.getParent(), ".token", "", mode("rw-------"));
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.write(UTF_8.encode(line + "\n"));
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static String readLine(Path file) throws TokenException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.stream().anyMatch(OTHERS::contains)) {
        throw new TokenException(
            file
                + " can be read by others than its owner (its mode is "
                + PosixFilePermissions.toString(permissions)
                + "); make it private with: chmod 600 "
                + file);
      }
      if (Files.size(file) > 1_024) {
        throw malformed(file, "one line");
      }
      List<String> lines = Files.readAllLines(file, UTF_8);
      if (lines.size() != 1) {
        throw malformed(file, "one line");
      }
      return lines.get(0);
    } catch (NoSuchFileException e) {
      throw new TokenException(
          "no token at "
              + file
              + "; a master of this account makes it at its first start (another place:"
              + " --token-dir or "
              + DIRECTORY_VARIABLE
              + ")",
          e);
    } catch (CharacterCodingException e) {
      throw malformed(file, "one line");
    } catch (IOException | UnsupportedOperationException e) {
      throw new TokenException("can't read " + file + ": " + describe(e), e);
    }
  }

  private static TokenException malformed(Path file, String expected) {
    return new TokenException(
        file + " is no token file of Slipway's (expected " + expected + ")" + OTHER_FILE);
  }

  private static String describe(Exception e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private static String randomToken() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
