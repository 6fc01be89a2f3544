package io.slipway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the current file of a rolled log begins, counted from the first byte ever written; kept
 * beside it in {@code FILE.start} as the file's inode number, a space, and the offset. Since it
 * names the file by its inode, it stays true when the file is renamed before the next one is
 * written. Where it is missing, offsets are counted from the first byte that is kept.
 *
 * @param inode of the file that begins there, as digits
 * @param offset of its first byte
 */
public record LogStart(String inode, long offset) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,20}) (\\d{1,18})\\s*");

  /**
   * Where a log file begins; to be asked by who rolls, before it does.
   *
   * @param file the current file
   */
  public static long find(Path file) throws IOException {
    return LogReader.startOf(file);
  }

  /**
   * Notes where a new file begins; to be called by who rolls, once the file is there.
   *
   * @param file the current file
   * @param offset of its first byte
   */
  public static void write(Path file, long offset) throws IOException {
    Path finished = sidecar(file);
    Path unfinished = finished.resolveSibling(finished.getFileName() + ".new");
    Files.writeString(unfinished, inodeOf(file) + " " + offset);
    Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What was noted last; empty if nothing was. */
  static Optional<LogStart> read(Path file) throws IOException {
    try {
      Matcher matcher = FORM.matcher(Files.readString(sidecar(file)));
      return matcher.matches()
          ? Optional.of(new LogStart(matcher.group(1), Long.parseLong(matcher.group(2))))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The inode number of a file; empty where there is none. */
  static String inodeOf(Path path) throws IOException {
    try {
      return Files.getAttribute(path, "unix:ino").toString();
    } catch (UnsupportedOperationException | IllegalArgumentException | NoSuchFileException e) {
      return "";
    }
  }

  private static Path sidecar(Path file) {
    return file.resolveSibling(file.getFileName() + ".start");
  }
}
