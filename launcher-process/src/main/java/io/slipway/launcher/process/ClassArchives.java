package io.slipway.launcher.process;

import io.slipway.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Class data archives (JEP 350) for JVMs whose class path begins with Slipway's own library: they
 * make such a JVM register with its driver in a third of the time. One is made for each JVM build
 * and each build of the library, in the background, by a training run that the library names
 * ({@code archive.training.class} in its {@code META-INF/slipway/api.properties}), after the first
 * launch that could have used it, and if that fails after the next ones, three times at most. Until
 * it is there JVMs start without.
 *
 * <p>A JVM accepts an archive only for the very file that it was made of (by inode, size and time),
 * so the directory keeps a hard link to the jar beside each archive. Safe for use by several
 * threads.
 */
final class ClassArchives implements AutoCloseable {
  private static final String MARK = "META-INF/slipway/api.properties";
  private static final String TRAINING = "archive.training.class";
  private static final long TRAINING_SECONDS = 120;
  private static final int MOST_ATTEMPTS = 3;

  /** A class path that starts like this can be served. */
  private record Library(String key, String trainingMain) {}

  private final Path directory;
  private final String java;
  private final byte[] javaBuild;
  private final Map<Object, Optional<Library>> libraries = new ConcurrentHashMap<>();
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
  private final Semaphore oneAtATime = new Semaphore(1);
  private volatile boolean closed;
  private volatile Optional<Process> training = Optional.empty();

  /**
   * Archives that are kept in a directory.
   *
   * @param directory made if it is missing
   * @param java the {@code java} program that will use them
   */
  ClassArchives(Path directory, String java) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.java = java;
    this.javaBuild = javaBuild(java);
  }

  private static byte[] javaBuild(String java) throws IOException {
    Path home = Path.of(java).toRealPath().getParent().getParent();
    Path release = home.resolve("release");
    String build = Files.exists(release) ? Files.readString(release) : "";
    return (home + "\n" + build).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Options that make a JVM use an archive; none if there is none for this class path (yet), or if
   * the JVM's own options would quarrel with them. They stand before all others, so that a user's
   * {@code -Xlog} still counts.
   */
  List<String> options(List<Path> classPath, List<String> jvmOptions) {
    if (classPath.isEmpty() || jvmOptions.stream().anyMatch(ClassArchives::choosesArchive)) {
      return List.of();
    }
    Path jar = classPath.get(0);
    Optional<Library> library = library(jar);
    if (library.isEmpty()) {
      return List.of();
    }
    Path archive = directory.resolve(library.get().key() + ".jsa");
    if (Files.exists(archive)) {
      // A mismatch would otherwise be told on the program's own standard output.
      return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-Xlog:all=error:stderr");
    }
    String key = library.get().key();
    if (underWay.add(key)) {
      if (attempts.merge(key, 1, Integer::sum) <= MOST_ATTEMPTS) {
        Thread thread =
            new Thread(() -> make(library.get(), jar, archive), "slipway-class-archive");
        thread.setDaemon(true);
        thread.start();
      } // else it stays under way, for ever
    }
    return List.of();
  }

  private static boolean choosesArchive(String option) {
    return option.startsWith("-Xshare")
        || option.startsWith("-XX:SharedArchiveFile")
        || option.startsWith("-XX:ArchiveClassesAtExit")
        || option.startsWith("-XX:+AutoCreateSharedArchive")
        || option.startsWith("-XX:AOT");
  }

  private Optional<Library> library(Path jar) {
    try {
      BasicFileAttributes file = Files.readAttributes(jar, BasicFileAttributes.class);
      if (!file.isRegularFile()) {
        return Optional.empty();
      }
      String identity = file.fileKey() + "/" + file.size() + "/" + file.lastModifiedTime();
      return libraries.computeIfAbsent(identity, key -> read(jar, identity));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Library> read(Path jar, String identity) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry mark = zip.getEntry(MARK);
      if (mark == null) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      try (InputStream in = zip.getInputStream(mark);
          Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
        properties.load(reader);
      }
      String main = properties.getProperty(TRAINING, "");
      if (main.isEmpty()) {
        return Optional.empty();
      }
      MessageDigest digest = Digest.sha256();
      digest.update(javaBuild);
      digest.update(identity.getBytes(StandardCharsets.UTF_8));
      return Optional.of(new Library(Digest.finish(digest).hex().substring(0, 24), main));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void make(Library library, Path jar, Path archive) {
    try {
      oneAtATime.acquire();
      try {
        if (!closed) {
          train(library, jar, archive);
        }
      } finally {
        underWay.remove(library.key());
        oneAtATime.release();
      }
    } catch (IOException e) {
      // An archive is only ever a gain in speed; without it JVMs start as they always did.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void train(Library library, Path jar, Path archive)
      throws IOException, InterruptedException {
    Path link = directory.resolve(library.key() + ".jar");
    try {
      Files.createLink(link, jar);
    } catch (FileAlreadyExistsException e) {
      // Of an earlier worker that did not come to the end.
    }
    Path partial = directory.resolve(library.key() + "." + ProcessHandle.current().pid() + ".tmp");
    Files.deleteIfExists(partial);
    ProcessBuilder builder =
        new ProcessBuilder(
            "nice",
            java,
            "-XX:ArchiveClassesAtExit=" + partial,
            "-Xlog:disable",
            "-Xmx128m",
            "-cp",
            link.toString(),
            library.trainingMain());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    training = Optional.of(process);
    try {
      process.getOutputStream().close();
      boolean ended = process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
      if (ended && process.exitValue() == 0 && Files.exists(partial) && !closed) {
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.READ)) {
          channel.force(true);
        }
        // Never a part of one under the final name: a JVM that maps a truncated archive crashes.
        Files.move(partial, archive, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(partial);
    }
  }

  /** Makes no further archive, and ends a training run. */
  @Override
  public void close() {
    closed = true;
    training.ifPresent(Process::destroyForcibly);
  }
}
