package io.sluice.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.PemPair;
import io.sluice.gateway.config.Problem;
import io.sluice.testkit.TestCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostCheckTest {
  private static final TestCertificate PAIR = TestCertificate.of("a.example", "*.example");

  @Test
  void aPairThatServesItsHostIsNotNamed() {
    assertThat(HostCheck.of(List.of(host("a.example"), host("*.example")), null, Instant.now()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"other.org", "x.a.example", "*.org", "example"})
  void aCertificateOfOtherNamesIsWarnedOf(String name) {
    assertThat(HostCheck.of(List.of(host(name)), null, Instant.now()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.level()).isEqualTo(Problem.Level.WARNING);
              assertThat(problem.where()).isEqualTo("hosts/" + name + "/host KeyPair");
              assertThat(problem.found()).contains("a.example, *.example");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "-2, from",
    "1, ''",
    "15, ''",
    "17, ends",
    "29, ends",
    "31, ended",
  })
  void itsTimeIsWatched(int days, String found) {
    // It holds for thirty days from now on.
    List<Problem> problems =
        HostCheck.of(List.of(host("a.example")), null, Instant.now().plus(Duration.ofDays(days)));

    if (found.isEmpty()) {
      assertThat(problems).isEmpty();
    } else {
      assertThat(problems).singleElement().extracting(Problem::found).asString().contains(found);
    }
  }

  @Test
  void aPairThatCannotBeUsedIsAnErrorAndNobodyElseAnswersForIt() {
    Host paths = new Host("b.example", false, new PemPair("cert.pem", "key.pem"), null, null, null);

    assertThat(HostCheck.of(List.of(paths, host("*.example")), null, Instant.now()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.level()).isEqualTo(Problem.Level.ERROR);
              assertThat(problem.where()).isEqualTo("hosts/b.example/host KeyPair");
            });
  }

  private static Host host(String name) {
    return new Host(
        name, true, new PemPair(PAIR.certificate(), PAIR.privateKey()), null, null, null);
  }
}
