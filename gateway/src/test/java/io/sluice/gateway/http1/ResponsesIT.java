package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import io.sluice.gateway.testbed.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every response that reaches a client is framed for that client's protocol. */
class ResponsesIT extends RawConnection {
  /** How a server of HTTP/2 may end a response. */
  enum Ending {
    WITH_HEAD,
    WITH_HEAD_OF_NO_LENGTH,
    WITH_EMPTY_DATA,
    WITH_DATA,
    WITH_TRAILERS
  }

  private static final int[] STATUSES = {200, 201, 205, 206, 301, 302, 304, 401, 404, 204, 500};

  static Stream<Arguments> responses() {
    List<Arguments> all = new ArrayList<>();
    for (String method : new String[] {"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"}) {
      for (Ending ending : Ending.values()) {
        boolean bodiless = method.equals("HEAD") && ending.ordinal() > 1;
        if (!bodiless) {
          all.add(Arguments.of(method, ending));
        }
      }
    }
    return all.stream();
  }

  private static Origin h2c(Ending ending) {
    return Origin.scripted(
        wire -> {
          H2Wire server = H2Wire.serving(wire);
          H2Wire.Frame request = server.next(H2Wire.HEADERS);
          while (request != null) {
            String fields = server.fields(request);
            String status = fields.replaceAll("(?s).*:path: /[^/]+/(\\d+).*", "$1");
            boolean bodiless = status.equals("204") || status.equals("304");
            answer(server, request.stream(), status, bodiless ? Ending.WITH_HEAD : ending);
            request = server.next(H2Wire.HEADERS);
          }
        });
  }

