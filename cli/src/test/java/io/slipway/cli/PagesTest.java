package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What pages say that is not made from the code is true of the code. */
class PagesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern PATH = Pattern.compile("`((?:docs|examples|bench)/[\\w./-]+)`");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?:`|^)(?:\\./)?slipway ([a-z]+(?:-[a-z]+)?)([^`\\n|]*)");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
  private static final Pattern QUOTED =
      Pattern.compile("(?m)^```message\\n(.*?)\\n```$", Pattern.DOTALL);
  private static final Pattern VARIABLE = Pattern.compile("<[^>]*>");

  @TempDir Path directory;

  @Test
  void links_leadToFilesThatAreThere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      String text = Files.readString(page, UTF_8);
      LINK.matcher(text)
          .results()
          .map(link -> link.group(1))
          .filter(target -> !target.startsWith("http") && !target.startsWith("#"))
          .filter(target -> !Files.exists(page.resolveSibling(target.replaceAll("#.*", ""))))
          .forEach(target -> broken.add(ROOT.relativize(page) + ": " + target));
      PATH.matcher(text)
          .results()
          .map(path -> path.group(1))
          .filter(path -> !Files.exists(ROOT.resolve(path)))
          .forEach(path -> broken.add(ROOT.relativize(page) + ": " + path));
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void commandsThatPagesShow_haveTheFlagsTheyAreGiven() throws IOException {
    Map<String, Set<String>> flags = flags();
    List<String> wrong = new ArrayList<>();
    for (Path page : pages()) {
      Matcher shown = COMMAND.matcher(Files.readString(page, UTF_8));
      while (shown.find()) {
        Set<String> known = flags.getOrDefault(shown.group(1), Set.of());
        // What follows belongs to the driver.
        String own = shown.group(2).split(" -- |\\.jar", 2)[0];
        FLAG.matcher(own)
            .results()
            .map(MatchResult::group)
            .filter(flag -> !known.contains(flag))
            .forEach(flag -> wrong.add(ROOT.relativize(page) + ": " + shown.group()));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void forSparkUsers_namesFlagsOfOursThatExist() throws IOException {
    Set<String> ours =
        flags().values().stream().flatMap(Set::stream).collect(toCollection(TreeSet::new));
    Set<String> sparks = new TreeSet<>();
    Set<String> named = new TreeSet<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/for-spark-users.md"), UTF_8)) {
      boolean row = line.startsWith("|");
      String[] cells = row ? line.split("(?<!\\\\)\\|") : new String[] {"", "", line};
      sparks.addAll(flagsIn(cells[1]));
      Arrays.stream(cells, 2, cells.length).map(PagesTest::flagsIn).forEach(named::addAll);
    }

    assertThat(sparks).contains("--total-executor-cores", "--supervise");
    assertThat(named).contains("--max-cores");
    named.removeAll(ours);
    assertThat(sparks).as("neither ours nor Spark's").containsAll(named);
  }

  @Test
  void troubleshooting_quotesWhatTheCodeSays() throws IOException {
    String said = said();
    List<String> quoted = quoted();
    assertThat(quoted).hasSizeGreaterThan(25);
    List<String> unsaid =
        quoted.stream()
            .flatMap(VARIABLE::splitAsStream)
            .flatMap(piece -> Stream.of(piece.split("(?<=[;:]) ")))
            .map(piece -> piece.strip().replaceAll("[;:]$", ""))
            .filter(piece -> !said.contains(piece))
            .toList();
    assertThat(unsaid).isEmpty();
  }

  @Test
  void troubleshooting_commonestMistakes_printWhatItQuotes() throws IOException {
    Path token = directory.resolve("user-token");
    Files.writeString(token, "alice:0123456789abcdef\n");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    String readable = error("list", "--master", "127.0.0.1:1", "--token-file", token.toString());
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    String silent = error("list", "--master", "127.0.0.1:1", "--token-file", token.toString());
    String missing = error("list", "--master", "127.0.0.1:1", "--token-file", token + "2");
    String open =
        error(
            "master",
            "--listen",
            "0.0.0.0:0",
            "--data-dir",
            directory.toString(),
            "--token-dir",
            directory.toString());

    List<Pattern> quoted = quoted().stream().map(PagesTest::pattern).toList();
    assertThat(List.of(readable, silent, missing, open))
        .allSatisfy(
            printed -> assertThat(quoted).anyMatch(pattern -> pattern.matcher(printed).find()));
  }

  private static String error(String... arguments) {
    return Invocation.of(arguments).err();
  }

  private static Pattern pattern(String quoted) {
    return Pattern.compile(
        VARIABLE.splitAsStream(quoted).map(Pattern::quote).collect(Collectors.joining(".*")));
  }

  private static List<String> quoted() throws IOException {
    return QUOTED
        .matcher(Files.readString(ROOT.resolve("docs/troubleshooting.md"), UTF_8))
        .results()
        .map(message -> message.group(1))
        .toList();
  }

  /** All string literals of the main code, those that are put together of several as one. */
  private static String said() throws IOException {
    StringBuilder said = new StringBuilder();
    Pattern constant = Pattern.compile("String (\\w+) =\\s*\"([^\"]*)\";");
    for (Path file : files(".java")) {
      if (file.toString().contains("/src/main/")) {
        String text = Files.readString(file, UTF_8).replaceAll("\"\\s*\\+\\s*\"", "");
        for (MatchResult found : constant.matcher(text).results().toList()) {
          text =
              text.replaceAll(
                  "\"\\s*\\+\\s*(?:\\w+\\.)?" + found.group(1) + "\\s*\\+\\s*\"",
                  Matcher.quoteReplacement(found.group(2)));
        }
        said.append(text.replace("\\\"", "\""));
      }
    }
    return said.toString();
  }

  private static Set<String> flagsIn(String text) {
    return FLAG.matcher(text).results().map(MatchResult::group).collect(toCollection(TreeSet::new));
  }

  /** The flags of each command, by its name. */
  private static Map<String, Set<String>> flags() {
    Map<String, Set<String>> flags = new TreeMap<>();
    for (Map.Entry<String, CommandLine> command :
        SlipwayMain.everything().getSubcommands().entrySet()) {
      flags.put(
          command.getKey(),
          command.getValue().getCommandSpec().options().stream()
              .flatMap(option -> Stream.of(option.names()))
              .collect(toCollection(TreeSet::new)));
    }
    return flags;
  }

  private static List<Path> pages() throws IOException {
    return files(".md");
  }

  private static List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .filter(
              file ->
                  !ROOT.relativize(file)
                      .toString()
                      .matches("(?:.*/)?(?:target|\\.\\w+|node_modules)/.*"))
          .toList();
    }
  }
}
