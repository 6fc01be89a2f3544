package io.slipway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks a person before something is done that can't be undone.
 *
 * @param err where the question is shown
 * @param answers where the answer is typed; empty where nobody can answer
 */
record Confirmation(PrintWriter err, Optional<BufferedReader> answers) {
  /**
   * Asks.
   *
   * @param subject what is looked at before the answer, ended by a newline
   * @param question without its question mark
   * @return whether the answer was yes
   * @throws CommandFailedException if nobody can answer
   */
  boolean ask(String subject, String question) {
    if (answers.isEmpty()) {
      throw CommandFailedException.usage(
          "without a terminal nobody can be asked '"
              + question
              + "?'; add --yes if that is wanted");
    }
    err.print(subject);
    err.print(question + "? [y/N] ");
    err.flush();
    try {
      String answer = answers.get().readLine();
      if (answer == null) {
        err.println();
        return false;
      }
      String word = answer.strip().toLowerCase(Locale.ROOT);
      return word.equals("y") || word.equals("yes");
    } catch (IOException e) {
      return false;
    }
  }
}
