package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.HostName;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.testkit.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a syslog hears of an exchange, over each transport. */
class TracerTest {

  private static Stage stage(String address) {
    String record =
        "{\"Type\":\"trace\",\"Middleware\":{\"ReqHeaders\":[\"x-a\"],\"RespHeaders\":[\"X-Origin\"],\"Addr\":\""
            + address
            + "\"}}";
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put("frontends/f/middlewares/m", record.getBytes(StandardCharsets.UTF_8));
    var config = new ConfigReader().read(tree.done());
    assertThat(config.problems()).isEmpty();
    return Stages.build(
        config.middlewares().get("f").getFirst(),
        new StageContext(new Sources(new SharedBudget(1 << 20)), () -> 0),
        new Telemetry().frontend("f").stage("m"));
  }

  private static void exchange(Stage stage) {
    FakeExchange exchange = new FakeExchange("GET /t?x=1 HTTP/1.1~Host: h~X-A: 1~X-A: t\"wo");
    ResponseHead head = new ResponseHead().set(404, 7);
    head.fields().add("Content-Length", "7");
    head.fields().add("x-origin", "o1");
    exchange.status = 404;
    exchange.elapsedNanos = 664_729;
    Verdict.Proceed verdict = (Verdict.Proceed) stage.onRequest(exchange);
    stage.onResponse(exchange, verdict, head);
    stage.onFinish(exchange, verdict);
  }

  private static void assertLine(String line, int priority, String prefix) {
    assertThat(line)
        .startsWith("<" + priority + ">")
        .matches("(?s)<\\d+>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ .*")
        .endsWith(
            " "
                + HostName.get()
                + " pid["
                + ProcessHandle.current().pid()
                + "]: "
                + prefix
                + "{\"request\":{\"method\":\"GET\",\"body_bytes\":0,\"url\":\"/t?x=1\",\"headers\":{\"x-a\":[\"1\",\"t\\\"wo\"]}},\"response\":{\"code\":404,\"roundtrip\":0.664729,\"headers\":{\"X-Origin\":[\"o1\"]},\"body_bytes\":7}}\n");
  }

  @Test
  void aDatagramForEachExchange() throws IOException {
    try (DatagramSocket syslog = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      syslog.setSoTimeout(Patience.MILLIS);
      Stage stage =
          stage("syslog://127.0.0.1:" + syslog.getLocalPort() + "?f=MAIL&sev=ALERT&prefix=pp");
      for (int i = 0; i < 2; i++) {
        exchange(stage);
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        syslog.receive(packet);
        assertLine(
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8), 17, "pp");
      }
    }
  }

  @Test
  void aLineForEachExchangeOverAConnectionThatIsMadeAgain() throws IOException {
    try (ServerSocket syslog = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      syslog.setSoTimeout(Patience.MILLIS);
      Stage stage = stage("syslog+tcp://127.0.0.1:" + syslog.getLocalPort());
      exchange(stage);
      exchange(stage);
      try (java.net.Socket connection = syslog.accept();
          BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        assertLine(lines.readLine() + "\n", 135, "@cee: ");
        assertLine(lines.readLine() + "\n", 135, "@cee: ");
      }
    }
  }

  @Test
  void aDatagramToASocketOfThisMachine(@TempDir Path folder) throws IOException {
    String path = folder.resolve("log").toString();
    Epoll.ensureAvailability();
    Socket syslog = Socket.newSocketDomainDgram();
    try {
      syslog.bind(new DomainSocketAddress(path));
      exchange(stage("syslog://" + path + "?f=local3&sev=INFO"));
      ByteBuffer buffer = ByteBuffer.allocateDirect(2_000);
      io.netty.channel.unix.DomainDatagramSocketAddress from = null;
      while (from == null) {
        from = syslog.recvFromDomainSocket(buffer, 0, buffer.capacity());
      }
      byte[] line = new byte[from.receivedAmount()];
      buffer.get(0, line);
      assertLine(new String(line, StandardCharsets.UTF_8), 19 * 8 + 6, "@cee: ");
    } finally {
      syslog.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog:///nowhere/at/all",
        "syslog://no-such-host.invalid:514",
        "syslog+tcp://no-such-host.invalid:514",
        "syslog+tcp://127.0.0.1:1"
      })
  void whoCannotBeReachedCostsNobodyAnything(String address) {
    Stage stage = stage(address);
    for (int i = 0; i < 5_000; i++) {
      exchange(stage);
    }
  }
}
