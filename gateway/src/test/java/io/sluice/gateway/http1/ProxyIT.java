package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import io.sluice.gateway.testbed.Wire;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What passes between HTTP/1.1 clients and servers, on raw sockets on both sides. */
class ProxyIT extends RawConnection {
  @Test
  void aConnectionServesOneRequestAfterAnother() {
    for (int i = 0; i < 5; i++) {
      client.send("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().body()).startsWith("GET /" + i + " HTTP/1.1\r\n");
    }
  }

  @Test
  void upstreamConnectionsAreUsedAgain() {
    try (Origin origin = Origin.named("one")) {
      route("reuse", origin);
      for (int i = 0; i < 20; i++) {
        client.send("GET /reuse HTTP/1.1\r\nHost: a\r\n\r\n");
        client.message();
      }
      // One for each of the two event loops, at the most.
      assertThat(origin.accepted()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      requests.append(
          i % 3 == 0
              ? "POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
              : "GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    client.send(requests.toString());
    for (int i = 0; i < 200; i++) {
      assertThat(client.message().head()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void bodiesOfBothFramingsArrive() {
    client.send("POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    assertThat(client.message().body()).contains("Content-Length: 5").endsWith("\n\nhello\n");

    client.send(
        "POST /c HTTP/1.1\r\n"
            + "Host: a\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + "3;ext=1\r\n"
            + "hel\r\n"
            + "2\r\n"
            + "lo\r\n"
            + "0\r\n\r\n");
    assertThat(client.message().body())
        .contains("Transfer-Encoding: chunked")
        .doesNotContain("Content-Length")
        .doesNotContain("ext")
        .endsWith("\n\nhello\n");
  }

  @Test
  void trailersPassInBothDirectionsForThoseWhoWantThem() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              for (Wire.Message request = wire.message();
                  request != null;
                  request = wire.message()) {
                String body = request.trailers().replace("\n", ";");
                wire.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + Integer.toHexString(body.length() + 1)
                        + "\r\n>"
                        + body
                        + "\r\n"
                        + "0\r\n"
                        + "X-Sum: 7\r\n"
                        + "Content-Length: 9\r\n"
                        + "Set-Cookie: a=b\r\n"
                        + "location: /\r\n\r\n");
              }
            })) {
      route("trailers", origin);
      String body =
          "\r\n"
              + "1\r\n"
              + "a\r\n"
              + "0\r\n"
              + "X-In: 1\r\n"
              + "Host: evil\r\n"
              + "X-Forwarded-For: 6.6.6.6\r\n"
              + "Cache-Control: a\r\n"
              + "range: b\r\n\r\n";

      client.send(
          "POST /trailers HTTP/1.1\r\n"
              + "Host: a\r\n"
              + "TE: trailers\r\n"
              + "Connection: TE\r\n"
              + "Transfer-Encoding: chunked\r\n"
              + body);
      Wire.Message wanted = client.message();
      client.send("POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + body);
      Wire.Message unwanted = client.message();

      assertThat(wanted.body()).isEqualTo(">X-In: 1;");
      assertThat(wanted.trailers()).isEqualTo("X-Sum: 7\n");
      assertThat(unwanted.body()).isEqualTo(">");
      assertThat(unwanted.trailers()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0} to {1} keeps the connection in step")
  @CsvSource({"HEAD, 200", "GET, 204", "GET, 304", "HEAD, 304"})
  void responsesWithoutBodyKeepTheConnectionInStep(String method, int status) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 "
                        + status
                        + " X\r\n"
                        + (status == 204 ? "" : "Content-Length: 50\r\n")
                        + "ETag: \"e\"\r\n\r\n");
              }
            })) {
      route("bodiless", origin);
      for (int i = 0; i < 3; i++) {
        client.send(method + " /bodiless HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 " + status).contains("ETag: \"e\"");
      }
      assertThat(origin.accepted()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void interimResponsesPassInTheirOrder() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 102 Processing\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\n"
                        + "Link: </a>\r\n\r\n"
                        + Origin.response("done"));
              }
            })) {
      route("interim", origin);
      client.send("GET /interim HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(client.message().head()).startsWith("HTTP/1.1 100");
      assertThat(client.message().head()).startsWith("HTTP/1.1 102");
      assertThat(client.message().head()).startsWith("HTTP/1.1 103").contains("Link: </a>");
      assertThat(client.message().body()).isEqualTo("done");
    }
  }

  @Test
  void expectationsAreAnsweredByTheServer() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              for (String head = wire.head(); head != null; head = wire.head()) {
                assertThat(Wire.header(head, "Expect")).isEqualTo("100-continue");
                wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                wire.send(Origin.response(new String(wire.bytes(5), StandardCharsets.US_ASCII)));
              }
            })) {
      route("expect", origin);
      client.send(
          "POST /expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(client.message().status()).isEqualTo(100);
      client.send("hello");
      assertThat(client.message().body()).isEqualTo("hello");
    }
  }

  @Test
  void aBodyWithoutLengthIsChunkedForNewClientsAndEndsTheConnectionOfOldOnes() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
            })) {
      route("close", origin);
      client.send("GET /close HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message modern = client.message();
      assertThat(modern.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(modern.body()).isEqualTo("until the end");

      client.send("GET /close HTTP/1.0\r\nHost: a\r\n\r\n");
      Wire.Message old = client.message();
      assertThat(old.header("Transfer-Encoding")).isNull();
      assertThat(old.body()).isEqualTo("until the end");
    }
  }

  @Test
  void hopByHopFieldsEndHereAndForwardingFieldsAreOurs() {
    client.send(
        "GET /h HTTP/1.1\r\n"
            + "Host: public.example:8080\r\n"
            + "Connection: keep-alive, X-Private\r\n"
            + "X-Private: 1\r\n"
            + "Keep-Alive: timeout=5\r\n"
            + "TE: gzip\r\n"
            + "Proxy-Authorization: Basic x\r\n"
            + "Upgrade: h2c\r\n"
            + "HTTP2-Settings: AAA\r\n"
            + "X-Forwarded-For: 6.6.6.6\r\n"
            + "X-Forwarded-Proto: https\r\n"
            + "Forwarded: for=6.6.6.6\r\n"
            + "X-Real-IP: 6.6.6.6\r\n"
            + "X_Forwarded_For: 6.6.6.6\r\n"
            + "X-Kept: 1\r\n\r\n");

    String head = client.message().body();

    assertThat(head)
        .contains(
            "X-Kept: 1",
            "X-Forwarded-For: 127.0.0.1\r\n",
            "X-Forwarded-Proto: http\r\n",
            "X-Forwarded-Host: public.example:8080",
            "X-Forwarded-Port: 8080",
            "X-Real-IP: 127.0.0.1",
            "Host: 127.0.0.1:" + echo.port())
        .doesNotContain(
            "6.6.6.6",
            "X-Private",
            "Keep-Alive",
            "TE:",
            "Proxy-Authorization",
            "Upgrade",
            "HTTP2-Settings",
            "Connection");
  }

  @Test
  void aTrustingFrontendKeepsWhatTheClientSays() {
    gateway.frontend(
        "trusting",
        "echo",
        "Path(`/trusting`)",
        "{'TrustForwardHeader':true,'PassHostHeader':true,'Hostname':'edge-1'}");
    Awaitility.await()
        .until(
            () -> {
              client.send(
                  "GET /trusting HTTP/1.1\r\n"
                      + "Host: public.example\r\n"
                      + "X-Forwarded-For: 6.6.6.6\r\n"
                      + "X-Forwarded-For: 7.7.7.7\r\n"
                      + "X-Forwarded-Proto: https\r\n\r\n");
              String head = client.message().body();
              return head.contains("Host: public.example\r\n")
                  && head.contains("X-Forwarded-For: 6.6.6.6, 7.7.7.7, 127.0.0.1")
                  && head.contains("X-Forwarded-Proto: https")
                  && head.contains("X-Forwarded-Server: edge-1");
            });
  }

  @Test
  void aServerCannotStripWhatFramesItsResponse() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 200 OK\r\n"
                        + "Connection: Content-Length, X-Hop\r\n"
                        + "X-Hop: 1\r\n"
                        + "Content-Length: 2\r\n\r\n"
                        + "ok");
              }
            })) {
      route("strip", origin);
      client.send("GET /strip HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message answer = client.message();
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.header("X-Hop")).isNull();
    }
  }

  @Test
  void whatIsMatchedIsWhatIsForwarded() {
    client.send("GET /a/..//b/%2e%2e/c?x=/../y HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(client.message().body()).startsWith("GET /c?x=/../y HTTP/1.1\r\n");
  }

  @Test
  void aRequestOfHttp10WithoutHostGetsOneOnItsWay() {
    gateway
        .frontend("passing", "echo", "Path(`/passing`)", "{'PassHostHeader':true}")
        .awaitRoute("passing", "echo", echo);
    client.send("GET /passing HTTP/1.0\r\n\r\n");

    assertThat(client.message().body()).contains("Host: 127.0.0.1:" + echo.port());
  }
}
