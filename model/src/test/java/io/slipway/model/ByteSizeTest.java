package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "1k,1024",
    "512m,536870912",
    "8G,8589934592",
    "1gb,1073741824",
    "3MiB,3145728",
    "2t,2199023255552"
  })
  void parse_goodSize_isBytes(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "512", "0m", "-1g", "1.5g", "g", "1x", "99999999999999t", "1 2m"})
  void parse_badSize_namesIt(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void format_sizes_usesTheLargestUnit() {
    assertThat(ByteSize.format(1L << 30)).isEqualTo("1g");
    assertThat(ByteSize.format(3L << 29)).isEqualTo("1.5g");
    assertThat(ByteSize.format(1000)).isEqualTo("1000b");
  }
}
