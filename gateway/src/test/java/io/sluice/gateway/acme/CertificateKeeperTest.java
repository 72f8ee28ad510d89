package io.sluice.gateway.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.AcmePause;
import io.sluice.gateway.config.AutoCert;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.IssuedCertificate;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.PemPair;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.shredzone.acme4j.exception.AcmeException;

/** When certificates are asked for, in time that belongs to the test. */
class CertificateKeeperTest {
  /** Holds for 30 days. */
  private static final TestCertificate PAIR = TestCertificate.of("a.example");

  private static final String WANTED = "{'Settings':{'AutoCert':{}}}";

  private final List<String> got = new ArrayList<>();
  private final Map<String, AcmePause> kept = new HashMap<>();
  private final Map<String, IssuedCertificate> there = new HashMap<>();
  private boolean mine = true;
  private AcmeException refusal;
  private IOException away;
  private Instant now = Instant.now();
  private CertificateKeeper keeper = new CertificateKeeper(new Store(), this::get, () -> now);

  /** What the fleet keeps, without one. */
  private final class Store implements CertificateKeeper.Kept {
    @Override
    public boolean asks() throws IOException {
      if (away != null) {
        throw away;
      }
      return mine;
    }

    @Override
    public IssuedCertificate issued(String name) {
      return there.get(name);
    }

    @Override
    public AcmePause paused(String name) {
      return kept.get(name);
    }

    @Override
    public void pause(String name, AcmePause pause) {
      kept.put(name, pause);
    }

    @Override
    public void keep(IssuedCertificate certificate) {}

    @Override
    public void close() {}
  }

  /** An authority that has nothing to give away, and may refuse. */
  private IssuedCertificate get(String name, AutoCert wanted) throws AcmeException {
    got.add(name);
    if (refusal != null) {
      throw refusal;
    }
    return new IssuedCertificate(name, wanted.directory().toString(), new PemPair("", ""));
  }

  private List<Problem> follow(Map<String, String> values) throws Exception {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    values.forEach(
        (key, value) -> tree.put(key, value.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    Config config = new ConfigReader().read(tree.done());
    assertThat(config.problems()).isEmpty();
    RoutingTable table =
        new RoutingTable(
            1,
            config,
            Map.of(),
            RoutingTable.EMPTY.frontends(),
            Map.of(),
            RoutingTable.EMPTY.unfinished(),
            RoutingTable.EMPTY.dangling(),
            List.of());
    keeper.follow(table);
    keeper.look();
    return keeper.follow(table);
  }

  private static String issued(String directory) {
    return "{'DirectoryURL':'%s','KeyPair':{'Cert':'%s','Key':'%s'}}"
        .formatted(
            directory,
            PAIR.certificate().replace("\n", "\\n"),
            PAIR.privateKey().replace("\n", "\\n"));
  }

  private static final String AUTHORITY = "https://acme-v02.api.letsencrypt.org/directory";

  @Test
  void aHostWithoutACertificateIsAskedForAtOnceAndOnce() throws Exception {
    Map<String, String> tree = Map.of("hosts/a.example/host", WANTED);
    follow(tree);
    follow(tree);

    assertThat(got).containsExactly("a.example");
  }

  @Test
  void whoDoesNotHoldTheLockAsksForNothing() throws Exception {
    mine = false;
    assertThat(follow(Map.of("hosts/a.example/host", WANTED))).isEmpty();

    assertThat(got).isEmpty();
  }

  @Test
  void aHostWithAKeyPairOfItsOwnIsNotAskedFor() throws Exception {
    follow(
        Map.of(
            "hosts/a.example/host",
            "{'Settings':{'KeyPair':{'Cert':'%s','Key':'%s'}}}"
                .formatted(
                    PAIR.certificate().replace("\n", "\\n"),
                    PAIR.privateKey().replace("\n", "\\n"))));

    assertThat(got).isEmpty();
  }

  @Test
  void aCertificateIsReplacedWhenAThirdOfItsLifeIsLeft() throws Exception {
    Map<String, String> tree =
        Map.of("hosts/a.example/host", WANTED, "acme/certificates/a.example", issued(AUTHORITY));
    now = Instant.now().plus(Duration.ofDays(19));
    follow(tree);
    assertThat(got).isEmpty();

    now = Instant.now().plus(Duration.ofDays(21));
    follow(tree);
    assertThat(got).containsExactly("a.example");
  }

  @Test
  void howLongBeforeItsEndMayBeSaidButNeverSoLongThatItIsGotAgainAndAgain() throws Exception {
    now = Instant.now().plus(Duration.ofDays(24));
    follow(
        Map.of(
            "hosts/a.example/host",
            "{'Settings':{'AutoCert':{'RenewBefore':'120h'}}}",
            "acme/certificates/a.example",
            issued(AUTHORITY)));
    assertThat(got).isEmpty();

    now = Instant.now();
    follow(
        Map.of(
            "hosts/a.example/host",
            "{'Settings':{'AutoCert':{'RenewBefore':'10000h'}}}",
            "acme/certificates/a.example",
            issued(AUTHORITY)));
    assertThat(got).isEmpty();
  }

  @Test
  void aCertificateOfAnotherAuthorityIsReplaced() throws Exception {
    follow(
        Map.of(
            "hosts/a.example/host",
            WANTED,
            "acme/certificates/a.example",
            issued("https://acme-staging-v02.api.letsencrypt.org/directory")));

    assertThat(got).containsExactly("a.example");
  }

  @Test
  void whatFailsIsTriedAgainLaterAndLaterAndIsAProblemMeanwhile() throws Exception {
    refusal = new AcmeException("the name leads elsewhere");
    Map<String, String> tree = Map.of("hosts/a.example/host", WANTED);
    assertThat(follow(tree))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.where()).isEqualTo("hosts/a.example/host AutoCert");
              assertThat(problem.found()).endsWith("the name leads elsewhere");
            });
    List<Long> minutes = new ArrayList<>();
    for (int minute = 0; minute <= 31; minute++) {
      int before = got.size();
      follow(tree);
      if (got.size() > before) {
        minutes.add((long) minute);
      }
      now = now.plus(Duration.ofMinutes(1));
    }
    assertThat(minutes).containsExactly(1L, 3L, 7L, 15L, 31L);

