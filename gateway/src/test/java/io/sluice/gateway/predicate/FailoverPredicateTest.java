package io.sluice.gateway.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailoverPredicateTest {
  @ParameterizedTest(name = "{0} of attempt {1}, {2}, network error {3}, code {4}: {5}")
  @CsvSource(
      delimiter = ';',
      value = {
        "IsNetworkError() && RequestMethod() == \"GET\" && Attempts() < 2; 1; GET; true; 502; true",
        "IsNetworkError() && RequestMethod() == \"GET\" && Attempts() < 2; 2; GET; true; 502;"
            + " false",
        "IsNetworkError() && RequestMethod() == `GET` && Attempts() < 2; 1; POST; true; 502; false",
        "(IsNetworkError() || ResponseCode() == 503) && Attempts() <= 2; 2; POST; false; 503; true",
        "(IsNetworkError() || ResponseCode() == 503) && Attempts() <= 2; 3; POST; false; 503;"
            + " false",
        "IsNetworkError() || ResponseCode() >= 500 && Attempts() < 1; 5; GET; true; 0; true",
        "!IsNetworkError() && RequestMethod() != \"GET\"; 1; PUT; false; 500; true",
        "Attempts() > 1; 2; GET; false; 0; true",
        "ResponseCode() != 200; 1; GET; false; 200; false",
      })
  void saysWhetherThereIsAnotherAttempt(
      String text, int count, String method, boolean network, int code, boolean expected)
      throws PredicateSyntaxException {
    assertThat(
            FailoverPredicate.parse(text)
                .test(new FailoverPredicate.Attempt(count, method, network, code)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; found the end, expected IsNetworkError()",
        "Attempts(; found the end, expected \")\"",
        "Attempts() <; found the end, expected a whole number",
        "Attempts() 2; found \"2\" at character 12, expected ==",
        "RequestMethod() == GET; found \"GET\" at character 20, expected a text in quotes",
        "IsNetworkError() and Attempts() < 2; found \"and Attempts() < 2\" at character 18",
        "(IsNetworkError(); found the end, expected \")\"",
        "Nonsense(); found \"Nonsense()\" at character 1",
      })
  void whatIsNoneIsNamedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> FailoverPredicate.parse(text))
        .isInstanceOf(PredicateSyntaxException.class)
        .hasMessageContaining(message);
  }
}
