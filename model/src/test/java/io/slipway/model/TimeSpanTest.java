package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeSpanTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.5S, 500ms",
    "PT1.5S, 1500ms",
    "PT90S, 90s",
    "PT10M, 10m",
    "PT48H, 2d",
    "PT-5S, -5s",
    "PT0.000000001S, 1ns",
    "PT87660000H, 3652500d"
  })
  void format_readsLikeTheOptionThatSetsIt(String span, String text) {
    assertThat(TimeSpan.format(Duration.parse(span))).isEqualTo(text);
  }

  @Test
  void lostAfter_thatIsTooShort_isNamedLikeTheOption() {
    assertThatThrownBy(
            () ->
                new ApplicationSpec(
                    "name",
                    DeployMode.CLIENT,
                    Optional.empty(),
                    List.of(),
                    OptionalInt.empty(),
                    1,
                    0,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(1)))
        .hasMessage("lost-after 500ms is shorter than a second");
  }
}
