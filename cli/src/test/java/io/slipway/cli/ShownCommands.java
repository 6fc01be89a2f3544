package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands that a page shows in blocks of {@code sh}, each with the block behind it that shows what
 * they print. Ids, addresses, times and names differ there; a line "..." stands for any number of
 * lines.
 *
 * @param steps in the order of the page
 */
record ShownCommands(List<Step> steps) {
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^```(\\w*)\\n(.*?)^```", Pattern.DOTALL);
  private static final String MARK = "end of step ";

  /**
   * What varies from run to run.
   *
   * @param shown as a page shows it
   * @param printed what may be printed instead
   */
  private record Varying(String shown, String printed) {
    Varying(String pattern) {
      this(pattern, pattern);
    }
  }

  private static final List<Varying> VARYING =
      List.of(
          new Varying("app-\\d{8}-\\d{4}"),
          new Varying("w-[0-9a-f]{12}"),
          new Varying("127\\.0\\.0\\.1:\\d+"),
          new Varying("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"),
          new Varying("\\b\\d+\\.\\ds\\b", "(?:-|\\d+\\.\\ds|\\d+m \\d+s)"),
          new Varying("\\b3\\.1\\d{5}\\b"),
          new Varying("\\balice\\b", "[\\w.@-]+"),
          new Varying(" {2,}", " +"));

  private static final Pattern ANY_VARYING =
      Pattern.compile(VARYING.stream().map(each -> "(" + each.shown() + ")").collect(joining("|")));

  /**
   * One block.
   *
   * @param commands as they stand there
   * @param output what they print; empty if the page does not show it
   */
  record Step(String commands, String output) {}

  /** Those between two places of a page. */
  static ShownCommands of(Path page, String from, String to) throws IOException {
    String text = Files.readString(page, UTF_8);
    String section = text.substring(text.indexOf(from), text.indexOf(to));
    List<Step> steps = new ArrayList<>();
    Matcher block = BLOCK.matcher(section);
    String before = "";
    while (block.find()) {
      String language = block.group(1);
      if (language.equals("sh")) {
        steps.add(new Step(block.group(2), ""));
      } else if (language.isEmpty() && before.equals("sh")) {
        steps.add(new Step(steps.remove(steps.size() - 1).commands(), block.group(2)));
      }
      before = language;
    }
    return new ShownCommands(List.copyOf(steps));
  }

  /** A script for {@code sh} of all commands. */
  String script() {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      script.append(steps.get(i).commands()).append("echo '").append(MARK).append(i).append("'\n");
    }
    return script.toString();
  }

  /** Checks what that script has printed. */
  void check(String printed) {
    String rest = printed;
    for (int i = 0; i < steps.size(); i++) {
      String mark = MARK + i + "\n";
      assertThat(rest).as("all that was printed:\n%s", printed).contains(mark);
      String output = rest.substring(0, rest.indexOf(mark));
      rest = rest.substring(rest.indexOf(mark) + mark.length());
      check(steps.get(i), output);
    }
  }

  /** Checks what the commands of one step have printed. */
  static void check(Step step, String output) {
    if (!step.output().isEmpty()) {
      StringBuilder expected = new StringBuilder();
      step.output().lines().forEach(line -> expected.append(pattern(line.stripTrailing())));
      assertThat(output)
          .as("what the page shows of\n%s\n%s", step.commands(), step.output())
          .matches(Pattern.compile(expected.toString()));
    }
  }

  private static String pattern(String line) {
    if (line.equals("...")) {
      return "(?:.*\\n)*?";
    }
    StringBuilder pattern = new StringBuilder();
    Matcher varying = ANY_VARYING.matcher(line);
    int end = 0;
    while (varying.find()) {
      pattern.append(Pattern.quote(line.substring(end, varying.start())));
      int which = 1;
      while (varying.group(which) == null) {
        which++;
      }
      pattern.append(VARYING.get(which - 1).printed());
      end = varying.end();
    }
    return pattern.append(Pattern.quote(line.substring(end))).append(" *\\n").toString();
  }
}
