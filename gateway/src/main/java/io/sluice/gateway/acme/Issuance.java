package io.sluice.gateway.acme;

import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.AutoCert;
import io.sluice.gateway.config.IssuedCertificate;
import io.sluice.gateway.config.PemPair;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.exception.AcmeException;

/** How one certificate is got: account, order, proof, certificate (RFC 8555 section 7). */
final class Issuance {
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HTTPS = 443;

  private final AcmeStore store;
  private final @Nullable SSLContext trusted;
  private final Predicate<InetSocketAddress> forbidden;

  /**
   * @param trusted what vouches for authorities; null for the JDK's own
   * @param forbidden where no connection may be made, whatever a record says
   */
  Issuance(AcmeStore store, @Nullable SSLContext trusted, Predicate<InetSocketAddress> forbidden) {
    this.store = store;
    this.trusted = trusted;
    this.forbidden = forbidden;
  }

  /**
   * Gets a certificate.
   *
   * @throws AcmeException when the authority refuses, with its words
   * @throws IOException when it, or the store, is not reached
   */
  IssuedCertificate get(String name, AutoCert wanted)
      throws AcmeException, IOException, InterruptedException {
    checkAddress(wanted.directory());
    Session session = new Session(wanted.directory(), new Authority(trusted));
    session.networkSettings().setTimeout(CALL);
    try (var client = session.getHttpClient()) {
      try {
        return get(name, wanted, account(session, wanted));
      } finally {
        client.shutdownNow();
      }
    }
  }

  private void checkAddress(URI directory) throws IOException {
    int port = directory.getPort() < 0 ? HTTPS : directory.getPort();
    for (InetAddress address : InetAddress.getAllByName(directory.getHost())) {
      if (forbidden.test(new InetSocketAddress(address, port))) {
        throw new IOException(directory + " is where this gateway does not connect to");
      }
    }
  }

  private Account account(Session session, AutoCert wanted)
      throws AcmeException, IOException, InterruptedException {
    String key =
        wanted.accountKey().isEmpty()
            ? store.account(wanted.directory(), PemKeys::generate).privateKey()
            : wanted.accountKey();
    AccountBuilder account =
        new AccountBuilder().agreeToTermsOfService().useKeyPair(PemKeys.read(key));
    if (!wanted.email().isEmpty()) {
      account.addEmail(wanted.email());
    }
    return account.create(session);
  }

  private IssuedCertificate get(String name, AutoCert wanted, Account account)
      throws AcmeException, IOException, InterruptedException {
    Order order = account.newOrder().domain(name).create();
    for (Authorization authorization : order.getAuthorizations()) {
      if (authorization.getStatus() != Status.VALID) {
        prove(authorization, wanted.challenge());
      }
    }
    String key = PemKeys.generate();
    order.execute(PemKeys.read(key));
    Status status = order.waitForCompletion(PATIENCE);
    if (status != Status.VALID) {
      throw new AcmeException(
          "the order is " + status + order.getError().map(Issuance::said).orElse(""));
    }
    StringWriter chain = new StringWriter();
    order.getCertificate().writeCertificate(chain);
    return new IssuedCertificate(
        name, wanted.directory().toString(), new PemPair(chain.toString(), key));
  }

  private void prove(Authorization authorization, AutoCert.Challenge by)
      throws AcmeException, IOException, InterruptedException {
    TokenChallenge challenge =
        authorization
            .findChallenge(type(by))
            .orElseThrow(() -> new AcmeException("the authority does not ask by " + by.label()));
    AcmeProof proof = proof(challenge.getAuthorization(), authorization, by);
    store.prove(proof);
    try {
      challenge.trigger();
      Status status = authorization.waitForCompletion(PATIENCE);
      if (status != Status.VALID) {
        throw new AcmeException(
            "not proved ("
                + status
                + ")"
                + authorization
                    .findChallenge(type(by))
                    .flatMap(TokenChallenge::getError)
                    .map(Issuance::said)
                    .orElse("")
                    .replace(proof.token(), "…"));
      }
    } finally {
      store.forget(proof);
    }
  }

  private static Class<? extends TokenChallenge> type(AutoCert.Challenge challenge) {
    return switch (challenge) {
      case HTTP_01 -> Http01Challenge.class;
      case TLS_ALPN_01 -> TlsAlpn01Challenge.class;
    };
  }

  /**
   * @param said the token, a dot and the account's thumbprint (RFC 8555 section 8.1)
   */
  private static AcmeProof proof(
      String said, Authorization authorization, AutoCert.Challenge challenge) {
    boolean shown = challenge == AutoCert.Challenge.TLS_ALPN_01;
    String name = shown ? authorization.getIdentifier().getDomain() : "";
    return new AcmeProof(said.substring(0, said.indexOf('.')), said, name);
  }

  private static String said(Problem problem) {
    return ": " + problem.getDetail().orElseGet(problem::toString);
  }
}
