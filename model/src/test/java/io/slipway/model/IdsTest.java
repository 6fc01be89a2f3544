package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  @Test
  void applicationId_whereDigitsAreWrittenOtherwise_isTheSame() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(ApplicationId.of("20261122", 7)).hasToString("app-20261122-0007");
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"app-20261122-0007-d1", "app-20261122-0007-e12", "app-20261122-12345-e1"})
  void executionId_parsed_printsTheSame(String text) {
    assertThat(ExecutionId.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "app-20261122-0007",
        "app-20261122-0007-x1",
        "app-20261122-0007-e0",
        "app-1-1-e1",
        "../app-20261122-0007-e1"
      })
  void executionId_malformed_refused(String text) {
    assertThatThrownBy(() -> ExecutionId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void executionIds_sorted_byNumberNotByLetters() {
    ApplicationId application = ApplicationId.of("20261122", 7);

    assertThat(
            List.of(application.executor(12), application.executor(2), application.driver(1))
                .stream()
                .sorted())
        .containsExactly(application.driver(1), application.executor(2), application.executor(12));
  }

  @Test
  void applicationIds_ofOneDay_sortByNumberBeyondFourDigits() {
    assertThat(ApplicationId.of("20261122", 10000))
        .isGreaterThan(ApplicationId.of("20261122", 9999));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "W1", "1w", "w_1", "w/1"})
  void workerId_malformed_refused(String text) {
    assertThatThrownBy(() -> new WorkerId(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
