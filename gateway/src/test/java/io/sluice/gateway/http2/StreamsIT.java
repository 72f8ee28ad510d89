package io.sluice.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of one connection leave each other alone, and live as long as both sides want. */
class StreamsIT {
  private static final int MAX_CONCURRENT_STREAMS = 3;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int CANCEL = 8;
  private static final int LARGE = 2_000_000;

  private TestGateway gateway;
  private int port;

  @BeforeEach
  void start() {
    gateway = TestGateway.onFolder();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void serve(String listenerSettings, String backendSettings, Origin origin) {
    port = gateway.listener("public");
    gateway.put(
        "listeners/public",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
            + port
            + "'},'Settings':"
            + listenerSettings
            + "}");
    gateway
        .backend("b", backendSettings, origin)
        .frontend("f", "b", "PathRegexp(`.*`)")
        .awaitServing(port)
        .awaitRoute("f", "b", origin);
  }

  private static byte[] get(String path) {
    return H2Wire.get(path);
  }

  /** Sends as much as the window of each stream lets it, whatever others do. */
  private static void large(H2Wire server) {
    byte[] piece = new byte[16_000];
    for (H2Wire.Frame frame = server.any(); frame != null; frame = server.any()) {
      if (frame.type() == H2Wire.HEADERS) {
        String fields = server.fields(frame);
        boolean small = fields.contains(":path: /small");
        server.headers(frame.stream(), false, ":status", "200");
        int pieces = small ? 1 : 240_000 / piece.length;
        for (int i = 0; i < pieces; i++) {
          server.data(frame.stream(), small, piece);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 60, 99})
  void responsesThatAreNotReadSlowNobodyAtTheServersConnection(int unread) {
    try (Origin origin =
        Origin.scripted(wire -> large(H2Wire.serving(wire, INITIAL_WINDOW_SIZE, 65_535)))) {
      serve("{}", "{'Protocol':'h2c'}", origin);
      try (H2Wire stubborn = new H2Wire(port)) {
        stubborn.settings(INITIAL_WINDOW_SIZE, 1);
        for (int i = 0; i < unread; i++) {
          int end = H2Wire.END_HEADERS | H2Wire.END_STREAM;
          stubborn.frame(H2Wire.HEADERS, end, 2 * i + 1, get("/large"));
        }
        Awaitility.await()
            .untilAsserted(
                () -> assertThat(gateway.meter("sluice_exchanges_in_flight")).isEqualTo(unread));
        for (int i = 0; i < 4; i++) {
          try (Wire client = Wire.connect(port)) {
            client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.message().content()).hasSize(16_000);
          }
        }
      }
    }
  }

  @Test
  void uploadsThatAreNotReadSlowNobodyAtTheClientsConnection() {
    CountDownLatch over = new CountDownLatch(1);
    try (Origin origin =
        Origin.scripted(
            wire -> {
              String head = wire.head();
              if (head.startsWith("POST /unread")) {
                await(over);
                return;
              }
              byte[] body = wire.bytes(40_000);
              wire.send(Origin.response(Integer.toString(body.length)));
            })) {
      serve("{'HTTP2':{'MaxConcurrentStreams':100}}", "{}", origin);
      try (H2Wire client = new H2Wire(port)) {
        byte[] window = new byte[65_535];
        Arrays.fill(window, (byte) 'x');
        for (int i = 0; i < 60; i++) {
          client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS, 2 * i + 1, post("/unread", 10 * LARGE));
          client.data(2 * i + 1, false, Arrays.copyOf(window, 16_000));
          client.data(2 * i + 1, false, Arrays.copyOf(window, 16_000));
          client.data(2 * i + 1, false, Arrays.copyOf(window, 16_000));
          client.data(2 * i + 1, false, Arrays.copyOf(window, 16_000));
        }
        int last = 2 * 60 + 1;
        client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS, last, post("/read", 40_000));
        client.data(last, false, Arrays.copyOf(window, 16_000));
        client.data(last, false, Arrays.copyOf(window, 16_000));
        client.data(last, true, Arrays.copyOf(window, 8_000));

        H2Wire.Frame answer = client.next(H2Wire.HEADERS);
        while (answer != null && answer.stream() != last) {
          answer = client.next(H2Wire.HEADERS);
        }
        assertThat(answer).isNotNull();
      } finally {
        over.countDown();
      }
    }
  }

