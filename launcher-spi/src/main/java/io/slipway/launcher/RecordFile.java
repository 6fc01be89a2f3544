package io.slipway.launcher;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A small file of named values that is either there completely or not at all. What is written
 * <em>durably</em> survives the machine, the rest only the processes on it. An interrupt of the
 * thread disturbs neither reading nor writing.
 */
public final class RecordFile {
  private RecordFile() {}

  /**
   * Reads all values.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  public static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = open(file)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException("damaged: " + file, e);
    }
    Map<String, String> values = new TreeMap<>();
    properties.forEach((name, value) -> values.put((String) name, (String) value));
    return values;
  }

  /** Not through a channel, which an interrupt would close. */
  private static Reader open(Path file) throws IOException {
    InputStream in;
    try {
      in = new FileInputStream(file.toFile());
    } catch (FileNotFoundException e) {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      // It may not be allowed, or have appeared only now.
      in = new FileInputStream(file.toFile());
    }
    return new InputStreamReader(in, StandardCharsets.UTF_8);
  }

  /**
   * Writes, in the place of what may be there.
   *
   * @param durable whether it is on disk when this returns
   */
  public static void write(Path file, Map<String, String> values, boolean durable)
      throws IOException {
    Path fresh = writeBeside(file, values, durable);
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("no atomic rename in " + file.getParent(), e);
    }
    if (durable) {
      forceDirectory(file.getParent());
    }
  }

  /**
   * Writes if there is no such file: of several who try, one makes it.
   *
   * @param durable whether it is on disk when this returns
   * @return whether it was this call that made the file
   */
  public static boolean create(Path file, Map<String, String> values, boolean durable)
      throws IOException {
    Path fresh = writeBeside(file, values, durable);
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.delete(fresh);
    }
    if (durable) {
      forceDirectory(file.getParent());
    }
    return true;
  }

  private static Path writeBeside(Path file, Map<String, String> values, boolean durable)
      throws IOException {
    Path fresh =
        file.resolveSibling(
            file.getFileName()
                + "."
                + Long.toHexString(ThreadLocalRandom.current().nextLong())
                + ".tmp");
    try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
      out.write(text(values).getBytes(StandardCharsets.UTF_8));
      if (durable) {
        out.getFD().sync();
      }
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    return fresh;
  }

  /**
   * As {@link Properties#load} reads it; what writes that form also writes the date, in the
   * locale's words.
   */
  private static String text(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(values)
        .forEach(
            (name, value) -> {
              escape(name, text);
              text.append('=');
              escape(value, text);
              text.append('\n');
            });
    return text.toString();
  }

  private static void escape(String part, StringBuilder text) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      switch (c) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\f' -> text.append("\\f");
        case '\\', ' ', '=', ':', '#', '!' -> text.append('\\').append(c);
        default -> text.append(c);
      }
    }
  }

  private static void forceDirectory(Path directory) throws IOException {
    // Only a channel can do this, and an interrupt closes channels.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
