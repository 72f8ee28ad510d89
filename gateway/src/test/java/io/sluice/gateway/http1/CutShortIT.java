package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that fails in the middle of its response: what it had sent reaches the client before the
 * failure does, and nothing is whole that is not.
 */
class CutShortIT extends RawConnection {
  private static final int NO_ERROR = 0;
  private static final int PIECE = 16_000;
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** Sends as much as this, of more, and is gone. */
  private static Origin http1(int bytes) {
    return Origin.scripted(
        wire -> {
          wire.head();
          wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (bytes + 1) + "\r\n\r\n");
          for (int left = bytes; left > 0; left -= PIECE) {
            wire.send("x".repeat(Math.min(left, PIECE)));
          }
        });
  }

  private static Origin http2(int bytes, String type) {
    return Origin.scripted(
        wire -> {
          H2Wire server = H2Wire.serving(wire);
          for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
              request != null;
              request = server.next(H2Wire.HEADERS)) {
            int stream = request.stream();
            server.headers(stream, false, ":status", "200", "content-type", type);
            for (int left = bytes; left > 0; left -= PIECE) {
              server.data(stream, false, new byte[Math.min(left, PIECE)]);
            }
            server.frame(H2Wire.RST_STREAM, 0, stream, H2Wire.number(NO_ERROR));
          }
        });
  }

  private static String serve(Origin origin, String settings) {
    String name = "cut" + NAMES.incrementAndGet();
    gateway
        .backend(name, settings, origin)
        .frontend(name, name, "Path(`/" + name + "`)")
        .awaitRoute(name, name, origin);
    return "/" + name;
  }

  /** A call of gRPC, without a message. */
  private static void call(H2Wire http2, String path) {
    http2.headers(
        1,
        true,
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        path,
        ":authority",
        "a",
        "content-type",
        "application/grpc",
        "te",
        "trailers");
  }

  /** Opens the windows late, so that something waits for them when the server fails. */
  private static int take(H2Wire http2, H2Wire.Frame data) {
    http2.frame(H2Wire.WINDOW_UPDATE, 0, 1, H2Wire.number(PIECE));
    http2.frame(H2Wire.WINDOW_UPDATE, 0, 0, H2Wire.number(PIECE));
    return data.payload().length;
  }

  static Stream<Arguments> kinds() {
    List<Arguments> kinds = new ArrayList<>();
    for (boolean multiplexed : new boolean[] {false, true}) {
      for (int bytes : new int[] {1, 1_000, 60_000, 200_000}) {
        kinds.add(Arguments.of(multiplexed, bytes));
      }
    }
    return kinds.stream();
  }

  private static Origin origin(boolean multiplexed, int bytes) {
    return multiplexed ? http2(bytes, "text/plain") : http1(bytes);
  }

  private static String settings(boolean multiplexed) {
    return multiplexed ? "{'Protocol':'h2c'}" : "{}";
  }

  @ParameterizedTest(name = "HTTP/2 server {0}, {1} bytes")
  @MethodSource("kinds")
  void aClientOfHttp1HasWhatWasSentAndNoEnd(boolean multiplexed, int bytes) {
    try (Origin origin = origin(multiplexed, bytes)) {
      String path = serve(origin, settings(multiplexed));
      client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
      String head = client.head();
      String rest = new String(client.toEnd(), StandardCharsets.US_ASCII);

      assertThat(head).startsWith("HTTP/1.1 200 ");
      if (multiplexed) {
        assertThat(rest).doesNotContain("\r\n0\r\n");
        assertThat(rest.chars().filter(c -> c == 0).count()).isEqualTo(bytes);
      } else {
        assertThat(rest).hasSize(bytes);
      }
    }
  }

  @ParameterizedTest(name = "HTTP/2 server {0}, {1} bytes")
  @MethodSource("kinds")
  void aClientOfHttp2HasWhatWasSentAndThenAReset(boolean multiplexed, int bytes) {
    try (Origin origin = origin(multiplexed, bytes)) {
      String path = serve(origin, settings(multiplexed));
      try (H2Wire http2 = new H2Wire(port)) {
        http2.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 1, H2Wire.get(path));
        int received = 0;
        H2Wire.Frame frame = http2.any();
        while (frame != null && frame.type() != H2Wire.RST_STREAM) {
          if (frame.type() == H2Wire.DATA) {
            assertThat(frame.flags() & H2Wire.END_STREAM).isZero();
            received += take(http2, frame);
          }
          frame = http2.any();
        }

        assertThat(frame).isNotNull();
        assertThat(received).isEqualTo(bytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 200_000})
  void aCallOfGrpcHasWhatWasSentAndThenAStatus(int bytes) {
    try (Origin origin = http2(bytes, "application/grpc")) {
      String path = serve(origin, "{'Protocol':'h2c'}");
      try (H2Wire http2 = new H2Wire(port)) {
        call(http2, path);
        int received = 0;
        H2Wire.Frame frame = http2.any();
        while (frame != null
            && !(frame.stream() == 1 && (frame.flags() & H2Wire.END_STREAM) != 0)) {
          assertThat(frame.type()).isNotEqualTo(H2Wire.RST_STREAM);
          if (frame.type() == H2Wire.DATA) {
            received += take(http2, frame);
          }
          frame = http2.any();
        }

        assertThat(received).isEqualTo(bytes);
        assertThat(frame).isNotNull();
        assertThat(http2.fields(frame)).contains("grpc-status: 14");
      }
    }
  }

  /** Trailers, or the next response, would be taken for the bytes that are missing. */
  @Test
  void aCallOfGrpcWhoseLengthWasSaidIsCutLikeAnyOther() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                      + "Content-Length: 100\r\n\r\nhalf");
            })) {
      String path = serve(origin, "{}");
      client.send(
          "POST "
              + path
              + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
              + "Connection: TE\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 200 ").contains("Content-Length: 100");
      assertThat(client.toEnd()).asString().isEqualTo("half");
      try (H2Wire http2 = new H2Wire(port)) {
        call(http2, path);
        assertThat(http2.ending().type()).isEqualTo(H2Wire.RST_STREAM);
      }
    }
  }

  /** A stage may say a length where the server said none, and none where it said one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "errors | {'Pages':[{'Status':'500-599','Body':'<h1>We are sorry</h1>'}]}"
            + " | 503 No|Transfer-Encoding: chunked|ZZZ|false",
        "compress | {'MinBytes':1} | 200 OK|Content-Length: 5000|half|true",
      })
  void aCallOfGrpcEndsAsTheFramingSaysThatItsStagesHaveMade(
      String stage, String settings, String status, String framing, String rest, boolean trailers) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send(
                  "HTTP/1.1 %s\r\nContent-Type: text/html\r\n%s\r\n\r\n%s\r\n"
                      .formatted(status, framing, rest));
            })) {
      String path = serve(origin, "{}");
      gateway.put(
          "frontends" + path + "/middlewares/m",
          "{'Type':'" + stage + "','Priority':1,'Middleware':" + settings + "}");
      Awaitility.await()
          .until(
              () ->
                  !gateway
                      .gateway()
                      .status()
                      .table()
                      .frontends()
                      .get(path.substring(1))
                      .middlewares()
                      .isEmpty());
      client.send(
          "POST "
              + path
              + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
              + "Accept-Encoding: gzip\r\nConnection: TE"
              + (trailers ? ", close" : "")
              + "\r\nContent-Length: 0\r\n\r\n");
      String head = client.head();
      if (trailers) {
        assertThat(head).contains("Transfer-Encoding: chunked");
        assertThat(new String(client.toEnd(), StandardCharsets.ISO_8859_1))
            .contains("\r\n0\r\n", "grpc-status: 14");
      } else {
        // Nothing that comes after it can be taken for its body.
        assertThat(head).contains("Content-Length: ");
        assertThat(client.toEnd().length).isLessThan(21);
      }
    }
  }

  /** Whoever does not read what is left has the time of any other reader. */
  @Test
  void aClientThatDoesNotReadIsCutInTheEnd() {
    int narrow = gateway.listener("narrow");
    gateway
        .put(
            "listeners/narrow",
            "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
                + narrow
                + "'},'Settings':{'Timeouts':{'Write':'300ms'}}}")
        .awaitServing(narrow);
    try (Origin origin = http2(200_000, "text/plain")) {
      String path = serve(origin, "{'Protocol':'h2c'}");
      try (H2Wire http2 = new H2Wire(narrow)) {
        http2.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 1, H2Wire.get(path));

        assertThat(http2.ending()).isNotNull();
      }
    }
  }
}
