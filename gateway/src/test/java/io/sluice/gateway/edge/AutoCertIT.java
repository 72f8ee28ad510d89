package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Pebble;
import io.sluice.testkit.TestFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Certificates that two gateways of a fleet get from a real authority. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutoCertIT {

  private final int[] plain = {FreePort.next(), FreePort.next()};
  private final int[] tls = {FreePort.next(), FreePort.next()};
  private final Etcd etcd = Etcd.start();
  private final Origin origin = Origin.echoing();

  /** Asks at the ports of the first gateway, whichever of them wants a certificate. */
  private final Pebble authority = Pebble.start(plain[0], tls[0], Duration.ofHours(1));

  private final Path files = TestFolder.make("autocert");
  private Path sealKeys;
  private Gateway one;
  private Gateway two;

  @BeforeAll
  void start() throws Exception {
    sealKeys = files.resolve("seal.key");
    Sluice.run("secret", "new-key", sealKeys.toString()).succeeds();
    for (int i = 0; i < 2; i++) {
      listener("plain" + i, "http", plain[i], i);
      listener("tls" + i, "https", tls[i], i);
    }
    put("backends/b/backend", "{'Type':'http'}");
    put("backends/b/servers/s", "{'URL':'" + origin.url() + "'}");
    // It takes everything, and what an authority asks for as well.
    put(
        "frontends/all/frontend",
        "{'Type':'http','BackendId':'b','Route':'PathRegexp(`.*`)','Priority':100}");
    one = gateway(0);
    two = gateway(1);
  }

  private void listener(String id, String protocol, int port, int gateway) {
    put(
        "listeners/" + id,
        "{'Protocol':'%s','Address':{'Address':'127.0.0.1:%d'},'Gateways':['g%d']}"
            .formatted(protocol, port, gateway));
  }

  private void put(String key, String json) {
    etcd.put("/vulcand/" + key, json.replace('\'', '"'));
  }

  private void want(String host) {
    want(host, "http-01");
  }

  private void want(String host, String challenge) {
    put(
        "hosts/" + host + "/host",
        "{'Settings':{'AutoCert':{'DirectoryURL':'%s','Email':'ops@shop.example','Challenge':'%s'}}}"
            .formatted(authority.url(), challenge));
  }

  private Gateway gateway(int number) throws Exception {
    return Gateway.start(
        GatewaySettings.of("g" + number, TestGateway.inClear(etcd), null)
            .threads(2)
            .sealKeys(sealKeys)
            .acmeCa(authority.trust())
            .build());
  }

  @AfterAll
  void stop() throws Exception {
    one.stop();
    two.stop();
    authority.close();
    origin.close();
    etcd.close();
    TestFolder.remove(files);
  }

  @Test
  void aHostWithoutAKeyPairGetsOneCertificateThatAllGatewaysServe() throws Exception {
    want("shop.example");

    Awaitility.await().ignoreExceptions().until(() -> served(tls[0], "shop.example") != null);
    X509Certificate first = served(tls[0], "shop.example");
    assertThat(first.getIssuerX500Principal().getName()).contains("Pebble");
    Awaitility.await().ignoreExceptions().until(() -> first.equals(served(tls[1], "shop.example")));

    // What was got is in the store, with a key that nobody reads there, and the proof is gone.
    String kept = etcd.get("/vulcand/acme/certificates/shop.example");
    assertThat(kept).contains("KeyPair").doesNotContain("PRIVATE KEY", "BEGIN CERTIFICATE");
    assertThat(etcd.under("/vulcand/acme/proofs/")).isEmpty();
    assertThat(etcd.under("/vulcand/acme/accounts/"))
        .contains(authority.url())
        .doesNotContain("PRIVATE KEY");
    assertThat(TestGateway.get(plain[0], "/anything").statusCode()).isEqualTo(200);
  }

  /** No plain listener is needed, as where port 80 leads elsewhere. */
  @Test
  void aNameIsProvedInTheHandshakeWhereTheHostSaysSo() throws Exception {
    etcd.delete("/vulcand/listeners/plain0");
    Awaitility.await().until(() -> !FreePort.isTaken(plain[0]));
    try {
      want("shown.example", "tls-alpn-01");
      for (int port : tls) {
        Awaitility.await().ignoreExceptions().until(() -> served(port, "shown.example") != null);
        assertThat(served(port, "shown.example").getIssuerX500Principal().getName())
            .contains("Pebble");
      }
      assertThat(etcd.under("/vulcand/acme/proofs/")).isEmpty();
      assertThat(problems()).isEmpty();
    } finally {
      listener("plain0", "http", plain[0], 0);
      Awaitility.await().until(() -> FreePort.isTaken(plain[0]));
    }
  }

  @Test
  void whatTheAuthoritySaysIsAProblemUntilTheNameLeadsHere() throws Exception {
    etcd.delete("/vulcand/listeners/plain0");
    Awaitility.await().until(() -> !FreePort.isTaken(plain[0]));
    want("later.example");
    try {
      Awaitility.await().until(() -> !problems().isEmpty());
      assertThat(problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.where()).isEqualTo("hosts/later.example/host AutoCert");
                assertThat(problem.found()).contains("no certificate: not proved", "refused");
                assertThat(problem.expected()).contains(authority.url(), "tried again");
              });
    } finally {
      listener("plain0", "http", plain[0], 0);
      etcd.delete("/vulcand/hosts/later.example/host");
    }
    Awaitility.await().until(() -> problems().isEmpty() && FreePort.isTaken(plain[0]));
  }

  @Test
  void noOtherPathThanAProofsOwnIsAnswered() {
    assertThat(TestGateway.get(plain[0], "/.well-known/acme-challenge/none").statusCode())
        .isEqualTo(200);
    put("acme/proofs/tok-en_1", "{'Authorization':'tok-en_1.thumb'}");
    Awaitility.await()
        .until(
            () ->
                TestGateway.get(plain[1], "/.well-known/acme-challenge/tok-en_1")
                    .body()
                    .equals("tok-en_1.thumb"));
    assertThat(TestGateway.get(two.adminPort(), "/metrics").body())
        .contains("reason=\"" + Reason.CERTIFICATE_PROOF.label() + "\"");
    for (String other : List.of("tok-en_1/", "tok-en_", "tok-en_1.thumb", "TOK-EN_1", "")) {
      assertThat(TestGateway.get(plain[1], "/.well-known/acme-challenge/" + other).body())
          .as(other)
          .doesNotContain("tok-en_1.thumb\"")
          .isNotEqualTo("tok-en_1.thumb");
    }
    etcd.delete("/vulcand/acme/proofs/tok-en_1");
  }

  @Test
  void certificatesThatWereGotAreShownAndNeverExported() throws Exception {
    want("seen.example");
    Awaitility.await().ignoreExceptions().until(() -> served(tls[0], "seen.example") != null);

    Sluice certs = Sluice.run(etcd, "certs", "--seal-key", sealKeys.toString(), "-o", "json");
    assertThat(certs.out()).contains("seen.example", "until");
    Path out = files.resolve("exported");
    Sluice.run(etcd, "export", out.toString()).succeeds();
    try (var all = Files.walk(out)) {
      assertThat(all.map(Path::toString)).noneMatch(path -> path.contains("acme"));
    }
  }

  private List<Problem> problems() {
    return java.util.stream.Stream.of(one, two)
        .flatMap(gateway -> gateway.status().problems().stream())
        .filter(problem -> problem.where().endsWith("AutoCert"))
        .toList();
  }

  /** The certificate that a client is shown which asks for a name. */
  private static X509Certificate served(int port, String name) throws Exception {
    SSLContext trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(Patience.MILLIS);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectAlternativeNames().toString().contains(name) ? shown : null;
    }
  }

  /** Whoever it is: what is shown is looked at afterwards. */
  private static final class Trusting extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket at) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket at) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine at) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine at) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
