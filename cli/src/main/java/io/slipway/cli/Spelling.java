package io.slipway.cli;

import java.util.Collection;
import java.util.Comparator;

/** Guesses which word was meant by one that is not known. */
final class Spelling {
  private Spelling() {}

  /** Advice that begins with a blank, such as {@code (did you mean 'cores'?)}. */
  static String advice(String word, Collection<String> known) {
    return known.stream()
        .filter(each -> distance(word, each) <= Math.max(2, each.length() / 3))
        .min(Comparator.comparingInt(each -> distance(word, each)))
        .map(each -> " (did you mean '" + each + "'?)")
        .orElse(" (known: " + String.join(", ", known) + ")");
  }

  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[row.length - 1];
  }
}
