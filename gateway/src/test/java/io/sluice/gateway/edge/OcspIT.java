package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.testbed.OcspAuthority;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stapled OCSP answers: a responder on a real socket, the gateway, and the JDK as the client. */
class OcspIT {
  private static final JsonMapper JSON = new JsonMapper();

  private final AtomicReference<OcspAuthority.Answer> says =
      new AtomicReference<>(OcspAuthority.Answer.GOOD);
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer responder;
  private OcspAuthority authority;
  private Origin origin;
  private TestGateway gateway;
  private int port;

  @BeforeEach
  void start() throws IOException {
    responder = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    authority =
        OcspAuthority.withResponderAt(
            "http://127.0.0.1:" + responder.getAddress().getPort() + "/ocsp");
    responder.createContext(
        "/ocsp",
        exchange -> {
          byte[] answer = authority.answer(exchange.getRequestBody().readAllBytes(), says.get());
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
          asked.incrementAndGet();
        });
    responder.start();
    origin = Origin.echoing();
    gateway = TestGateway.onFolder();
    port = FreePort.next();
    gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
  }

  @AfterEach
  void stop() {
    gateway.close();
    origin.close();
    responder.stop(0);
  }

  private void serve(String chain, Map<String, ?> ocsp) throws IOException {
    gateway.put(
        "hosts/localhost/host",
        JSON.writeValueAsString(
            Map.of(
                "Settings",
                Map.of(
                    "Default",
                    true,
                    "KeyPair",
                    Map.of("Cert", chain, "Key", authority.privateKey()),
                    "OCSP",
                    ocsp))));
    gateway.put(
        "listeners/secure",
        JSON.writeValueAsString(
            Map.of("Protocol", "https", "Address", Map.of("Address", "127.0.0.1:" + port))));
    Awaitility.await().ignoreExceptions().until(() -> shown() != null);
  }

  private List<byte[]> shown() throws IOException {
    try (SSLSocket socket =
        (SSLSocket) authority.trusting().getSocketFactory().createSocket("localhost", port)) {
      socket.startHandshake();
      return ((ExtendedSSLSession) socket.getSession()).getStatusResponses();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OcspAuthority.Answer.class,
      names = {"GOOD", "REVOKED", "GOOD_BY_DELEGATE"})
  void clientsAreShownWhatTheIssuerSays(OcspAuthority.Answer answer) throws Exception {
    says.set(answer);

    serve(authority.chain(), Map.of("Enabled", true));

    Awaitility.await().until(() -> shown().size() == 1);
    assertThat(shown().getFirst()).isEqualTo(authority.lastAnswer());
    assertThat(gateway.problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = OcspAuthority.Answer.class,
      names = {"UNKNOWN", "OVER", "SIGNED_BY_ANOTHER", "ABOUT_ANOTHER", "REFUSED", "RUBBISH"})
  void whatIsNoGoodAnswerIsNotShown(OcspAuthority.Answer answer) throws Exception {
    says.set(answer);

    serve(authority.chain(), Map.of("Enabled", true));

    Awaitility.await().until(() -> gateway.meter("sluice_ocsp_failures_total") > 0);
    assertThat(shown()).isEmpty();
  }

  @Test
  void oneCertificateIsAskedAboutOnceThoughItIsWrittenAgain() throws Exception {
    serve(authority.chain(), Map.of("Enabled", true));
    Awaitility.await().until(() -> shown().size() == 1);

    serve(authority.chain() + "\n", Map.of("Enabled", true));
    gateway.put("listeners/plain", "{\"Address\":{\"Address\":\"127.0.0.1:0\"},\"x\":1}");

    Awaitility.await().until(() -> !gateway.problems().isEmpty());
    assertThat(shown()).hasSize(1);
    assertThat(asked).hasValue(1);
  }

  @Test
  void nobodyIsAskedWhereItIsNotWanted() throws Exception {
    serve(authority.chain(), Map.of("Enabled", false));

    assertThat(shown()).isEmpty();
    assertThat(asked).hasValue(0);
  }

  @Test
  void aChainWithoutItsIssuerServesAndIsAWarning() throws Exception {
    serve(authority.leaf(), Map.of("Enabled", true));

    Awaitility.await().until(() -> !gateway.problems().isEmpty());
    assertThat(gateway.problems().toString())
        .contains("hosts/localhost/host OCSP", "without the one that issued it");
    assertThat(shown()).isEmpty();
  }
}
