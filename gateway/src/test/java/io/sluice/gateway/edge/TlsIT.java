package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** TLS from clients and to servers, with real sockets and the JDK on the other side. */
class TlsIT {
  private static final JsonMapper JSON = new JsonMapper();

  private static TestCertificate localhost;
  private static TestCertificate other;
  private static TestCertificate wildcard;
  private static TestCertificate person;

  private Origin origin;
  private TestGateway gateway;
  private int port;

  @BeforeAll
  static void certificates() {
    localhost = TestCertificate.of("localhost", "127.0.0.1");
    other = TestCertificate.of("other.example");
    wildcard = TestCertificate.of("*.wild.example");
    person = TestCertificate.of("person");
  }

  @BeforeEach
  void start() {
    origin = Origin.echoing();
    gateway = TestGateway.onFolder();
    port = FreePort.next();
    gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
    host("localhost", localhost, true);
    host("other.example", other, false);
    host("*.wild.example", wildcard, false);
    listener(Map.of());
    gateway.awaitServing(port);
  }

  @AfterEach
  void stop() {
    gateway.close();
    origin.close();
  }

  @AfterAll
  static void forget() {
    person = null;
  }

  private void host(String name, TestCertificate pair, boolean isDefault) {
    put(
        "hosts/" + name + "/host",
        Map.of(
            "Settings",
            Map.of(
                "Default",
                isDefault,
                "KeyPair",
                Map.of("Cert", pair.certificate(), "Key", pair.privateKey()))));
  }

  private void listener(Map<String, ?> tls) {
    put(
        "listeners/secure",
        Map.of(
            "Protocol",
            "https",
            "Address",
            Map.of("Address", "127.0.0.1:" + port),
            "Settings",
            Map.of("TLS", tls)));
  }

