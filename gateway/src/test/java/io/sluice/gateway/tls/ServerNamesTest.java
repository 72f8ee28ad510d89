package io.sluice.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.PemPair;
import io.sluice.gateway.config.Problem;
import io.sluice.testkit.TestCertificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerNamesTest {
  private static final TestCertificate PAIR = TestCertificate.of("a.example", "*.example");
  private static final TestCertificate OTHER = TestCertificate.of("other.example");

  private final List<Problem> problems = new ArrayList<>();

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a.example, a.example",
        "b.example, *.example",
        "x.b.example, z.org",
        "example, z.org",
        "unknown.org, z.org",
        "-, z.org",
        "'', z.org",
      })
  void theExactNameThenTheWildcardThenTheDefault(@Nullable String asked, String host) {
    ServerNames names =
        names(null, host("*.example", false), host("a.example", false), host("z.org", true));

    assertThat(hostOf(names, asked)).isEqualTo(host);
  }

  @Test
  void withoutADefaultAnUnknownNameIsNobodys() {
    ServerNames names = names(null, host("a.example", false));

    assertThat(names.find("b.org")).isNull();
    assertThat(names.find(null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "b.example, a.example",
    "a.example, a.example",
    "x.b.example, z.org",
    "other.example, a.example",
  })
  void whereNoHostHasTheNameOneWhoseCertificateHasAnswers(String asked, String host) {
    ServerNames names =
        names(null, host("z.org", true), host("b.org", false), host("a.example", false));

    assertThat(hostOf(names, asked)).isEqualTo(host);
  }

  @Test
  void ofTwoDefaultsTheSmallerNameIsOneInWhateverOrder() {
    Host first = host("a.example", true);
    Host second = host("z.org", true);

    assertThat(hostOf(names(null, first, second), null)).isEqualTo("a.example");
    assertThat(hostOf(names(null, second, first), null)).isEqualTo("a.example");
  }

  @Test
  void aKeyPairThatCannotBeUsedLeavesTheOneBeforeAndNobodyElse() {
    ServerNames before = names(null, host("a.example", false), host("z.org", false));
    Host broken =
        new Host(
            "a.example",
            false,
            new PemPair(PAIR.certificate(), OTHER.privateKey()),
            null,
            null,
            null);
    Host neverGood =
        new Host("new.example", false, new PemPair("no PEM", "no PEM"), null, null, null);

    ServerNames after = names(before, broken, neverGood, host("z.org", false));

    assertThat(after.find("a.example")).isSameAs(before.find("a.example"));
    assertThat(after.find("new.example")).isNull();
    assertThat(problems)
        .extracting(Problem::where)
        .containsExactly("hosts/a.example/host KeyPair", "hosts/new.example/host KeyPair");
    assertThat(problems.toString()).doesNotContain("BEGIN PRIVATE");
  }

  @Test
  void whatIsWrittenAgainAsItWasIsNotMadeAgain() {
    ServerNames before = names(null, host("a.example", false));

    assertThat(names(before, host("a.example", false)).find("a.example"))
        .isSameAs(before.find("a.example"));
    assertThat(names(before).find("a.example")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, true",
    "b.example, true",
    "a.b.example, false",
    "example, false",
    ".example, false",
    "a.example.org, false",
  })
  void aCertificateCoversItsNamesAndOneLabelOfItsWildcards(String name, boolean covered) {
    ServerIdentity identity = names(null, host("a.example", false)).find("a.example");

    assertThat(identity).isNotNull();
    assertThat(identity.covers(name)).isEqualTo(covered);
  }

  private ServerNames names(@Nullable ServerNames previous, Host... hosts) {
    return ServerNames.of("l", ListenerTls.DEFAULT, List.of(hosts), List.of(), previous, problems);
  }

  private static Host host(String name, boolean isDefault) {
    return new Host(
        name, isDefault, new PemPair(PAIR.certificate(), PAIR.privateKey()), null, null, null);
  }

  private static @Nullable String hostOf(ServerNames names, @Nullable String asked) {
    ServerIdentity found = names.find(asked);
    return found == null ? null : found.hostName();
  }
}