    now = now.plus(Duration.ofHours(6));
    refusal = null;
    assertThat(follow(tree)).isEmpty();
  }

  @Test
  void aHostThatIsWrittenAnewIsTriedAtOnce() throws Exception {
    refusal = new AcmeException("no");
    follow(Map.of("hosts/a.example/host", WANTED));
    follow(Map.of("hosts/a.example/host", "{'Settings':{'AutoCert':{'Email':'a@b.example'}}}"));
    assertThat(got).hasSize(2);

    assertThat(follow(Map.of())).isEmpty();
  }

  @Test
  void oneThatFailsDoesNotKeepAnotherFromItsCertificate() throws Exception {
    refusal = new AcmeException("no");
    follow(Map.of("hosts/a.example/host", WANTED, "hosts/b.example/host", WANTED));

    assertThat(got).containsExactlyInAnyOrder("a.example", "b.example");
  }

  @Test
  void aStoreThatIsAwayIsWaitedFor() throws Exception {
    away = new IOException("away");
    follow(Map.of("hosts/a.example/host", WANTED));
    assertThat(got).isEmpty();

    away = null;
    follow(Map.of("hosts/a.example/host", WANTED));
    assertThat(got).containsExactly("a.example");
  }

  /** A gateway whose tree is held back, or whose clock is wrong, never sees it. */
  @Test
  void whatIsInTheStoreIsNotGotAgainThoughItIsNotServedHere() throws Exception {
    there.put(
        "a.example",
        IssuedCertificate.read("a.example", issued(AUTHORITY).replace('\'', '"'), SealKeys.none()));
    for (int hour = 0; hour < 48; hour++) {
      assertThat(follow(Map.of("hosts/a.example/host", WANTED))).isEmpty();
      now = now.plus(Duration.ofHours(1));
    }

    assertThat(got).isEmpty();
  }

  /** One that takes the lock over, or starts anew. */
  @Test
  void whatOneHasFoundOutEveryOtherWaitsForAndItsPausesGrowOn() throws Exception {
    refusal = new AcmeException("no");
    Map<String, String> tree = Map.of("hosts/a.example/host", WANTED);
    follow(tree);
    keeper = new CertificateKeeper(new Store(), this::get, () -> now);
    assertThat(follow(tree)).singleElement();
    assertThat(got).hasSize(1);

    now = now.plus(Duration.ofSeconds(61));
    follow(tree);
    assertThat(got).hasSize(2);
    assertThat(kept.get("a.example").length()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void aProblemIsOverWhenAnotherGatewayHasGotTheCertificate() throws Exception {
    refusal = new AcmeException("no");
    assertThat(follow(Map.of("hosts/a.example/host", WANTED))).isNotEmpty();

    assertThat(
            follow(
                Map.of(
                    "hosts/a.example/host",
                    WANTED,
                    "acme/certificates/a.example",
                    issued(AUTHORITY))))
        .isEmpty();
  }
}
