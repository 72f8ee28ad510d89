package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who the client is, when other proxies stand in front; and how much a listener takes. */
class EdgeIT {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a.example:81\r\n\r\n";

  private Origin origin;
  private TestGateway gateway;
  private int port;

  @BeforeEach
  void start() {
    origin = Origin.echoing();
    gateway = TestGateway.onFolder();
    gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
    port = FreePort.next();
  }

  @AfterEach
  void stop() {
    gateway.close();
    origin.close();
  }

  private void listener(String more, String settings) {
    gateway
        .put(
            "listeners/l",
            "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
                + port
                + "'}"
                + more
                + ",'Settings':{"
                + settings
                + "}}")
        .awaitServing(port);
    gateway.awaitRoute("f", "b", origin);
  }

  private void proxyListener() {
    listener(",'ProxyProtocol':'PROXY_V2'", "'TrustedProxies':['127.0.0.0/8']");
  }

  private static byte[] v2(int command, int family, byte... address) {
    byte[] header = new byte[16 + address.length];
    byte[] signature = {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    System.arraycopy(signature, 0, header, 0, signature.length);
    header[12] = (byte) (0x20 | command);
    header[13] = (byte) (family << 4 | 1);
    header[14] = (byte) (address.length >>> 8);
    header[15] = (byte) address.length;
    System.arraycopy(address, 0, header, 16, address.length);
    return header;
  }

  private String sees(byte[] header) {
    try (Wire wire = Wire.connect(port)) {
      for (byte b : header) {
        wire.send(new byte[] {b}, 1);
      }
      wire.send(REQUEST);
      return wire.message().body();
    }
  }

  @Test
  void theProxyHeaderSaysWhoTheClientIs() {
    proxyListener();

    assertThat(
            sees("PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII)))
        .contains("X-Forwarded-For: 192.0.2.7\r\n");
    assertThat(
            sees("PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n".getBytes(StandardCharsets.US_ASCII)))
        .contains("X-Forwarded-For: 2001:db8::7\r\n");
    assertThat(sees("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)))
        .contains("X-Forwarded-For: 127.0.0.1\r\n");
    assertThat(
            sees(
                v2(
                    1,
                    1,
                    (byte) 198,
                    (byte) 51,
                    (byte) 100,
                    (byte) 9,
                    (byte) 1,
                    (byte) 2,
                    (byte) 3,
                    (byte) 4,
                    (byte) 0,
                    (byte) 1,
                    (byte) 0,
                    (byte) 2,
                    (byte) 4,
                    (byte) 0,
                    (byte) 1,
                    (byte) 7)))
        .contains("X-Forwarded-For: 198.51.100.9\r\n");
    assertThat(sees(v2(0, 0))).contains("X-Forwarded-For: 127.0.0.1\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1~Host: a~~",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1~",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 70000~",
    "PROXY TCP4 ::1 ::1 1 2~",
    "PROXY TCP9 1.2.3.4 5.6.7.8 1 2~",
    "PROXY",
  })
  void aConnectionWithoutAGoodHeaderIsClosedAndCounted(String start) {
    proxyListener();
    try (Wire wire = Wire.connect(port)) {
      wire.send(start.replace("~", "\r\n"));
      assertThat(wire.ends()).isTrue();
    }
    Awaitility.await()
        .until(() -> gateway.meter("sluice_rejected_total{reason=\"bad_proxy_header\"}") >= 1);
    assertThat(origin.heads()).isEmpty();
  }

  /** Through a second gateway, whose header the first one reads. */
  @ParameterizedTest
  @CsvSource({"PROXY_V1", "PROXY_V2"})
  void aServerIsToldWhoseConnectionIsPassedOn(String version) throws IOException {
    proxyListener();
    try (TestGateway outer = TestGateway.onFolder()) {
      int entrance = outer.listener("outer");
      outer.put(
          "backends/inner/backend",
          "{'Type':'http','Settings':{'ProxyProtocol':'" + version + "'}}");
      outer.server("inner", "s", port);
      outer.frontend("outer", "inner", "PathRegexp(`.*`)").awaitServing(entrance);
      outer.awaitStatus(entrance, "/", 200);
      int before = origin.heads().size();

      InetAddress home = InetAddress.getByName("127.0.0.2");
      try (Wire wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), entrance, home, 0))) {
        for (int i = 0; i < 5; i++) {
          wire.send(REQUEST);
          assertThat(wire.message().body()).contains("X-Forwarded-For: 127.0.0.2, 127.0.0.2\r\n");
        }
      }
      assertThat(origin.heads()).hasSize(before + 5);
    }
  }

  @Test
  void whoIsNotATrustedProxyIsNotHeard() {
    listener(",'ProxyProtocol':'PROXY_V1'", "'TrustedProxies':['10.0.0.0/8']");
    try (Wire wire = Wire.connect(port)) {
      assertThat(wire.ends()).isTrue();
    }
  }

  @Test
  void behindTrustedProxiesTheLastUntrustedHopIsTheClient() {
    listener("", "'TrustedProxies':['127.0.0.1','10.0.0.0/8'],'Forwarded':true");
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.9, 10.1.1.1\r\n"
              + "X-Forwarded-Proto: https\r\nForwarded: for=192.0.2.9\r\n"
              + "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
              + "X-Request-Id: mine\r\n\r\n");

      assertThat(wire.message().body())
          .contains(
              "X-Forwarded-For: 6.6.6.6, 192.0.2.9, 10.1.1.1, 127.0.0.1\r\n",
              "X-Real-IP: 192.0.2.9\r\n",
              "X-Forwarded-Proto: https\r\n",
              "Forwarded: for=192.0.2.9, for=127.0.0.1;proto=http;host=\"a.example\"\r\n",
              "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
              "X-Request-Id: mine\r\n");
    }
  }

  @Test
  void aRequestWithoutAnIdGetsOne() {
    listener("", "");
    try (Wire wire = Wire.connect(port)) {
      wire.send(REQUEST);
      assertThat(wire.message().body()).containsPattern("X-Request-Id: [0-9a-f]{32}\r\n");
    }
  }

  @Test
  void encodedSlashesAreRefusedWhereTheListenerSaysSo() {
    listener("", "'EncodedSlashes':'reject','Limits':{'MaxHeaders':2,'MaxBodyBytes':3}");
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(wire.message().status()).isEqualTo(400);
      wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
      assertThat(wire.message().status()).isEqualTo(413);
    }
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nY: z\r\n\r\n");
      assertThat(wire.message().status()).isEqualTo(431);
    }
  }

  @Test
  void timeoutsAreTheListeners() {
    listener("", "'Timeouts':{'Idle':'100ms','Head':'100ms','Body':'100ms'}");
    try (Wire idle = Wire.connect(port);
        Wire head = Wire.connect(port);
        Wire body = Wire.connect(port)) {
      head.send("GET / HTTP/1.1\r\nHo");
      body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbod");

      assertThat(idle.ends()).isTrue();
      assertThat(head.message().status()).isEqualTo(408);
      assertThat(body.message().status()).isEqualTo(408);
    }
  }
}
