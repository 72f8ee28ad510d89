package io.sluice.gateway.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldConditionTest {
  private record Line(int status, double ms, String frontend) {}

  private static final Map<String, ToDoubleFunction<Line>> NUMBERS =
      Map.of("status", Line::status, "duration_ms", Line::ms);
  private static final Map<String, Function<Line, String>> TEXTS =
      Map.of("frontend", Line::frontend);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "status >= 500 && frontend == \"gtin\" ; true",
        "status >= 500 && frontend == `shop` ; false",
        "status < 500 || duration_ms > 12.4 ; true",
        "status != 503 ; false",
        "!(status == 503) || frontend != \"gtin\" ; false",
        "frontend =~ \"^g.*n$\" ; true",
        "frontend =~ \"tin\" ; true",
        "frontend =~ \"^tin\" ; false",
        "!frontend =~ \"^tin\" && status<=503 ; true",
      })
  void saysWhetherALineIsMeant(String text, boolean meant) throws PredicateSyntaxException {
    assertThat(FieldCondition.parse(text, NUMBERS, TEXTS).test(new Line(503, 12.5, "gtin")))
        .isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "stat >= 500 ; the field \"stat\" ; duration_ms, frontend, status",
        "'' ; no name of a field ; status",
        "status ; the end ; ==",
        "status == \"503\" ; \"\"503\"\" ; a number",
        "status =~ \"5..\" ; \"=~ \"5..\"\" ; ==",
        "frontend > \"a\" ; \"> \"a\"\" ; ==, != or =~, as frontend is a text",
        "frontend == gtin ; \"gtin\" ; in quotes",
        "frontend =~ \"(\" ; the expression ( ; RE2",
        "status == 1 status ; \"status\" ; the end",
        "(status == 1 ; the end ; \")\"",
      })
  void whatIsNoConditionIsToldWhereAndWhatWasExpected(String text, String found, String expected) {
    assertThatThrownBy(() -> FieldCondition.parse(text, NUMBERS, TEXTS))
        .isInstanceOf(PredicateSyntaxException.class)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }
}
