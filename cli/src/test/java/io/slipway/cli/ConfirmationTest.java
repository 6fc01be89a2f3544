package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfirmationTest {
  private final StringWriter shown = new StringWriter();

  @ParameterizedTest
  @CsvSource({"y, true", "YES, true", "n, false", "yeah, false", "'', false"})
  void ask_onlyYes_isYes(String answer, boolean yes) {
    assertThat(confirmation(Optional.of(answer + "\n")).ask("a\n", "end it")).isEqualTo(yes);

    assertThat(shown.toString()).isEqualTo("a\nend it? [y/N] ");
  }

  @Test
  void ask_endOfInput_isNo() {
    assertThat(confirmation(Optional.of("")).ask("", "end it")).isFalse();
  }

  @Test
  void ask_nobodyThere_isRefusedWithAdvice() {
    assertThatThrownBy(() -> confirmation(Optional.empty()).ask("", "end it"))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("end it")
        .hasMessageContaining("--yes");
    assertThat(shown.toString()).isEmpty();
  }

  private Confirmation confirmation(Optional<String> answers) {
    return new Confirmation(
        new PrintWriter(shown), answers.map(text -> new BufferedReader(new StringReader(text))));
  }
}
