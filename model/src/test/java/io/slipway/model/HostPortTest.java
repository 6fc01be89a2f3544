package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:7077", "127.0.0.1:0", "[::1]:65535", "worker-3.example.com:80"})
  void parse_goodAddress_printsTheSame(String text) {
    assertThat(HostPort.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host:",
        ":80",
        "host:65536",
        "host:-1",
        "host:x",
        "::1:80",
        "a b:1",
        "a/b:1",
        "[::1]",
        "h\u00f6st:1",
        "h\u202est:1",
        "h\u007fst:1"
      })
  void parse_badAddress_namesIt(String text) {
    assertThatThrownBy(() -> HostPort.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).+");
  }

  @Test
  void parse_hostLongerThanAnyName_isRefusedWithItsLength() {
    assertThatThrownBy(() -> HostPort.parse("h".repeat(256) + ":1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
  }

  @Test
  void parseList_twoAddresses_keepsTheirOrder() {
    assertThat(HostPort.parseList("b:2, a:1"))
        .containsExactly(new HostPort("b", 2), new HostPort("a", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:1", "127.0.0.1:1", "127.9.9.9:1", "[::1]:1"})
  void isLoopback_loopback_true(String text) {
    assertThat(HostPort.parse(text).isLoopback()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:1", "127.example.com:1", "10.0.0.1:1", "[::]:1"})
  void isLoopback_anythingElse_false(String text) {
    assertThat(HostPort.parse(text).isLoopback()).isFalse();
  }
}
