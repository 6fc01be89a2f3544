package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
  @Test
  void moment_span_isCountedBack() {
    Instant before = Instant.now().minus(Duration.ofMinutes(30));

    Instant moment = new Converters.Moment().convert("30m");

    assertThat(moment).isBetween(before, Instant.now().minus(Duration.ofMinutes(30)));
  }

  @Test
  void moment_longBack_mayBeYears() {
    assertThat(new Converters.Moment().convert("4000d")).isBefore("2020-01-01T00:00:00Z");
  }

  @Test
  void moment_dayAndTime_areOfThisMachine() {
    ZoneId zone = ZoneId.systemDefault();

    assertThat(new Converters.Moment().convert("2026-11-22"))
        .isEqualTo(LocalDate.of(2026, 11, 22).atStartOfDay(zone).toInstant());
    assertThat(new Converters.Moment().convert("2026-11-22T18:00"))
        .isEqualTo(LocalDateTime.of(2026, 11, 22, 18, 0).atZone(zone).toInstant());
  }

  @Test
  void moment_withZone_isThatMoment() {
    Instant moment = Instant.parse("2026-11-22T17:00:00Z");

    assertThat(new Converters.Moment().convert("2026-11-22T17:00:00Z")).isEqualTo(moment);
    assertThat(new Converters.Moment().convert("2026-11-22T18:00:00+01:00")).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "2026-13-01", "30", "2026-11-22T", ""})
  void moment_anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> new Converters.Moment().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
