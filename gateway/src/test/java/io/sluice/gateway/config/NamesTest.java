package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"X-A", "x_y", "a!#$%&'*+-.^_`|~9"})
  void whatAHeaderCanBeCalledIsAName(String text) {
    assertThat(Names.isToken(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "X Y", "X:", "X\r\nY", "é", "a=b", "a;b", "\u0000"})
  void whatNoHeaderCanBeCalledIsNone(String text) {
    assertThat(Names.isToken(text)).isFalse();
    assertThat(RequestKey.read("request.header." + text)).isNull();
    assertThat(RequestKey.read("request.cookie." + text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "api.example", "xn--e1afmkfd.example", "192.0.2.1", "2001:db8::1"})
  void whatACertificateCanNameIsAHost(String text) {
    assertThat(Names.isHost(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a.", ".a", "a..b", "my_service", "a:443", "-a", "a-", "a\r\n", "é.example"})
  void whatNoCertificateCanNameIsNone(String text) {
    assertThat(Names.isHost(text)).isFalse();
    assertThat(Names.isHost("a".repeat(64))).isFalse();
  }
}
