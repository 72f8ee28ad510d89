package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexpSizeTest {
  private static final String[] PARTS = {
    "a",
    "b",
    "[a-z]",
    "[]a]",
    "[^]a]",
    "[[:alpha:](]",
    "[[:alpha:]",
    "[[]",
    "[\\]]",
    "\\Q[\\E",
    "\\Qa(\\E",
    "\\Q\\E",
    "\\Q(\\E",
    "\\\\Q",
    "\\]",
    "\\[",
    "\\{",
    "\\p{L}",
    "\\pN",
    "\\x{41}",
    "\\x41",
    "\\d",
    "\\b",
    "\\z",
    ".",
    "^",
    "$",
    "(",
    "(",
    "(?:",
    "(?i)",
    "(?i:",
    "(?P<n>",
    ")",
    ")",
    ")",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "{2}",
    "{3,}",
    "{0,4}",
    "{0}",
    "{20}",
    "{1,30}",
    "{,5}",
    "{",
    "}",
    "\\E",
    "é",
    "😀",
  };

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
        "\\Q[\\E((((a{100}){100}){100}){100})\\Q]\\E",
        "a{100}(?i){100}(?i){100}",
        "a{100}\\Q\\E{100}\\Q\\E{100}",
        "(a?){900}(a?){900}(a?){900}$",
      })
  void repetitionsOfRepetitionsAreTooMuch(String regexp) {
    assertThat(RegexpSize.of(regexp)).isGreaterThan(RegexpSize.MOST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^/v[0-9]+/items/[0-9]{8,14}$",
        "^/(a+)+$",
        "[]{1000}]{400}",
        "[^]{1000}]{400}",
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

  @Test
  void theSizeIsNeverLessThanThatOfTheProgram() {
    Random random = new Random(13);
    int compiled = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int parts = 1 + random.nextInt(12); parts > 0; parts--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      String regexp = text.toString();
      long size = RegexpSize.of(regexp);
      if (size > RegexpSize.MOST) {
        continue;
      }
      try {
        int program = Pattern.compile(regexp).programSize();
        assertThat(size).as("%s", regexp).isGreaterThanOrEqualTo(program);
        compiled++;
      } catch (PatternSyntaxException refused) {
        // RE2 does not take it, whatever its size.
      }
    }
    assertThat(compiled).isGreaterThan(20_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PathRegexp(`(a?){900}(a?){900}(a?){900}$`)",
        "PathRegexp(`\\Q[\\E((((a{100}){100}){100}){100})\\Q]\\E`)",
        "PathRegexp(`.*a.{900}.*a.{900}.*a.{900}b$`)",
        "HostRegexp(`(a|b?){600}`)",
        "HeaderRegexp(`X`, `(a?){900}(a?){900}$`)",
      })
  void aPatternThatIsTooLargeIsRefused(String route) {
    assertThatThrownBy(() -> Route.parse(route)).isInstanceOf(RouteSyntaxException.class);
  }

  @Test
  void placeholdersCountLikeRegularExpressions() {
    String route = "Path(`/" + "<a>".repeat(1_500) + "!`)";

    assertThatThrownBy(() -> Route.parse(route)).isInstanceOf(RouteSyntaxException.class);
  }
}
