package io.sluice.gateway.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a predicate is, it is read or refused with words. {@code deploy/fuzz} looks for more.
 */
class PredicatesFuzzTest {
  static Stream<String> somePredicates() {
    return Stream.of(
        "IsNetworkError() && Attempts() <= 2",
        "RequestMethod() == \"GET\" || ResponseCode() == 503",
        "!(Attempts() < 1)",
        "ResponseCodeRatio(500, 600, 0, 600) < 0.01 && LatencyAtQuantileMS(99.0) < 200",
        "NetworkErrorRatio() > 0.5");
  }

  @MethodSource("somePredicates")
  @FuzzTest(maxDuration = "30s")
  void predicates(@NotNull String text) {
    try {
      assertThat(FailoverPredicate.parse(text)).isNotNull();
    } catch (PredicateSyntaxException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
    try {
      assertThat(Judgement.parse(text)).isNotNull();
    } catch (PredicateSyntaxException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
