package io.sluice.gtin.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepresentationTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "- | JSON",
        "*/* | JSON",
        "application/* | JSON",
        "image/* | SVG",
        "image/png | PNG",
        "IMAGE/PNG | PNG",
        "application/ld+json;q=0.9, */*;q=0.1 | JSON_LD",
        "application/json;q=0, application/* | JSON_LD",
        "application/json; charset=utf-8; q=0.1, image/svg+xml;q=0.2 | SVG",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8 | HTML",
        "text/html | HTML",
        "*/*;q=0 | -",
        "nonsense | -",
      })
  void theClientsWeightsCountAndTheMorePreciseOneOfTwo(String accept, Representation expected) {
    assertThat(Representation.of(accept).orElse(null)).isEqualTo(expected);
  }
}
