package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which a server fails has a status and a name of its own. */
class ReasonsIT extends RawConnection {
  private static final String PROTOCOL_ERRORS = "sluice_rejected_total{reason=\"protocol_error\"}";
  private static final int REFUSED_STREAM = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  private static void isToldOf(Wire.Message answer, int status, String reason) {
    assertThat(answer.body()).contains("\"status\":" + status + ",\"reason\":\"" + reason + "\"");
  }

  private Wire.Message ask(String path) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.message();
  }

  private static void route(String name, String settings, String url) {
    gateway
        .put("backends/" + name + "/backend", "{'Type':'http','Settings':" + settings + "}")
        .put("backends/" + name + "/servers/s", "{'URL':'" + url + "'}")
        .frontend(name, name, "Path(`/" + name + "`)");
    Awaitility.await().until(() -> TestGateway.get(port, "/" + name).statusCode() != 200);
  }

  @Test
  void nobodyListensThere() {
    Origin dead = Origin.named("dead");
    dead.close();
    route("dead", "{}", dead.url());

    isToldOf(ask("/dead"), 502, "connect_failed");
  }

  /** A queue of connections that nobody takes is full; the next one is never answered. */
  @Test
  void nobodyTakesTheConnection() throws IOException {
    Deque<Socket> queue = new ArrayDeque<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(deaf, queue);
      route("deaf", "{'Timeouts':{'Dial':'300ms'}}", "http://127.0.0.1:" + deaf.getLocalPort());

      isToldOf(ask("/deaf"), 504, "connect_timeout");
    } finally {
      for (Socket each : queue) {
        each.close();
      }
    }
  }

  private static void fill(ServerSocket deaf, Deque<Socket> queue) throws IOException {
    InetSocketAddress there =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), deaf.getLocalPort());
    while (true) {
      Socket next = new Socket();
      queue.push(next);
      try {
        next.connect(there, 500);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
  }

  @Test
  void theServerSpeaksNoTls() {
    try (Origin plain =
        Origin.scripted(
            wire -> {
              wire.some(new byte[1]);
              wire.send(Origin.response("no"));
            })) {
      route("plain", "{}", plain.url().replace("http:", "https:"));

      isToldOf(ask("/plain"), 502, "upstream_tls_failed");
    }
  }

  @Test
  void theServerDoesNotGoOnWithTls() {
    try (Origin slow = Origin.scripted(Wire::toEnd)) {
      route(
          "slowtls",
          "{'Timeouts':{'TLSHandshake':'300ms'}}",
          slow.url().replace("http:", "https:"));

      isToldOf(ask("/slowtls"), 504, "upstream_tls_timeout");
    }
  }

  @ParameterizedTest
  @CsvSource({REFUSED_STREAM + ", upstream_refused", ENHANCE_YOUR_CALM + ", upstream_reset"})
  void theServerEndsTheStream(int code, String reason) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              H2Wire server = H2Wire.serving(wire);
              for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
                  request != null;
                  request = server.next(H2Wire.HEADERS)) {
                server.frame(H2Wire.RST_STREAM, 0, request.stream(), H2Wire.number(code));
              }
            })) {
      route(reason, "{'Protocol':'h2c'}", origin.url());

      isToldOf(ask("/" + reason), 502, reason);
    }
  }

  @Test
  void theServerCannotChangeProtocolsOverHttp2() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              H2Wire server = H2Wire.serving(wire);
              for (H2Wire.Frame request = server.next(H2Wire.HEADERS);
                  request != null;
                  request = server.next(H2Wire.HEADERS)) {
                server.headers(request.stream(), true, ":status", "204");
              }
            })) {
      route("h2only", "{'Protocol':'h2c'}", origin.url());
      client.send(
          "GET /h2only HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

      isToldOf(client.message(), 502, "upgrade_refused");
    }
  }

  @Test
  void nothingPassesThroughTheTunnel() {
    try (Origin silent =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send(
                  "HTTP/1.1 101 Switching Protocols\r\n"
                      + "Connection: Upgrade\r\nUpgrade: x\r\n\r\n");
              wire.toEnd();
            })) {
      gateway
          .backend("tunnel", "{'Timeouts':{'TunnelIdle':'300ms'}}", silent)
          .frontend("tunnel", "tunnel", "Path(`/tunnel`)")
          .awaitRoute("tunnel", "tunnel", silent);
      client.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 101");

      assertThat(client.toEnd()).isEmpty();

      assertThat(gateway.meter("sluice_rejected_total{reason=\"tunnel_idle\"}")).isOne();
    }
  }

  @Test
  void noServerIsThere() {
    gateway.backend("none").frontend("none", "none", "Path(`/none`)");
    gateway.awaitStatus(port, "/none", 503);

    isToldOf(ask("/none"), 503, "no_endpoint");
  }

  @Test
  void theBodyComesTooSlowly() {
    int strict = gateway.listener("strict");
    gateway
        .put(
            "listeners/strict",
            "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
                + strict
                + "'},'Settings':{'Limits':{'MinBodyRate':100000}}}")
        .awaitServing(strict);
    try (Wire slow = Wire.connect(strict)) {
      slow.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
      while (!slow.hears(50)) {
        slow.send("x");
      }

      isToldOf(slow.message(), 408, "body_too_slow");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'Connection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc,dd,ee,ff,gg',"
        + "too_many_connection_options"
  })
  void theHeadIsRefused(String line, String reason) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");

    isToldOf(client.message(), 400, reason);
  }

  @ParameterizedTest
  @CsvSource({"connection, close", "keep-alive, timeout=5", "upgrade, x", "te, gzip"})
  void aFieldOfAConnectionHasNoPlaceInHttp2(String name, String value) {
    double before = gateway.meter(PROTOCOL_ERRORS);
    try (H2Wire http2 = new H2Wire(port)) {
      http2.headers(
          1,
          true,
          ":method",
          "GET",
          ":scheme",
          "http",
          ":path",
          "/",
          ":authority",
          "a",
          name,
          value);
      assertThat(http2.ending()).isNotNull();
    }
    assertThat(gateway.meter(PROTOCOL_ERRORS) - before).isOne();
  }

  /** Netty lets this one pass, so that it is the gateway's to refuse. */
  @Test
  void theSettingsOfAnUpgradeHaveNoPlaceInHttp2Either() {
    try (H2Wire http2 = new H2Wire(port)) {
      http2.headers(
          1,
          true,
          ":method",
          "GET",
          ":scheme",
          "http",
          ":path",
          "/",
          ":authority",
          "a",
          "http2-settings",
          "AAMAAABkAAQAAP__");
      assertThat(http2.fields(http2.next(H2Wire.HEADERS))).contains(":status: 400");
    }
    assertThat(gateway.meter("sluice_rejected_total{reason=\"connection_field_in_http_2\"}"))
        .isOne();
  }

  @Test
  void framesThatBreakTheRulesEndTheConnection() {
    double before = gateway.meter(PROTOCOL_ERRORS);
    try (H2Wire http2 = new H2Wire(port)) {
      http2.data(0, true, new byte[1]);
      assertThat(http2.next(H2Wire.GOAWAY).code()).isOne();
    }
    assertThat(gateway.meter(PROTOCOL_ERRORS) - before).isOne();
  }
}
