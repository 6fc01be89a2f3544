package io.slipway.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Real text for a first try: what the system has of licences and documents, or our own. */
final class SampleText {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/share/common-licenses"),
          Path.of("/usr/share/licenses"),
          Path.of("/usr/share/doc"));
  private static final Set<String> NAMES =
      Set.of("copyright", "license", "licence", "copying", "readme", "news", "authors");
  private static final long MOST_BYTES = 6 << 20;
  private static final long LARGEST_FILE = 512 << 10;
  private static final int MOST_FILES = 2_000;
  private static final long ENOUGH_BYTES = 200 << 10;

  private SampleText() {}

  /**
   * Copies some files.
   *
   * @param home the distribution, whose documents are taken where the system has none
   * @param scratch where the copies go
   * @return the directory with the copies
   */
  static Path gather(Path home, Path scratch) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path place : PLACES) {
      find(place, found);
    }
    if (size(found) < ENOUGH_BYTES) {
      find(home.resolve("docs"), found);
    }
    Path directory = Files.createDirectory(scratch.resolve("text"));
    long bytes = 0;
    for (Path file : found) {
      bytes += Files.size(file);
      if (bytes > MOST_BYTES) {
        break;
      }
      String name = file.toString().substring(1).replace('/', '_');
      Files.copy(file, directory.resolve(name.length() > 200 ? name.substring(0, 200) : name));
    }
    return directory;
  }

  private static long size(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private static void find(Path place, List<Path> found) throws IOException {
    if (!Files.isDirectory(place)) {
      return;
    }
    List<Path> here = new ArrayList<>();
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                && attributes.size() <= LARGEST_FILE
                && Files.isReadable(file)
                && isText(place, file)) {
              here.add(file);
            }
            return here.size() < MOST_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem) {
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(here);
    found.addAll(here);
  }

  private static boolean isText(Path place, Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !Files.isSymbolicLink(file)
        && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && (place.endsWith("common-licenses")
            || NAMES.contains(name)
            || name.endsWith(".txt")
            || name.endsWith(".md")
            || name.startsWith("readme"))
        && !name.endsWith(".gz");
  }
}
