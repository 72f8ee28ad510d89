package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexpSizeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a{1,1000}){1,1000}",
        "((a{1,1000}){1,1000}){1,1000}",
        "((((a{20}){20}){20}){20}",
        "([a-z{]{1000}b{1000}){9}",
        "(\\p{L}{1000}){20}",
        "(?:x{900,}){20}",
        "((a{1,1000}){1,1000}",
      })
  void repetitionsOfRepetitionsAreTooMuch(String regexp) {
    assertThat(RegexpSize.of(regexp)).isGreaterThan(RegexpSize.MOST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^/v[0-9]+/items/[0-9]{8,14}$",
        "^/(a+)+$",
        "[]{1000}]{1000}",
        "[^]{1000}]{1000}",
        "\\{1000}\\{1000}",
        "(?i)^(www|api)\\.example\\.(com|org)$",
        "a{,5}{",
        ")))",
        "[",
        "\\",
        "",
      })
  void whatPeopleWriteIsNot(String regexp) {
    assertThat(RegexpSize.of(regexp)).isLessThanOrEqualTo(RegexpSize.MOST);
  }

  @Test
  void lengthAndDepthCount() {
    assertThat(RegexpSize.of("a".repeat(20_000))).isGreaterThan(RegexpSize.MOST);
    assertThat(RegexpSize.of("(".repeat(1_000))).isGreaterThan(RegexpSize.MOST);
  }
}
