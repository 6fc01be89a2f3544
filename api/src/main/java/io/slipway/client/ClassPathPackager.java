package io.slipway.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Turns a list of jars and class directories into a class path that can travel: jars are named by
 * their content, directories are packed into jars, the same bytes each time, and the entry that
 * brings Slipway's api stands first. Not safe for use by several threads.
 */
public final class ClassPathPackager {
  // 1980-02-01T00:00Z as a local date and time: what a zip file stores, whatever the time zone.
  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final Optional<Path> apiBundle;
  private final Path scratch;

  /**
   * Makes a packager.
   *
   * @param apiBundle the jar to add to a class path that brings no api ({@link ApiBundle#locate});
   *     empty if there is none
   * @param scratch an existing directory for packed directories; the files must stay there until
   *     they have been uploaded
   */
  public ClassPathPackager(Optional<Path> apiBundle, Path scratch) {
    this.apiBundle = apiBundle;
    this.scratch = scratch;
  }

  /**
   * Packs a class path. The second and later mentions of an entry are dropped.
   *
   * @param entries jars and directories, in order
   * @throws IOException naming the entry, if it is missing, or is neither a directory nor a jar; or
   *     if no entry brings Slipway's api and there is no bundle to add
   */
  public PackagedClassPath pack(List<Path> entries) throws IOException {
    Set<Path> distinct = new LinkedHashSet<>();
    for (Path entry : entries) {
      distinct.add(entry.toAbsolutePath().normalize());
    }
    List<LocalArtifact> artifacts = new ArrayList<>();
    LocalArtifact api = null;
    for (Path entry : distinct) {
      Path jar = Files.isDirectory(entry) ? packDirectory(entry) : entry;
      boolean bringsApi = checkJar(jar);
      LocalArtifact artifact =
          LocalArtifact.of(jar, Files.isDirectory(entry) ? directoryJarName(entry) : name(jar));
      if (bringsApi && api == null) {
        api = artifact;
      } else {
        artifacts.add(artifact);
      }
    }
    if (api == null) {
      Path bundle =
          apiBundle.orElseThrow(
              () ->
                  new IOException(
                      "no entry of the class path brings Slipway's api, and there is no api bundle"
                          + " to add: set the system property "
                          + ApiBundle.PROPERTY
                          + " or the environment variable "
                          + ApiBundle.HOME_VARIABLE));
      checkJar(bundle);
      api = LocalArtifact.of(bundle);
    }
    artifacts.add(0, api);
    return new PackagedClassPath(artifacts);
  }

  /** Whether the jar brings the api. */
  private static boolean checkJar(Path jar) throws IOException {
    if (!Files.exists(jar)) {
      throw new NoSuchFileException(jar.toString(), null, "no such jar");
    }
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.getEntry(ApiBundle.MARKER) != null;
    } catch (ZipException e) {
      throw new IOException(jar + ": not a jar (" + e.getMessage() + ")", e);
    }
  }

  private Path packDirectory(Path directory) throws IOException {
    Path jar = Files.createTempFile(scratch, "classes-", ".jar");
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) found.filter(Files::isRegularFile)::iterator) {
        files.put(directory.relativize(file).toString().replace('\\', '/'), file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(jar));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (var file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(ENTRY_TIME);
        zip.putNextEntry(entry);
        Files.copy(file.getValue(), zip);
        zip.closeEntry();
      }
    }
    return jar;
  }

  /** A name that tells people where it comes from: {@code target/classes} of {@code wordcount}. */
  private static String directoryJarName(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path part = directory; part != null && names.size() < 3; part = part.getParent()) {
      if (part.getFileName() != null) {
        names.add(0, part.getFileName().toString());
      }
    }
    String name = String.join("-", names).replaceAll("[^A-Za-z0-9._-]", "_");
    return (name.length() > 100 ? name.substring(name.length() - 100) : name) + ".jar";
  }

  private static String name(Path jar) {
    Path name = jar.getFileName();
    return name == null ? "" : name.toString();
  }
}
