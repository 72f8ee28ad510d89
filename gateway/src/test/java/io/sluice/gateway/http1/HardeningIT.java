package io.sluice.gateway.http1;

import static io.sluice.gateway.testbed.H2Wire.CONTINUATION;
import static io.sluice.gateway.testbed.H2Wire.DATA;
import static io.sluice.gateway.testbed.H2Wire.END_HEADERS;
import static io.sluice.gateway.testbed.H2Wire.END_STREAM;
import static io.sluice.gateway.testbed.H2Wire.GOAWAY;
import static io.sluice.gateway.testbed.H2Wire.HEADERS;
import static io.sluice.gateway.testbed.H2Wire.PING;
import static io.sluice.gateway.testbed.H2Wire.PRIORITY;
import static io.sluice.gateway.testbed.H2Wire.RST_STREAM;
import static io.sluice.gateway.testbed.H2Wire.SETTINGS;
import static io.sluice.gateway.testbed.H2Wire.WINDOW_UPDATE;
import static io.sluice.gateway.testbed.H2Wire.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Attack;
import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Score;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks from raw sockets, before an origin that records what reaches it. For each: the client
 * gets its status and the connection ends; no request of the attack is answered by the origin; the
 * next client gets its own answer; metric and reply name the reason.
 *
 * <p>At the end the score is compared with the table in {@code gateway/README.md}; {@code
 * -Dscore.apply=true} writes it there.
 */
class HardeningIT {
  private static final Score SCORE = new Score("score");
  private static final byte[] NOTHING = {};

  private static Origin origin;
  private static TestGateway gateway;
  private static int port;

  @BeforeAll
  static void start() {
    origin = Origin.echoing();
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
    gateway.awaitServing(port).awaitStatus(port, "/", 200);
  }

  @AfterAll
  static void stop() throws IOException {
    gateway.close();
    origin.close();
    SCORE.publish();
  }

  private static double rejected(String reason) {
    return gateway.meter("sluice_rejected_total{reason=\"" + reason + "\"}");
  }

  private static void theNextClientGetsItsOwnAnswer() {
    try (Wire next = Wire.connect(port)) {
      next.send("GET /own HTTP/1.1\r\nHost: own\r\n\r\n");
      assertThat(next.message().body()).startsWith("GET /own HTTP/1.1");
    }
  }

