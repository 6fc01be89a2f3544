package io.slipway.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command that was given as one argument into words, as a shell would, without running
 * one.
 */
final class CommandWords {
  private CommandWords() {}

  /**
   * Splits at blanks. Single quotes keep everything; double quotes keep all but {@code \"} and
   * {@code \\}; outside quotes a backslash keeps the next character. Nothing else is special.
   *
   * @throws IllegalArgumentException naming the text, if a quote is not closed or a backslash
   *     stands last
   */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean escapes = c == '\\' && quote != '\'';
      if (escapes && i + 1 == text.length()) {
        throw new IllegalArgumentException("a backslash stands last in: " + text);
      }
      if (escapes && (quote == 0 || text.charAt(i + 1) == '"' || text.charAt(i + 1) == '\\')) {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
        inWord = true;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote (" + quote + ") is not closed in: " + text);
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
