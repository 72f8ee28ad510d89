package io.sluice.gateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kinds of frames that Autobahn's fuzzing client sends (RFC 6455 section 5), right and wrong: a
 * server of another implementation says the same through the gateway as without it, byte by byte.
 */
class WebSocketIT {
  private static final int SILENCE_MILLIS = 2_000;
  private static final int FIN = 0x80;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static Vertx vertx;
  private static HttpServer server;
  private static TestGateway gateway;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setMaxWebSocketFrameSize(1 << 20)
                    .setMaxWebSocketMessageSize(1 << 22))
            .webSocketHandler(
                socket -> {
                  socket.textMessageHandler(socket::writeTextMessage);
                  socket.binaryMessageHandler(socket::writeBinaryMessage);
                })
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway.backend("b").server("b", "s", server.actualPort());
    gateway.frontend("f", "b", "PathRegexp(`.*`)").awaitServing(port);
    Awaitility.await()
        .until(
            () -> {
              RoutingTable table = gateway.gateway().status().table();
              return table.frontends().containsKey("f") && !table.wantedEndpoints().isEmpty();
            });
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
  }

  private static byte[] frame(int head, byte[] payload, boolean masked) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(head);
    int mask = masked ? 0x80 : 0;
    if (payload.length < 126) {
      out.write(mask | payload.length);
    } else if (payload.length < 65_536) {
      out.write(mask | 126);
      out.write(payload.length >>> 8);
      out.write(payload.length);
    } else {
      out.write(mask | 127);
      out.writeBytes(new byte[4]);
      out.write(payload.length >>> 24);
      out.write(payload.length >>> 16);
      out.write(payload.length >>> 8);
      out.write(payload.length);
    }
    byte[] key = {1, 2, 3, 4};
    if (masked) {
      out.writeBytes(key);
    }
    for (int i = 0; i < payload.length; i++) {
      out.write(masked ? payload[i] ^ key[i % 4] : payload[i]);
    }
    return out.toByteArray();
  }

  private static byte[] frame(int head, byte[] payload) {
    return frame(head, payload, true);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static final byte[] GOODBYE = frame(FIN | CLOSE, new byte[] {0x03, (byte) 0xe8});

  static Stream<Arguments> cases() {
    Random random = new Random(11);
    Stream<Arguments> sizes =
        Stream.of(0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 500_000)
            .map(
                size -> {
                  byte[] payload = new byte[size];
                  random.nextBytes(payload);
                  return Arguments.of(
                      "binary of " + size, join(frame(FIN | BINARY, payload), GOODBYE));
                });
    Stream<Arguments> others =
        Stream.of(
            Arguments.of("text", join(frame(FIN | TEXT, text("grüße €")), GOODBYE)),
            Arguments.of(
                "fragments with a ping between",
                join(
                    frame(TEXT, text("frag")),
                    frame(FIN | PING, text("in between")),
                    frame(CONTINUATION, text("men")),
                    frame(FIN | CONTINUATION, text("ted")),
                    GOODBYE)),
            Arguments.of("ping", join(frame(FIN | PING, new byte[125]), GOODBYE)),
            Arguments.of("a ping that is too long", frame(FIN | PING, new byte[126])),
            Arguments.of(
                "an unasked pong",
                join(frame(FIN | PONG, text("x")), frame(FIN | TEXT, text("y")), GOODBYE)),
            Arguments.of("reserved bits", frame(FIN | 0x40 | TEXT, text("x"))),
            Arguments.of("a reserved opcode", frame(FIN | 5, text("x"))),
            Arguments.of("continuation of nothing", frame(FIN | CONTINUATION, text("x"))),
            Arguments.of("a frame without mask", frame(FIN | TEXT, text("x"), false)),
            Arguments.of(
                "text that is no UTF-8", frame(FIN | TEXT, new byte[] {(byte) 0xff, 0x00})),
            Arguments.of(
                "close with code and reason",
                frame(FIN | CLOSE, join(new byte[] {0x0b, (byte) 0xb8}, text("bye")))),
            Arguments.of("close with a code that is none", frame(FIN | CLOSE, new byte[] {0, 5})),
            Arguments.of("close with a byte", frame(FIN | CLOSE, new byte[] {1})));
    return Stream.concat(sizes, others);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void theServerSaysTheSameThroughTheGatewayAsWithoutIt(String name, byte[] frames) {
    String direct = transcript(server.actualPort(), frames, frames.length);
    assertThat(direct).startsWith("HTTP/1.1 101");

    assertThat(transcript(port, frames, frames.length)).isEqualTo(direct);
    assertThat(transcript(port, frames, Math.max(1, frames.length / 7))).isEqualTo(direct);
  }

  /** What the server answers to these bytes, sent in pieces, until it closes or falls silent. */
  private static String transcript(int target, byte[] frames, int piece) {
    try (Wire wire = Wire.connect(target)) {
      wire.send(
          "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
      String status = wire.head().lines().findFirst().orElse("");
      try {
        for (int at = 0; at < frames.length; at += piece) {
          byte[] part = Arrays.copyOfRange(frames, at, Math.min(frames.length, at + piece));
          wire.send(part, part.length);
        }
      } catch (UncheckedIOException closedAlready) {
        // The server has seen enough of what is wrong.
      }
      Wire.Rest rest = wire.rest(SILENCE_MILLIS);
      byte[] said = rest.said();
      return status
          + "\n"
          + said.length
          + (rest.ended() ? " bytes and the end " : " bytes and silence ")
          + (said.length < 100 ? HexFormat.of().formatHex(said) : Arrays.hashCode(said));
    }
  }
}
