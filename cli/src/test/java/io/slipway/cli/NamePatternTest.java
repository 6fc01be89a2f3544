package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
  @ParameterizedTest
  @CsvSource({
    "report, report, true",
    "report, report-2, false",
    "report*, report-2, true",
    "*, anything, true",
    "r?port, report, true",
    "r?port, rport, false",
    "a.c, abc, false",
    "a[bc], a[bc], true"
  })
  void matches_wholeName(String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }
}
