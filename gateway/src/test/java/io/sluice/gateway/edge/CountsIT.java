package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.TestCertificate;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What clients speak and send is counted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountsIT {
  private static final TestCertificate OWN = TestCertificate.of("localhost");

  private final Origin origin = Origin.scripted(CountsIT::answer);
  private final TestGateway gateway = TestGateway.onFolder();
  private int secure;

  private static void answer(io.sluice.gateway.testbed.Wire wire) {
    while (wire.message() != null) {
      wire.send(Origin.response("seven b"));
    }
  }

  @BeforeAll
  void start() {
    secure = gateway.listener("secure");
    gateway.put(
        "hosts/localhost/host",
        "{'Settings':{'Default':true,'KeyPair':{'Cert':'%s','Key':'%s'}}}"
            .formatted(
                OWN.certificate().replace("\n", "\\n"), OWN.privateKey().replace("\n", "\\n")));
    gateway.put(
        "listeners/secure",
        "{'Protocol':'https','Address':{'Address':'127.0.0.1:" + secure + "'}}");
    gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)").awaitServing(secure);
  }

  @AfterAll
  void stop() {
    gateway.close();
    origin.close();
  }

  private void post(HttpClient.Version version, int times) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(TestCertificate.context(null, OWN))
            .version(version)
            .build()) {
      for (int i = 0; i < times; i++) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("https://localhost:" + secure + "/x"))
                .POST(HttpRequest.BodyPublishers.ofString("ten bytes!"))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
            .isEqualTo("seven b");
      }
    }
  }

  @Test
  void requestsAreCountedByProtocolAndBodiesByBytesAndHandshakesByTheirEnd() throws Exception {
    double http1 =
        gateway.meter("sluice_protocol_requests_total{listener=\"secure\",protocol=\"http/1.1\"}");
    double received = gateway.meter("sluice_received_bytes_total{frontend=\"f\"}");
    double sent = gateway.meter("sluice_sent_bytes_total{frontend=\"f\"}");
    double handshakes =
        gateway.meter("sluice_handshakes_total{listener=\"secure\",outcome=\"TLSv1.3\"}");
    post(HttpClient.Version.HTTP_1_1, 3);
    post(HttpClient.Version.HTTP_2, 4);
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), secure)) {
      stranger
          .getOutputStream()
          .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(stranger.getInputStream().readAllBytes().length).isLessThan(100);
    }

    Awaitility.await()
        .untilAsserted(
            () -> {
              assertMeter(
                  "sluice_protocol_requests_total{listener=\"secure\",protocol=\"http/1.1\"}",
                  http1 + 3);
              assertMeter("sluice_protocol_requests_total{listener=\"secure\",protocol=\"h2\"}", 4);
              assertMeter("sluice_received_bytes_total{frontend=\"f\"}", received + 70);
              assertMeter("sluice_sent_bytes_total{frontend=\"f\"}", sent + 49);
              assertMeter(
                  "sluice_handshakes_total{listener=\"secure\",outcome=\"TLSv1.3\"}",
                  handshakes + 2);
              assertMeter("sluice_handshakes_total{listener=\"secure\",outcome=\"failed\"}", 1);
            });
    assertMeter("sluice_backend_in_flight{backend=\"b\"}", 0);
    assertMeter("sluice_backend_waiting{backend=\"b\"}", 0);
    assertThat(gateway.admin("/metrics").body()).contains("sluice_build{java=\"25");
  }

  @Test
  void aRefusedRequestCountsForTheProtocolThatItCameIn() {
    int clear = gateway.listener("clear");
    gateway.put(
        "listeners/clear", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + clear + "'}}");
    gateway.awaitServing(clear);
    double before =
        gateway.meter("sluice_protocol_requests_total{listener=\"clear\",protocol=\"http/1.1\"}");
    try (H2Wire http2 = new H2Wire(clear)) {
      http2.headers(
          1, true, ":method", "TRACE", ":scheme", "http", ":path", "/", ":authority", "a");
      assertThat(http2.any()).isNotNull();
    }

    Awaitility.await()
        .untilAsserted(
            () ->
                assertMeter(
                    "sluice_protocol_requests_total{listener=\"clear\",protocol=\"h2\"}", 1));
    assertMeter("sluice_protocol_requests_total{listener=\"clear\",protocol=\"http/1.1\"}", before);
  }

  private void assertMeter(String name, double value) {
    assertThat(gateway.meter(name)).as(name).isEqualTo(value);
  }
}