  private static void answer(H2Wire server, int stream, String status, Ending ending) {
    switch (ending) {
      case WITH_HEAD -> server.headers(stream, true, ":status", status);
      case WITH_HEAD_OF_NO_LENGTH ->
          server.headers(stream, true, ":status", status, "content-length", "0");
      case WITH_EMPTY_DATA -> {
        server.headers(stream, false, ":status", status);
        server.data(stream, true, new byte[0]);
      }
      case WITH_DATA -> {
        server.headers(stream, false, ":status", status);
        server.data(stream, true, "data".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
      case WITH_TRAILERS -> {
        server.headers(stream, false, ":status", status);
        server.headers(stream, true, "x-sum", "1");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("responses")
  void noKeptConnectionCarriesAResponseWithoutAnEnd(String method, Ending ending) {
    String name = "ends-" + method + "-" + ending;
    try (Origin origin = h2c(ending)) {
      gateway
          .backend(name, "{'Protocol':'h2c'}", origin)
          .frontend(name, name, "PathRegexp(`^/" + name + "/.*`)")
          .awaitRoute(name, name, origin);
      StringBuilder pipelined = new StringBuilder();
      for (int status : STATUSES) {
        pipelined.append(method).append(" /").append(name).append('/').append(status);
        pipelined.append(" HTTP/1.1\r\nHost: a\r\n\r\n");
      }
      client.send(pipelined.toString());

      for (int status : STATUSES) {
        if (method.equals("HEAD")) {
          assertThat(client.head()).startsWith("HTTP/1.1 " + status);
          continue;
        }
        Wire.Message answer = client.message();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Connection")).isNull();
        boolean bodiless = status == 204 || status == 304;
        assertThat(answer.body()).isEqualTo(ending == Ending.WITH_DATA && !bodiless ? "data" : "");
      }
    }
  }

  @Test
  void everyFinalResponseHasOneDate() {
    AtomicInteger count = new AtomicInteger();
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                String date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
                wire.send(
                    "HTTP/1.1 200 OK\r\n"
                        + date.repeat(count.getAndIncrement())
                        + "Content-Length: 0\r\n\r\n");
              }
            })) {
      route("dated", origin);
      for (int i = 0; i < 3; i++) {
        client.send("GET /dated HTTP/1.1\r\nHost: a\r\n\r\n");
        String head = client.message().head();
        assertThat(head).containsOnlyOnce("Date: ");
        assertThat(head.contains("1994")).isEqualTo(i > 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interimResponsesPassHoweverManyTheyAre(boolean multiplexed) {
    String name = "interim-" + multiplexed;
    Origin.Script http1 =
        wire -> {
          while (wire.message() != null) {
            for (int i = 0; i < 200; i++) {
              wire.send("HTTP/1.1 104 Upload Resumption\r\nUpload-Offset: " + i + "\r\n\r\n");
            }
            wire.send(Origin.response("done"));
          }
        };
    Origin.Script http2 =
        wire -> {
          H2Wire server = H2Wire.serving(wire);
          for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
              request != null;
              request = server.next(H2Wire.HEADERS)) {
            for (int i = 0; i < 200; i++) {
              server.headers(request.stream(), false, ":status", "104", "upload-offset", "" + i);
            }
            answer(server, request.stream(), "200", Ending.WITH_DATA);
          }
        };
    try (Origin origin = Origin.scripted(multiplexed ? http2 : http1)) {
      gateway
          .backend(name, multiplexed ? "{'Protocol':'h2c'}" : "{}", origin)
          .frontend(name, name, "Path(`/" + name + "`)")
          .awaitRoute(name, name, origin);
      client.send("GET /" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");

      for (int i = 0; i < 200; i++) {
        String head = client.message().head();
        assertThat(head).startsWith("HTTP/1.1 104");
        assertThat(Wire.header(head, "Upload-Offset")).isEqualTo(Integer.toString(i));
      }
      assertThat(client.message().status()).isEqualTo(200);
    }
  }

  /** A faulty server's refusal after its head: what a client has seen is not told anew. */
  @Test
  void aResponseThatHasBegunIsNeverBegunAgain() {
    AtomicInteger requests = new AtomicInteger();
    try (Origin origin =
        Origin.scripted(
            wire -> {
              H2Wire server = H2Wire.serving(wire);
              for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
                  request != null;
                  request = server.next(H2Wire.HEADERS)) {
                requests.incrementAndGet();
                server.headers(request.stream(), false, ":status", "200");
                server.frame(H2Wire.RST_STREAM, 0, request.stream(), H2Wire.number(7));
              }
            })) {
      gateway
          .backend("begun", "{'Protocol':'h2c'}", origin)
          .frontend("begun", "begun", "Path(`/begun`)")
          .awaitRoute("begun", "begun", origin);
      client.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n");

      String all = new String(client.toEnd(), java.nio.charset.StandardCharsets.US_ASCII);
      assertThat(all).containsOnlyOnce("HTTP/1.1 200").doesNotContain("HTTP/1.1 5");
      assertThat(requests.get()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatNeverAnswersAWishToChangeIs504(boolean multiplexed) {
    String name = "mute-" + multiplexed;
    Origin.Script http2 =
        wire -> {
          H2Wire server = H2Wire.serving(wire, 8, 1);
          while (server.any() != null) {
            continue;
          }
        };
    try (Origin origin = Origin.scripted(multiplexed ? http2 : wire -> wire.toEnd())) {
      gateway
          .backend(
              name,
              "{'Timeouts':{'Read':'300ms'}" + (multiplexed ? ",'Protocol':'h2c'}" : "}"),
              origin)
          .frontend(name, name, "Path(`/" + name + "`)")
          .awaitRoute(name, name, origin);
      client.send(
          "GET /" + name + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");

      assertThat(client.message().status()).isEqualTo(504);
    }
  }

  @Test
  void aRequestThatComesBackToItsGatewayIs508() {
    gateway.put("backends/loop/backend", "{'Type':'http'}").server("loop", "s", port);
    gateway.frontend("loop", "loop", "Path(`/loop`)").awaitRoute("loop", "loop", port);

    client.send("GET /loop HTTP/1.1\r\nHost: a\r\n\r\n");

    Wire.Message refused = client.message();
    assertThat(refused.status()).isEqualTo(508);
    assertThat(refused.body()).contains("\"reason\":\"loop_detected\"");
    client.send("GET /echo HTTP/1.1\r\nHost: a\r\nVia: 1.1 cdn\r\n\r\n");
    assertThat(client.message().body()).contains("Via: 1.1 cdn, 1.1 sluice-");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSharedConnectionThatDiesUnderAFreshRequestIsReplacedOnce(boolean multiplexed) {
    String name = "stale-" + multiplexed;
    AtomicInteger requests = new AtomicInteger();
    Origin.Script http1 =
        wire -> {
          while (wire.message() != null && requests.incrementAndGet() % 2 == 1) {
            wire.send(Origin.response("done"));
          }
        };
    Origin.Script http2 =
        wire -> {
          H2Wire server = H2Wire.serving(wire);
          H2Wire.Frame request = server.next(H2Wire.HEADERS);
          while (request != null && requests.incrementAndGet() % 2 == 1) {
            answer(server, request.stream(), "200", Ending.WITH_DATA);
            request = server.next(H2Wire.HEADERS);
          }
        };
    try (Origin origin = Origin.scripted(multiplexed ? http2 : http1)) {
      gateway
          .backend(name, multiplexed ? "{'Protocol':'h2c'}" : "{}", origin)
          .frontend(name, name, "Path(`/" + name + "`)")
          .awaitRoute(name, name, origin);
      for (String method : new String[] {"GET", "GET", "PUT"}) {
        client.send(method + " /" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.message().status()).as(method).isEqualTo(200);
      }
      int before = requests.get();
      client.send("POST /" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().status()).isEqualTo(502);
      assertThat(requests.get()).isEqualTo(before + 1);
    }
  }
}
