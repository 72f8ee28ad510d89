package io.sluice.gateway.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementTest {
  /** So many server errors of all, and every quantile at so many milliseconds. */
  private record Fixed(double errors, double millis, long requests) implements Judgement.Measures {
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
        "LatencyAtQuantileMS(50) < 2 * baseline + 50; 0; 109; 0; 5; true",
        "LatencyAtQuantileMS(50) < 2 * baseline + 50; 0; 121; 0; 5; false",
        "LatencyAtQuantileMS(50) < baseline + 1.5; 0; 7; 0; 5; true",
        "ResponseCodeRatio(500, 600, 0, 600) < 0.01 + 0.01; 0.015; 10; 0; 10; true",
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
                .of(
                    new Judgement.Sides(
                        new Fixed(errors, millis, 10_000),
                        new Fixed(oldErrors, oldMillis, 10_000))))
        .isEqualTo(passes ? Judgement.Verdict.PASSES : Judgement.Verdict.FAILS);
  }

  /** So many requests; every quantile at as many milliseconds as its number says. */
  private record Ramp(long requests, double slowest) implements Judgement.Measures {
    @Override
    public double responseCodeRatio(int from, int to, int ofFrom, int ofTo) {
      return 0;
    }

    @Override
    public double latencyAtQuantile(double percent) {
      return percent > 96 ? slowest : percent;
    }
  }

  @ParameterizedTest(name = "{0} answers beside {1}: {2}")
  @CsvSource({
    "9, 1000, TOO_FEW",
    "1000, 9, TOO_FEW",
    "10, 1000, PASSES",
    "100, 1000, PASSES",
    "1000, 100, PASSES",
    "1000, 1000, FAILS",
  })
  void aQuantileIsJudgedWithEnoughAnswersForItAndElseALowerOne(
      long canary, long baseline, Judgement.Verdict verdict) throws PredicateSyntaxException {
    Judgement judgement = Judgement.parse("LatencyAtQuantileMS(99) < 1.1 * baseline");

    assertThat(judgement.of(new Judgement.Sides(new Ramp(canary, 900), new Ramp(baseline, 100))))
        .isEqualTo(verdict);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "LatencyAtQuantileMS(99) < 1; TOO_FEW",
        "!(LatencyAtQuantileMS(99) < 1); TOO_FEW",
        "LatencyAtQuantileMS(99) < 1 && ResponseCodeRatio(500,600,0,600) < 1; TOO_FEW",
        "LatencyAtQuantileMS(99) < 1 && ResponseCodeRatio(500,600,0,600) > 1; FAILS",
        "LatencyAtQuantileMS(99) < 1 || ResponseCodeRatio(500,600,0,600) < 1; PASSES",
        "LatencyAtQuantileMS(99) < 1 || ResponseCodeRatio(500,600,0,600) > 1; TOO_FEW",
      })
  void whatCannotBeToldIsNeitherGoodNorBad(String text, Judgement.Verdict verdict)
      throws PredicateSyntaxException {
    assertThat(Judgement.parse(text).of(new Judgement.Sides(new Ramp(3, 1), new Ramp(3, 1))))
        .isEqualTo(verdict);
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
