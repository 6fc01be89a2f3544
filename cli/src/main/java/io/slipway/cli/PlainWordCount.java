package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Counts words on one thread, without any cluster: what the quickstart holds the cluster's counts
 * against. A word is a sequence of letters, in lower case; files with a zero byte in their first
 * 8,192 are left out.
 */
final class PlainWordCount {
  private static final int LOOKED_AT = 8 << 10;
  private static final int SHOWN = 10;

  private final Map<String, Long> counts = new HashMap<>();
  private int files;

  /** Counts everything in a directory. */
  static PlainWordCount of(Path directory) throws IOException {
    PlainWordCount count = new PlainWordCount();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        count.add(file);
      }
    }
    return count;
  }

  private void add(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readAllBytes();
    }
    for (int i = 0; i < Math.min(bytes.length, LOOKED_AT); i++) {
      if (bytes[i] == 0) {
        return;
      }
    }
    files++;
    String text = new String(bytes, UTF_8);
    int start = -1;
    for (int i = 0; i <= text.length(); ) {
      int c = i < text.length() ? text.codePointAt(i) : ' ';
      if (Character.isLetter(c)) {
        start = start < 0 ? i : start;
      } else if (start >= 0) {
        counts.merge(text.substring(start, i).toLowerCase(Locale.ROOT), 1L, Long::sum);
        start = -1;
      }
      i += Character.charCount(c);
    }
  }

  /** What was found, as names and numbers: how many files and words, and the commonest words. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("files " + files);
    lines.add("words " + counts.values().stream().mapToLong(Long::longValue).sum());
    lines.add("different " + counts.size());
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(SHOWN)
        .forEach(entry -> lines.add(entry.getKey() + " " + entry.getValue()));
    return lines;
  }
}