  private void put(String key, Object value) {
    try {
      gateway.put(key, JSON.writeValueAsString(value));
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private static HttpClient client(TestCertificate own) {
    return HttpClient.newBuilder()
        .sslContext(TestCertificate.context(own, localhost, other, wildcard))
        .build();
  }

  private HttpResponse<String> get(HttpClient client, HttpClient.Version version)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/x?y=1"))
            .version(version)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'ClientAuth':'require','ClientCAs':'garbage'} | ClientCAs",
        "{'ClientAuth':'require','ClientCAs':''} | ClientCAs",
        "{'ClientAuth':'optional','ClientCAs':'-----BEGIN CERTIFICATE-----AAAA-----END"
            + " CERTIFICATE-----'} | ClientCAs",
        "{'CipherSuites':['NOPE']} | CipherSuites",
        "{'CipherSuites':['NOPE','TLS_AES_128_GCM_SHA256']} | CipherSuites",
        "{'MinVersion':'VersionTLS13','MaxVersion':'VersionTLS12'} | Version",
      })
  void whatNoHandshakeCouldUseIsAProblemAndTheLastGoodFormServes(String tls, String field)
      throws Exception {
    listener(JSON.readValue(tls.replace('\'', '"'), new TypeReference<Map<String, Object>>() {}));
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(gateway.problems())
                    .anySatisfy(problem -> assertThat(problem.toString()).contains(field)));
    try (HttpClient client = client(null)) {
      assertThat(get(client, HttpClient.Version.HTTP_1_1).statusCode()).isEqualTo(200);
    }
  }

  /** What a client sends in the place of a handshake, or shows in it. */
  private enum Refused {
    NO_TLS,
    NOTHING,
    HALF_A_HELLO,
    A_HELLO_THAT_IS_TOO_LONG,
    NO_CERTIFICATE,
    A_STRANGERS_CERTIFICATE,
    AN_OLD_VERSION
  }

  /** Whatever fails in a handshake costs the log nothing to speak of. */
  @ParameterizedTest
  @EnumSource(Refused.class)
  void aRefusedHandshakeFillsNoLog(Refused kind) throws Exception {
    listener(Map.of("ClientAuth", "require", "ClientCAs", person.certificate()));
    Awaitility.await().until(() -> handshakeEnds(Refused.NO_CERTIFICATE));
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    log.start();
    root.addAppender(log);
    try {
      for (int i = 0; i < 50; i++) {
        assertThat(handshakeEnds(kind)).isTrue();
      }
    } finally {
      root.detachAppender(log);
    }
    int bytes =
        log.list.stream()
            .mapToInt(
                event ->
                    event.getFormattedMessage().length()
                        + (event.getThrowableProxy() == null
                            ? 0
                            : 100
                                * event
                                    .getThrowableProxy()
                                    .getStackTraceElementProxyArray()
                                    .length))
            .sum();
    assertThat(bytes).as("%s", log.list).isLessThan(2_000);
    assertThat(gateway.problems()).isEmpty();
  }

  /** Whether a handshake of this kind comes to no good end. */
  private boolean handshakeEnds(Refused kind) throws IOException {
    byte[] sent =
        switch (kind) {
          case NO_TLS -> "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
          case HALF_A_HELLO -> new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0};
          case A_HELLO_THAT_IS_TOO_LONG -> {
            byte[] hello = new byte[40_000];
            System.arraycopy(
                new byte[] {0x16, 3, 1, 0x40, 0, 1, 0, (byte) 0xff, (byte) 0xff}, 0, hello, 0, 9);
            yield hello;
          }
          default -> new byte[0];
        };
    boolean speaksTls = kind.ordinal() >= Refused.NO_CERTIFICATE.ordinal();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(Patience.MILLIS);
      if (!speaksTls) {
        socket.getOutputStream().write(sent);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
        return true;
      }
      TestCertificate shown = kind == Refused.A_STRANGERS_CERTIFICATE ? other : null;
      SSLContext context = TestCertificate.context(shown, localhost, other, wildcard);
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", port, true);
      if (kind == Refused.AN_OLD_VERSION) {
        tls.setEnabledProtocols(new String[] {"TLSv1.2"});
      }
      tls.startHandshake();
      // In TLS 1.3 a client learns what became of its certificate with its first read.
      tls.getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return tls.getInputStream().read() < 0;
    } catch (SSLException | SocketException refused) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpClient.Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void theClientChoosesTheVersionOfHttp(HttpClient.Version version) throws Exception {
    try (HttpClient client = client(null)) {
      HttpResponse<String> response = get(client, version);

      assertThat(response.version()).isEqualTo(version);
      assertThat(response.body())
          .startsWith("GET /x?y=1 HTTP/1.1\r\n")
          .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Port: " + port + "\r\n");
    }
  }

  private String shown(String name) throws IOException {
    SSLContext context = TestCertificate.context(null, localhost, other, wildcard);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      SSLParameters parameters = socket.getSSLParameters();
      if (name != null) {
        parameters.setServerNames(List.of(new SNIHostName(name)));
      }
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getSession().getPeerPrincipal().getName();
    }
  }

  @Test
  void theNameThatIsAskedForChoosesTheCertificate() throws Exception {
    assertThat(shown("localhost")).isEqualTo("CN=localhost");
    assertThat(shown("OTHER.example")).isEqualTo("CN=other.example");
    assertThat(shown("a.wild.example")).isEqualTo("CN=any.wild.example");
    assertThat(shown("a.b.wild.example")).isEqualTo("CN=localhost");
    assertThat(shown("unknown.example")).isEqualTo("CN=localhost");
    assertThat(shown(null)).isEqualTo("CN=localhost");
  }

  @Test
  void aChangedCertificateIsShownAtOnceAndCutsNobody() throws Exception {
    try (SSLSocket open = connect(null, "localhost")) {
      assertThat(exchange(open, "localhost")).startsWith("HTTP/1.1 200");

      host("localhost", other, true);

      Awaitility.await().until(() -> shown("localhost").equals("CN=other.example"));
      assertThat(exchange(open, "localhost")).startsWith("HTTP/1.1 200");
    }
  }

  /** Which host a connection was made for, not with which certificate, decides about 421. */
  @ParameterizedTest
  @CsvSource({
    "localhost,localhost",
    "unknown.example,unknown.example",
    "other.example,OTHER.example"
  })
  void aRenewedCertificateChangesTheAnswerToNoRequestOfAnOpenConnection(String sni, String host)
      throws Exception {
    try (SSLSocket open = connect(null, sni)) {
      assertThat(exchange(open, host)).startsWith("HTTP/1.1 200");

      host("localhost", TestCertificate.of("localhost", "127.0.0.1"), true);
      host("other.example", TestCertificate.of("other.example"), false);
      RoutingTable before = gateway.gateway().status().table();
      Awaitility.await().until(() -> gateway.gateway().status().table() != before);

      assertThat(exchange(open, host)).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"
      })
  void onlySuitesThatAuditorsCallIntermediateAreSpoken(String suite) throws Exception {
    try (SSLSocket old = connect(null, "localhost")) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      old.setEnabledCipherSuites(new String[] {suite});

      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
    }
    try (SSLSocket good = connect(null, "localhost")) {
      good.setEnabledProtocols(new String[] {"TLSv1.2"});

      assertThat(exchange(good, "localhost")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aBrokenKeyPairLeavesTheLastGoodOneAndSaysWhyWithoutTheKey() throws Exception {
    put(
        "hosts/other.example/host",
        Map.of(
            "Settings",
            Map.of("KeyPair", Map.of("Cert", other.certificate(), "Key", wildcard.privateKey()))));

    Awaitility.await().until(() -> !gateway.problems().isEmpty());
    assertThat(gateway.problems().toString())
        .contains("hosts/other.example/host KeyPair", "a private key of another certificate")
        .doesNotContain("BEGIN");
    assertThat(shown("other.example")).isEqualTo("CN=other.example");
  }

  @Test
  void aKeyInTheFormThatOpensslMakesForCurvesIsRead() throws Exception {
    put(
        "hosts/curve.example/host",
        Map.of(
            "Settings",
            Map.of("KeyPair", Map.of("Cert", other.certificate(), "Key", other.ecPrivateKey()))));

    Awaitility.await().until(() -> shown("curve.example").equals("CN=other.example"));
    assertThat(gateway.problems())
        .noneMatch(problem -> problem.level() == Problem.Level.ERROR)
        .anyMatch(problem -> problem.expected().equals("one that names curve.example"));
  }

  private SSLSocket connect(TestCertificate own, String name) throws IOException {
    SSLContext context = TestCertificate.context(own, localhost, other, wildcard);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(Patience.MILLIS);
    return socket;
  }

  private static String exchange(SSLSocket socket, String host) throws IOException {
    Wire wire = new Wire(socket);
    wire.send("GET / HTTP/1.1\r\nHost: " + host + "\r\nClient-Cert: :forged:\r\n\r\n");
    Wire.Message response = wire.message();
    return response.head() + response.body();
  }

  @Test
  void aRequestForAHostThatTheConnectionWasNotMadeForIsMisdirected() throws Exception {
    try (SSLSocket socket = connect(null, "localhost")) {
      assertThat(exchange(socket, "unknown.example")).startsWith("HTTP/1.1 200");
      assertThat(exchange(socket, "other.example"))
          .startsWith("HTTP/1.1 421")
          .contains("\"reason\":\"misdirected\"");
    }
  }

  @Test
  void aClientThatShowsNoCertificateIsNotServedWhereOneIsRequired() throws Exception {
    try (SSLSocket before = connect(null, "localhost")) {
      assertThat(exchange(before, "localhost")).startsWith("HTTP/1.1 200").doesNotContain("forged");
      listener(Map.of("ClientAuth", "require", "ClientCAs", person.certificate()));
      Awaitility.await()
          .untilAsserted(
              () -> {
                try (SSLSocket known = connect(person, "localhost")) {
                  assertThat(exchange(known, "localhost"))
                      .contains("Client-Cert: :")
                      .doesNotContain("forged");
                }
              });

      assertThat(exchange(before, "localhost")).startsWith("HTTP/1.1 421");
      try (SSLSocket unknown = connect(null, "localhost")) {
        assertThatThrownBy(() -> exchange(unknown, "localhost")).isInstanceOf(Exception.class);
      }
    }
  }

  @Test
  void whatIsNotTlsIsRefusedAndCounted() throws Exception {
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.ends()).isTrue();
    }
    Awaitility.await()
        .until(() -> gateway.meter("sluice_rejected_total{reason=\"tls_refused\"}") > 0);
  }
}