  static List<Attack> attacks() {
    return Attack.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void isRefusedClosedAndNeverAnsweredByTheServer(Attack attack) {
    double before = rejected(attack.reason());
    int answered = origin.heads().size();
    try (Wire wire = Wire.connect(port)) {
      wire.send(attack.request());

      Wire.Message reply = wire.message();

      assertThat(reply.status()).isEqualTo(attack.status());
      assertThat(reply.body()).contains("\"reason\":\"" + attack.reason() + "\"");
      assertThat(wire.ends()).isTrue();
    }
    assertThat(origin.heads()).hasSize(answered);
    assertThat(rejected(attack.reason())).isEqualTo(before + 1);
    theNextClientGetsItsOwnAnswer();
    SCORE.withstood(attack.kind());
  }

  /**
   * What a client does in HTTP/2 and how it must end.
   *
   * @param end {@link H2Wire#GOAWAY}, {@link H2Wire#RST_STREAM} or {@link H2Wire#HEADERS} for a
   *     reply
   */
  record Http2Attack(String kind, String name, int end, Consumer<H2Wire> play) {
    @Override
    public String toString() {
      return kind + ": " + name;
    }
  }

  /** A head that the codec resets. */
  private static Http2Attack head(String name, String... fields) {
    return doubtful(name, RST_STREAM, fields);
  }

  /** A head that gets a reply. */
  private static Http2Attack refused(String name, String... fields) {
    return doubtful(name, HEADERS, fields);
  }

  private static Http2Attack doubtful(String name, int end, String... fields) {
    return new Http2Attack(
        "HTTP/2: heads that HTTP/1 would read otherwise",
        name,
        end,
        wire -> wire.frame(HEADERS, END_HEADERS | END_STREAM, 1, section(fields)));
  }

  private static Http2Attack flood(String name, Consumer<H2Wire> play) {
    return new Http2Attack("HTTP/2: floods", name, GOAWAY, play);
  }

  private static void times(int count, Runnable action) {
    try {
      for (int i = 0; i < count; i++) {
        action.run();
      }
    } catch (UncheckedIOException closed) {
      // The gateway has had enough, which is what the test waits for.
    }
  }

  static Stream<Http2Attack> http2Attacks() {
    String[] get = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"};
    return Stream.of(
        head("CR LF in a value", with(get, "x", "a\r\nHost: b")),
        head("NUL in a value", with(get, "x", "a\0b")),
        head("LF in a name", with(get, "x\ny", "a")),
        head("upper case", with(get, "X-Upper", "a")),
        head("a pseudo-header among the others", with(get, ":path", "/b")),
        head("connection", with(get, "connection", "close")),
        head("transfer-encoding", with(get, "transfer-encoding", "chunked")),
        head("upgrade", with(get, "upgrade", "h2c")),
        head("te: gzip", with(get, "te", "gzip")),
        head("a length and no body", with(get, "content-length", "5")),
        head("no path", ":method", "GET", ":scheme", "http", ":authority", "a"),
        head(
            "CR LF in the path",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/ HTTP/1.1\r\nX: y",
            ":authority",
            "a"),
        refused(
            "space in the method",
            ":method",
            "GET /x HTTP/1.1",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "a"),
        refused(
            "a path without slash",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "x",
            ":authority",
            "a"),
        refused(
            "an authority with a slash",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "a/b"),
        refused(
            "an authority with a user",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "u@a"),
        refused("host and authority differ", with(get, "host", "b")),
        refused("no authority", ":method", "GET", ":scheme", "http", ":path", "/"),
        head(
            "two lengths",
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "a",
            "content-length",
            "0",
            "content-length",
            "5"),
        refused("CONNECT", ":method", "CONNECT", ":authority", "a"),
        refused("a protocol without CONNECT", with(get, ":protocol", "websocket")),
        refused(
            "a port that is none", with(java.util.Arrays.copyOf(get, 6), ":authority", "a:99999")),
        upgrade("h2c"),
        upgrade("H2C"),
        upgrade("h2"),
        upgrade("HTTP/2.0"),
        flood(
            "rapid reset (CVE-2023-44487)",
            wire -> {
              int[] id = {-1};
              times(
                  10_000,
                  () -> {
                    id[0] += 2;
                    wire.frame(HEADERS, END_HEADERS | END_STREAM, id[0], H2Wire.get("/"));
                    wire.frame(RST_STREAM, 0, id[0], new byte[] {0, 0, 0, 8});
                  });
            }),
        flood(
            "made-you-reset (CVE-2025-55163)",
            wire -> {
              int[] id = {-1};
              times(
                  2_000,
                  () -> {
                    id[0] += 2;
                    wire.frame(
                        HEADERS,
                        END_HEADERS,
                        id[0],
                        section(
                            ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
                    wire.frame(WINDOW_UPDATE, 0, id[0], new byte[4]);
                  });
            }),
        madeToReset("a stream that depends on itself", true, PRIORITY, 0, id -> dependingOn(id)),
        madeToReset(
            "a second head", true, HEADERS, END_HEADERS | END_STREAM, id -> H2Wire.get("/")),
        madeToReset("DATA after the end", true, DATA, 0, id -> new byte[1]),
        madeToReset("a window opened by nothing", true, WINDOW_UPDATE, 0, id -> new byte[4]),
        madeToReset(
            "a window opened too far",
            true,
            WINDOW_UPDATE,
            0,
            id -> new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff}),
        madeToReset("a longer body than was said", false, DATA, END_STREAM, id -> new byte[9]),
        madeToReset("a shorter body than was said", false, DATA, END_STREAM, id -> NOTHING),
        madeToReset("a priority of one byte", true, PRIORITY, 0, id -> new byte[1]),
        flood(
            "CONTINUATION without end (CVE-2024-27316)",
            wire -> {
              wire.frame(HEADERS, 0, 1, H2Wire.get("/"));
              times(10_000, () -> wire.frame(CONTINUATION, 0, 1, NOTHING));
            }),
        flood(
            "CONTINUATION of a byte each",
            wire -> {
              wire.frame(HEADERS, 0, 1, H2Wire.get("/"));
              times(100_000, () -> wire.frame(CONTINUATION, 0, 1, new byte[] {0}));
            }),
        flood("PING", wire -> times(100_000, () -> wire.frame(PING, 0, 0, new byte[8]))),
        flood("SETTINGS", wire -> times(100_000, () -> wire.frame(SETTINGS, 0, 0, NOTHING))),
        flood(
            "PRIORITY",
            wire -> times(100_000, () -> wire.frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 16}))),
        flood(
            "WINDOW_UPDATE",
            wire -> times(100_000, () -> wire.frame(WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1}))),
        flood(
            "empty DATA",
            wire -> {
              wire.frame(
                  HEADERS,
                  END_HEADERS,
                  1,
                  section(":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
              times(100_000, () -> wire.frame(DATA, 0, 1, NOTHING));
            }),
        new Http2Attack(
            "HTTP/2: heads that grow (CVE-2026-49975)",
            "10,000 cookie crumbs of a byte each",
            HEADERS,
            wire -> {
              String[] fields = java.util.Arrays.copyOf(get, get.length + 800);
              for (int i = get.length; i < fields.length; i += 2) {
                fields[i] = "cookie";
                fields[i + 1] = "a";
              }
              wire.frame(HEADERS, END_HEADERS | END_STREAM, 1, section(fields));
            }),
        new Http2Attack(
            "HTTP/2: heads that grow (CVE-2026-49975)",
            "one indexed field, thousands of times",
            HEADERS,
            wire -> {
              byte[] get1 = section(get);
              byte[] bomb = java.util.Arrays.copyOf(get1, get1.length + 8_000);
              java.util.Arrays.fill(bomb, get1.length, bomb.length, (byte) (0x80 | 16));
              wire.frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb);
            }));
  }

