package io.slipway.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.driver.ExecutorView;
import io.slipway.driver.SlipwaySession;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the words of text files: the driver reads the files and hands out pieces of text, the
 * executors count, the driver adds up. A word is a sequence of letters, in lower case.
 *
 * <p>Usage: {@code WordCount PATH...}, files or directories as the driver sees them. Files with a
 * zero byte near their beginning are taken for binary and left out.
 */
public final class WordCount {
  private static final int PIECE_CHARACTERS = 256 << 10;
  private static final int PIECES_UNDER_WAY = 32;
  private static final int SHOWN = 10;
  private static final int LOOKED_AT = 8 << 10;

  private final Map<String, Long> counts = new HashMap<>();

  /** By executor's number, the processes that have counted. */
  private final Map<Integer, Long> processes = new TreeMap<>();

  private final StringBuilder piece = new StringBuilder();
  private final Deque<Future<Counted>> underWay = new ArrayDeque<>();

  private WordCount() {}

  /**
   * What an executor answers.
   *
   * @param executor its number
   * @param processId its process
   * @param counts how often each word stands in the piece
   */
  private record Counted(int executor, long processId, HashMap<String, Integer> counts)
      implements Serializable {}

  /** Counts, and prints what it found. */
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      System.err.println("usage: WordCount PATH...");
      System.exit(2);
    }
    List<Path> files = new ArrayList<>();
    for (String arg : args) {
      files.addAll(textFiles(Path.of(arg)));
    }
    if (files.isEmpty()) {
      System.err.println("no text files in " + String.join(", ", args));
      System.exit(1);
    }
    try (SlipwaySession session = SlipwaySession.builder().name("word-count").executors(2).open()) {
      WordCount count = new WordCount();
      for (Path file : files) {
        count.read(file, session);
      }
      count.handOut(session);
      count.collect(0);
      count.show(session, files.size());
    }
  }

  private static List<Path> textFiles(Path root) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(root)) {
      found = walk.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
    }
    List<Path> text = new ArrayList<>();
    for (Path file : found) {
      if (isText(file)) {
        text.add(file);
      }
    }
    return text;
  }

  private static boolean isText(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      for (byte b : in.readNBytes(LOOKED_AT)) {
        if (b == 0) {
          return false;
        }
      }
      return true;
    }
  }

  /** Adds a file to the piece that is being made, and cuts pieces, never within a word. */
  private void read(Path file, SlipwaySession session)
      throws IOException, InterruptedException, ExecutionException {
    // A reader of this kind replaces what is no UTF-8, and does not fail.
    try (InputStream in = Files.newInputStream(file);
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        piece.append((char) c);
        if (piece.length() >= PIECE_CHARACTERS && Character.isWhitespace(c)) {
          handOut(session);
        }
      }
      piece.append('\n');
    }
  }

  /** Hands the piece to some executor. */
  private void handOut(SlipwaySession session) throws InterruptedException, ExecutionException {
    String text = piece.toString();
    piece.setLength(0);
    underWay.add(session.executor().submit(() -> count(text)));
    collect(PIECES_UNDER_WAY);
  }

  /** Runs in an executor. */
  private static Counted count(String text) {
    HashMap<String, Integer> counts = new HashMap<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i <= text.length(); ) {
      int c = i < text.length() ? text.codePointAt(i) : ' ';
      if (Character.isLetter(c)) {
        word.appendCodePoint(c);
      } else if (word.length() > 0) {
        counts.merge(word.toString().toLowerCase(Locale.ROOT), 1, Integer::sum);
        word.setLength(0);
      }
      i += Character.charCount(c);
    }
    return new Counted(
        Integer.parseInt(System.getenv("SLIPWAY_EXECUTOR_NUMBER")),
        ProcessHandle.current().pid(),
        counts);
  }

  /** Takes results until no more than so many pieces are under way. */
  private void collect(int most) throws InterruptedException, ExecutionException {
    while (underWay.size() > most) {
      Counted counted = underWay.remove().get();
      counted.counts().forEach((word, number) -> counts.merge(word, (long) number, Long::sum));
      processes.put(counted.executor(), counted.processId());
    }
  }

  private void show(SlipwaySession session, int files) {
    System.out.printf(
        "driver      %s, process %d%n",
        session.deployMode().word() + " mode", ProcessHandle.current().pid());
    for (ExecutorView executor : session.executors()) {
      Long process = processes.get(executor.number());
      System.out.printf(
          "executor %-2d worker %s, %s%n",
          executor.number(),
          executor.workerId().isEmpty() ? "not known yet" : executor.workerId(),
          process == null ? "came when all was counted" : "process " + process);
    }
    long words = counts.values().stream().mapToLong(Long::longValue).sum();
    System.out.printf("files       %d%n", files);
    System.out.printf("words       %d%n", words);
    System.out.printf("different   %d%n", counts.size());
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(SHOWN)
        .forEach(entry -> System.out.printf("%-11s %d%n", entry.getKey(), entry.getValue()));
  }
}
