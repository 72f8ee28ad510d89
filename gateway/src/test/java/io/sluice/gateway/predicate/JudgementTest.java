package io.sluice.gateway.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementTest {
  /** So many server errors of all, and every quantile at so many milliseconds. */
  private record Fixed(double errors, double millis) implements Judgement.Measures {
    @Override
    public double responseCodeRatio(int from, int to, int ofFrom, int ofTo) {
      return from == 500 ? errors : 0;
    }

    @Override
    public double latencyAtQuantile(double percent) {
      return millis * percent / 100;
    }
  }

  @ParameterizedTest(name = "{0} with {1} errors in {2} ms beside {3} in {4} ms: {5}")
  @CsvSource(
      delimiter = ';',
      value = {
        "ResponseCodeRatio(500, 600, 0, 600) < 0.01; 0.005; 10; 0; 10; true",
        "ResponseCodeRatio(500, 600, 0, 600) < 0.01; 0.01; 10; 0; 10; false",
        "ResponseCodeRatio(500, 600, 0, 600) <= baseline; 0.3; 10; 0.3; 10; true",
        "LatencyAtQuantileMS(99.0) < 1.2 * baseline; 0; 119; 0; 100; true",
        "LatencyAtQuantileMS(99.0) < 1.2 * baseline; 0; 121; 0; 100; false",
        "LatencyAtQuantileMS(50) == 5; 0; 10; 0; 100; true",
        "!(LatencyAtQuantileMS(50) > 5) && ResponseCodeRatio(500,600,0,600) == 0; 0; 10; 0; 1;"
            + " true",
        "ResponseCodeRatio(500,600,0,600) < 0.1 || LatencyAtQuantileMS(99) < 1; 0.2; 9; 0; 1;"
            + " false",
        "NetworkErrorRatio() == 0; 0.2; 9; 0; 1; true",
      })
  void comparesWhatIsNewWithANumberOrWithWhatIsOld(
      String text, double errors, double millis, double oldErrors, double oldMillis, boolean passes)
      throws PredicateSyntaxException {
    assertThat(
            Judgement.parse(text)
                .passes(
                    new Judgement.Sides(
                        new Fixed(errors, millis), new Fixed(oldErrors, oldMillis))))
        .isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; found the end",
        "LatencyAtQuantileMS(99) < ; found the end",
        "LatencyAtQuantileMS(101) < 1; found the quantile 101.0",
        "ResponseCodeRatio(500, 600) < 1; found \") < 1\" at character 27",
        "Attempts() < 2; found \"Attempts() < 2\"",
        "NetworkErrorRatio() < 1 2; found \"2\"",
      })
  void whatIsNoJudgementIsRefusedWithItsPlace(String text, String found) {
    assertThatThrownBy(() -> Judgement.parse(text))
        .isInstanceOf(PredicateSyntaxException.class)
        .extracting(failed -> "found " + ((PredicateSyntaxException) failed).found())
        .asString()
        .startsWith(found);
  }
}