  /** Thousands of streams, each with a frame for which the gateway has to reset it. */
  private static Http2Attack madeToReset(
      String name, boolean ended, int type, int flags, IntFunction<byte[]> payload) {
    byte[] post =
        section(
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "a",
            "content-length",
            "3");
    return flood(
        "made-you-reset by " + name,
        wire -> {
          int[] id = {-1};
          times(
              6_000,
              () -> {
                id[0] += 2;
                int head = ended ? END_HEADERS | END_STREAM : END_HEADERS;
                wire.frame(HEADERS, head, id[0], ended ? H2Wire.get("/") : post);
                wire.frame(type, flags, id[0], payload.apply(id[0]));
              });
        });
  }

  private static byte[] dependingOn(int id) {
    return new byte[] {(byte) (id >>> 24), (byte) (id >>> 16), (byte) (id >>> 8), (byte) id, 1};
  }

  private static Http2Attack upgrade(String protocol) {
    return new Http2Attack(
        "HTTP/2: tunnels to HTTP itself",
        ":protocol " + protocol,
        HEADERS,
        wire ->
            wire.frame(
                HEADERS,
                END_HEADERS,
                1,
                section(
                    ":method",
                    "CONNECT",
                    ":protocol",
                    protocol,
                    ":scheme",
                    "http",
                    ":path",
                    "/",
                    ":authority",
                    "a")));
  }

  private static String[] with(String[] fields, String... more) {
    String[] all = java.util.Arrays.copyOf(fields, fields.length + more.length);
    System.arraycopy(more, 0, all, fields.length, more.length);
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("http2Attacks")
  void endsAsTheProtocolSaysAndNeverReachesTheServer(Http2Attack attack) {
    int seen = origin.heads().size();
    boolean forwards = attack.end == GOAWAY;
    try (H2Wire wire = new H2Wire(port)) {
      attack.play.accept(wire);
      H2Wire.Frame end =
          attack.end == HEADERS ? wire.next(HEADERS) : forwards ? wire.next(GOAWAY) : wire.ending();

      // A flood may be cut so hard that the goodbye is lost with the connection.
      assertThat(end != null || forwards).isTrue();
      if (end != null && attack.end == RST_STREAM && end.type() == RST_STREAM) {
        assertThat(end.code()).isEqualTo(1);
      }
    }
    if (!forwards) {
      assertThat(origin.heads()).hasSize(seen);
    }
    theNextClientGetsItsOwnAnswer();
    Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
    SCORE.withstood(attack.kind);
  }
}
