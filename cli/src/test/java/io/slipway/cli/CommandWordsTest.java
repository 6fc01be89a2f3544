package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CommandWordsTest {
  @Test
  void split_blanks_separate() {
    assertThat(CommandWords.split("  sh\tcrunch.sh   7 ")).containsExactly("sh", "crunch.sh", "7");
  }

  @Test
  void split_quotes_keepBlanks() {
    assertThat(CommandWords.split("sh -c 'echo \"a b\"' \"c 'd'\" ''"))
        .containsExactly("sh", "-c", "echo \"a b\"", "c 'd'", "");
  }

  @Test
  void split_backslash_keepsTheNext() {
    assertThat(CommandWords.split("a\\ b \"c\\\"d\\n\" 'e\\f'"))
        .containsExactly("a b", "c\"d\\n", "e\\f");
  }

  @Test
  void split_quotesWithinAWord_join() {
    assertThat(CommandWords.split("--name='x y'z")).containsExactly("--name=x yz");
  }

  @Test
  void split_unclosedQuote_isRefused() {
    assertThatThrownBy(() -> CommandWords.split("sh 'x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sh 'x");
  }

  @Test
  void split_lastBackslash_isRefused() {
    assertThatThrownBy(() -> CommandWords.split("sh \\"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
