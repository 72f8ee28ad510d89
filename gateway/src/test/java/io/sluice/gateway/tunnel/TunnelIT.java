package io.sluice.gateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections that change from HTTP to something else. */
class TunnelIT {
  private static final String ASK =
      "GET /chat HTTP/1.1\r\n"
          + "Host: a\r\n"
          + "Connection: keep-alive, Upgrade\r\n"
          + "Upgrade: websocket\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Version: 13\r\n\r\n";

  private final AtomicInteger requests = new AtomicInteger();
  private TestGateway gateway;
  private final List<Integer> halves = new CopyOnWriteArrayList<>();
  private Origin origin;
  private Wire client;
  private int port;

  @BeforeEach
  void start() {
    origin =
        Origin.scripted(
            wire -> {
              for (String head = wire.head(); head != null; head = wire.head()) {
                requests.incrementAndGet();
                if ("websocket".equalsIgnoreCase(Wire.header(head, "Upgrade"))) {
                  assertThat(Wire.header(head, "Connection")).isEqualTo("Upgrade");
                  assertThat(Wire.header(head, "Sec-WebSocket-Key")).isNotNull();
                  wire.send(
                      "HTTP/1.1 101 Switching Protocols\r\n"
                          + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                  echo(wire);
                  return;
                }
                wire.send(Origin.response("plain"));
              }
            });
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway
        .backend("b", "{'Timeouts':{'TunnelDrain':'300ms'}}", origin)
        .frontend("f", "b", "PathRegexp(`.*`)");
    gateway.awaitServing(port).awaitStatus(port, "/", 200);
    client = Wire.connect(port);
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
    origin.close();
  }

  private static void echo(Wire wire) {
    byte[] some = new byte[4096];
    for (int count = wire.some(some); count > 0; count = wire.some(some)) {
      wire.send(some, count);
    }
  }

  private void open() {
    client.send(ASK);
    String head = client.head();
    assertThat(head).startsWith("HTTP/1.1 101 ");
    assertThat(Wire.header(head, "Upgrade")).isEqualTo("websocket");
    assertThat(Wire.header(head, "Connection")).isEqualTo("Upgrade");
  }

  private void says(String text) {
    client.send(text);
    assertThat(new String(client.bytes(text.length()), java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo(text);
  }

  @Test
  void bytesPassBothWaysAfterTheServerHasAgreed() {
    open();

    says("GET / HTTP/1.1\r\n\r\n");
    says("x".repeat(100_000));
  }

  @Test
  void whatWasSentBeforeTheAnswerIsNotLost() {
    client.send(ASK + "early");

    assertThat(client.head()).startsWith("HTTP/1.1 101 ");
    assertThat(client.bytes(5)).asString().isEqualTo("early");
  }

  @Test
  void aTunnelSurvivesUnrelatedSwapsAndEndsInTimeWhenItsServerGoes() {
    open();
    try (Origin next = Origin.named("next")) {
      for (int i = 0; i < 20; i++) {
        gateway.frontend("other" + i, "b", "Path(`/other" + i + "`)");
        says("still here");
      }

      gateway.server("b", "s0", next.port());
      gateway.awaitRoute("f", "b", next);

      says("once more");
      assertThat(client.ends()).isTrue();
      Awaitility.await()
          .until(() -> gateway.meter("sluice_rejected_total{reason=\"tunnel_drained\"}") == 1);
    }
  }

  @Test
  void aTunnelIsOverWhenEitherSideLeaves() {
    open();
    int before = origin.connections();

    client.close();

    Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
    Awaitility.await().until(() -> origin.connections() == before - 1);
    assertThat(gateway.meter("sluice_rejected_total{reason=\"client_gone\"}")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET / HTTP/1.0~Connection: Upgrade~Upgrade: websocket~Sec-WebSocket-Key: x~~",
        "GET / HTTP/1.1~Host: a~Upgrade: websocket~Sec-WebSocket-Key: x~~",
        "GET / HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: websocket~~",
        "GET / HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: h2c~HTTP2-Settings: AAA~~",
        "GET / HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: a, b~~",
        "POST / HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: websocket~Sec-WebSocket-Key: x~"
            + "Content-Length: 0~~",
      })
  void aDoubtfulWishToChangeIsAPlainRequest(String ask) {
    client.send(ask.replace("~", "\r\n"));

    assertThat(client.message().body()).isEqualTo("plain");
  }

  /** Of a tunnel each direction ends by itself, over HTTP/1.1 and HTTP/2 alike. */
  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void whatOneSideSendsAfterTheOtherHasEndedArrivesWhole(boolean multiplexed, boolean clientFirst) {
    byte[] much = new byte[5_000_000];
    try (TestGateway outer = TestGateway.onFolder();
        Origin half =
            Origin.scripted(
                wire -> {
                  wire.head();
                  wire.send(
                      "HTTP/1.1 101 Switching Protocols\r\n"
                          + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
                  if (clientFirst) {
                    String got = Integer.toString(wire.toEnd().length);
                    wire.send(much, much.length);
                    wire.send(got);
                  } else {
                    wire.send("mine");
                    wire.endOutput();
                    halves.add(wire.toEnd().length);
                  }
                })) {
      gateway.backend("half", half).frontend("half", "half", "Path(`/half`)");
      gateway.awaitRoute("half", "half", half);
      int entrance = port;
      if (multiplexed) {
        entrance = outer.listener("outer");
        outer.backend("inner", "{'Protocol':'h2c'}").server("inner", "s", port);
        outer.frontend("outer", "inner", "PathRegexp(`.*`)").awaitServing(entrance);
        outer.awaitRoute("outer", "inner", port);
      }
      try (Wire wire = Wire.connectNarrow(entrance)) {
        wire.send("GET /half HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        assertThat(wire.head()).startsWith("HTTP/1.1 101");
        if (clientFirst) {
          wire.send(much, much.length);
          wire.endOutput();
          assertThat(wire.bytes(much.length)).isEqualTo(much);
          assertThat(wire.toEnd()).asString().isEqualTo("5000000");
        } else {
          assertThat(wire.toEnd()).asString().isEqualTo("mine");
          wire.send(much, much.length);
          wire.endOutput();
          Awaitility.await().untilAsserted(() -> assertThat(halves).containsExactly(5_000_000));
        }
      }
      Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
      assertThat(gateway.meter("sluice_rejected_total{reason=\"client_gone\"}")).isZero();
    }
  }

  /**
   * Through a second gateway, which reaches the first over HTTP/2 (RFC 8441). The first exchange of
   * a connection is answered as the hundredth is, on every event loop.
   */
  @Test
  void aTunnelPassesThroughHttp2OnBothSidesFromTheFirstExchangeOn() {
    try (TestGateway outer = TestGateway.onFolder()) {
      int entrance = outer.listener("outer");
      outer.put("backends/inner/backend", "{'Type':'http','Settings':{'Protocol':'h2c'}}");
      outer.server("inner", "s", port);
      outer.frontend("outer", "inner", "PathRegexp(`.*`)").awaitServing(entrance);
      outer.awaitRoute("outer", "inner", port);
      for (int i = 0; i < 8; i++) {
        client.close();
        client = Wire.connect(entrance);

        // The name of a protocol is the same in any case (RFC 9110 section 7.8).
        client.send((i % 2 == 0 ? ASK : ASK.replace("websocket", "WebSocket")) + "early");

        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 101 ");
        assertThat(Wire.header(head, "Sec-WebSocket-Accept"))
            .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(client.bytes(5)).asString().isEqualTo("early");
      }
      says("x".repeat(300_000));
      client.close();
      Awaitility.await().until(() -> outer.meter("sluice_exchanges_in_flight") == 0);
      Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
    }
  }

  @Test
  void aServerThatDoesNotAgreeAnswersAsUsual() {
    client.send(ASK.replace("websocket", "something"));
    assertThat(client.message().body()).isEqualTo("plain");
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(client.message().body()).isEqualTo("plain");
  }

  @Test
  void aServerThatChangesUnaskedIsNotFollowed() {
    try (Origin rude =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send(
                  "HTTP/1.1 101 Switching Protocols\r\n"
                      + "Connection: Upgrade\r\nUpgrade: other\r\n\r\nsecret");
            })) {
      gateway.backend("rude", rude).frontend("rude", "rude", "Path(`/rude`)");
      gateway.awaitRoute("rude", "rude", rude);

      client.send(ASK.replace("/chat", "/rude"));

      assertThat(client.message().status()).isEqualTo(502);
    }
  }
}
