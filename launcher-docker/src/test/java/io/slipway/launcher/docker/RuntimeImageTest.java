package io.slipway.launcher.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeImageTest {
  private static RuntimeImage named(String name) {
    return new RuntimeImage(name, RuntimeImage.DEFAULT_MODULES, List.of(), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "tools, tools:latest",
    "tools:1, tools:1",
    "team/some-tools, team/some-tools:latest",
    "host.example:5000/team/tools, host.example:5000/team/tools:latest",
    "host.example:5000/tools:1.2_3, host.example:5000/tools:1.2_3",
  })
  void name_withoutTag_isLatest(String given, String made) {
    assertThat(named(given).name()).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Tools", "tools:", "two words", "tools@sha256:12", "-tools", "tools/"})
  void name_thatNoEngineTakes_isRefused(String name) {
    assertThatThrownBy(() -> named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "' is no image's name");
  }

  @Test
  void name_byDefault_isOne() {
    assertThat(named(RuntimeImage.DEFAULT_NAME).name()).isEqualTo(RuntimeImage.DEFAULT_NAME);
  }
}
