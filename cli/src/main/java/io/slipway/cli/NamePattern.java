package io.slipway.cli;

import java.util.regex.Pattern;

/**
 * A whole name, in which {@code *} stands for any characters and {@code ?} for any one.
 *
 * @param text as it was typed
 */
record NamePattern(String text) {
  /** Whether a name is one of these. */
  boolean matches(String name) {
    StringBuilder expression = new StringBuilder();
    text.codePoints()
        .forEach(
            c ->
                expression.append(
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    }));
    return Pattern.compile(expression.toString(), Pattern.DOTALL).matcher(name).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