  private static byte[] post(String path, int length) {
    return H2Wire.section(
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        path,
        ":authority",
        "a",
        "content-length",
        Integer.toString(length));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static final String HASTY =
      "{'Timeouts':{'Body':'200ms','StreamIdle':'%s'},'Limits':{'MinBodyRate':1000000}}";

  /** An echo that answers at once and goes on as long as the client does. */
  private static void echo(Wire wire) {
    wire.head();
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (String size = wire.line(); !size.equals("0"); size = wire.line()) {
      byte[] piece = wire.bytes(Integer.parseInt(size, 16));
      wire.line();
      wire.send(size + "\r\n" + new String(piece, StandardCharsets.US_ASCII) + "\r\n");
    }
    wire.send("0\r\n\r\n");
  }

  @Test
  void anUploadThatIsAnsweredNeedNotHurry() {
    try (Origin origin = Origin.scripted(StreamsIT::echo)) {
      serve(HASTY.formatted("1m"), "{}", origin);
      try (Wire client = Wire.connect(port)) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 200");
        for (int i = 0; i < 4; i++) {
          assertThat(client.hears(300)).isFalse();
          client.send("2\r\nhi\r\n");
          assertThat(client.line()).isEqualTo("2");
          assertThat(client.line()).isEqualTo("hi");
        }
        client.send("0\r\n\r\n");
        assertThat(client.line()).isEqualTo("0");
      }
    }
  }

