package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"word count", "Grüße", "単語", "نمی\u200cخواهم", "\ud83d\udc69\u200d\ud83d\udd2c"})
  void isPrintable_writingOfPeople_is(String text) {
    assertThat(PrintableText.isPrintable(text)).isTrue();
    assertThat(PrintableText.shown(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x0a, 0x1b, 0x7f, 0x9b, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x202e, 0x2066, 0xfeff, 0xe0041
      })
  void isPrintable_whatChangesItsSurroundings_isNot(int codePoint) {
    assertThat(PrintableText.isPrintable("a" + Character.toString(codePoint) + "b")).isFalse();
  }

  @Test
  void shown_putsAMarkInTheirPlace() {
    assertThat(PrintableText.shown("exe.\u202etxt\ud83d")).isEqualTo("exe.\ufffdtxt\ufffd");
  }
}