  @Test
  void anUploadThatIsNotAnsweredIsStillEnded() {
    try (Origin origin = Origin.scripted(wire -> wire.toEnd())) {
      serve(HASTY.formatted("1m"), "{}", origin);
      try (Wire client = Wire.connect(port)) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");

        assertThat(client.message().status()).isEqualTo(408);
      }
    }
  }

  @Test
  void whereBothSidesAreSilentAnAnsweredExchangeEnds() {
    try (Origin origin = Origin.scripted(StreamsIT::echo)) {
      serve(HASTY.formatted("300ms"), "{}", origin);
      try (Wire client = Wire.connect(port)) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 200");

        assertThat(client.ends()).isTrue();
        Awaitility.await()
            .until(() -> gateway.meter("sluice_rejected_total{reason=\"stream_idle\"}") == 1);
      }
    }
  }

  @Test
  void aCallIsSilentAsLongAsItLikesBeforeAndAfterItsAnswer() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              H2Wire server = H2Wire.serving(wire);
              H2Wire.Frame call = server.next(H2Wire.HEADERS);
              server.next(H2Wire.DATA);
              server.headers(
                  call.stream(), false, ":status", "200", "content-type", "application/grpc");
              for (H2Wire.Frame ping = server.next(H2Wire.DATA);
                  ping != null;
                  ping = server.next(H2Wire.DATA)) {
                server.data(call.stream(), false, ping.payload());
              }
            })) {
      serve(HASTY.formatted("1m"), "{'Protocol':'h2c','Timeouts':{'Read':'200ms'}}", origin);
      try (H2Wire client = new H2Wire(port)) {
        byte[] ping = {0, 0, 0, 0, 4, 'p', 'i', 'n', 'g'};
        client.frame(
            H2Wire.HEADERS,
            H2Wire.END_HEADERS,
            1,
            H2Wire.section(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/echo.Echo/Stream",
                ":authority",
                "a",
                "content-type",
                "application/grpc",
                "te",
                "trailers"));
        rest(client);
        client.data(1, false, ping);
        assertThat(client.next(H2Wire.HEADERS)).isNotNull();
        for (int i = 0; i < 3; i++) {
          rest(client);
          client.data(1, false, ping);
          assertThat(client.next(H2Wire.DATA).payload()).isEqualTo(ping);
        }
      }
    }
  }

  /** Time in which nothing happens that either side would mind, and nothing does. */
  private void rest(H2Wire client) {
    assertThat(client.isSilent(400)).isTrue();
  }

  @Test
  void eventsMayRestLongerThanAnAnswer() {
    CountDownLatch go = new CountDownLatch(1);
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      + "Transfer-Encoding: chunked\r\n\r\n3\r\na\n\n\r\n");
              await(go);
              wire.send("3\r\nb\n\n\r\n0\r\n\r\n");
            })) {
      serve("{}", "{'Timeouts':{'Read':'200ms'}}", origin);
      try (Wire client = Wire.connect(port)) {
        client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
        client.head();
        assertThat(client.line()).isEqualTo("3");
        client.bytes(5);
        assertThat(client.hears(500)).isFalse();
        go.countDown();
        assertThat(client.line()).isEqualTo("3");
      }
    }
  }

  /**
   * What a server takes is known from its SETTINGS; until they are there it gets one exchange,
   * since some end the whole connection over one that is too many.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aServerIsNeverGivenMoreStreamsThanItTakes(int limit) {
    AtomicInteger most = new AtomicInteger();
    try (Origin origin =
        Origin.scripted(
            wire -> {
              H2Wire server = H2Wire.accepting(wire);
              List<Integer> open = new ArrayList<>();
              boolean greeted = false;
              for (H2Wire.Frame frame = server.any(); frame != null; frame = server.any()) {
                if (frame.type() == H2Wire.HEADERS) {
                  open.add(frame.stream());
                  most.accumulateAndGet(open.size(), Math::max);
                }
                if (!open.isEmpty() && !wire.hears(100)) {
                  if (!greeted) {
                    server.settings(MAX_CONCURRENT_STREAMS, limit);
                    greeted = true;
                  }
                  open.forEach(stream -> server.headers(stream, true, ":status", "204"));
                  open.clear();
                }
              }
            })) {
      serve("{}", "{'Protocol':'h2c'}", origin);
      try (H2Wire client = new H2Wire(port)) {
        for (int i = 0; i < 10; i++) {
          client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 2 * i + 1, get("/"));
        }
        for (int i = 0; i < 10; i++) {
          assertThat(client.fields(client.next(H2Wire.HEADERS))).contains(":status: 204");
        }
      }
      assertThat(most).hasValueBetween(1, limit);
    }
  }

  /** Whoever waits for a connection to it goes on to another server, and that is no failure. */
  @Test
  void aServerMayGoWhileItHasNotSaidWhatItTakes() {
    CountDownLatch gone = new CountDownLatch(1);
    Origin.Script answering =
        wire -> {
          H2Wire server = H2Wire.serving(wire);
          for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
              request != null;
              request = server.next(H2Wire.HEADERS)) {
            server.headers(request.stream(), true, ":status", "204");
          }
        };
    Origin.Script late =
        wire -> {
          H2Wire server = H2Wire.accepting(wire);
          H2Wire.Frame request = server.next(H2Wire.HEADERS);
          if (request != null) {
            await(gone);
            server.settings();
            server.headers(request.stream(), true, ":status", "204");
            wire.toEnd();
          }
        };
    try (Origin leaving = Origin.scripted(late);
        Origin staying = Origin.scripted(answering)) {
      serve("{}", "{'Protocol':'h2c','Timeouts':{'Dial':'20s'}}", leaving);
      try (H2Wire client = new H2Wire(port)) {
        for (int i = 0; i < 5; i++) {
          client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 2 * i + 1, get("/"));
        }
        Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 5);
        gateway.server("b", "other", staying.port()).awaitRoute("f", "b", staying);
        gateway.remove("backends/b/servers/s0");
        Awaitility.await()
            .until(() -> gateway.gateway().status().table().backend("b").wanted().size() == 1);
        gone.countDown();

        for (int i = 0; i < 5; i++) {
          assertThat(client.fields(client.next(H2Wire.HEADERS))).contains(":status: 204");
        }
      }
      assertThat(gateway.admin("/metrics").body()).doesNotContain("upstream_closed");
    } finally {
      gone.countDown();
    }
  }

  @Test
  void aServerThatNeverSaysWhatItTakesHoldsNobodyForLong() {
    try (Origin origin = Origin.scripted(Wire::toEnd)) {
      serve("{}", "{'Protocol':'h2c','Timeouts':{'Dial':'300ms','Read':'300ms'}}", origin);
      try (H2Wire client = new H2Wire(port)) {
        for (int i = 0; i < 5; i++) {
          client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 2 * i + 1, get("/"));
        }
        for (int i = 0; i < 5; i++) {
          assertThat(client.fields(client.next(H2Wire.HEADERS))).contains(":status: 504");
        }
      }
    }
  }

  /** What waited for its window is dropped then, which is nobody's fault. */
  @Test
  void aClientThatCancelsBreaksNoRule() {
    try (Origin origin = Origin.scripted(wire -> large(H2Wire.serving(wire)))) {
      serve("{}", "{'Protocol':'h2c'}", origin);
      try (H2Wire client = new H2Wire(port)) {
        client.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 1, get("/large"));
        int received = 0;
        while (received < 65_535) {
          received += client.next(H2Wire.DATA).payload().length;
        }
        client.frame(H2Wire.RST_STREAM, 0, 1, H2Wire.number(CANCEL));
        client.frame(H2Wire.PING, 0, 0, new byte[8]);
        assertThat(client.next(H2Wire.PING)).isNotNull();
      }
      assertThat(gateway.meter("sluice_rejected_total{reason=\"protocol_error\"}")).isZero();
      assertThat(gateway.meter("sluice_rejected_total{reason=\"client_gone\"}")).isOne();
    }
  }
}
