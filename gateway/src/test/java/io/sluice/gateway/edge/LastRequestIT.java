package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that was accepted before its listener went and speaks after it. */
class LastRequestIT {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static TestCertificate localhost;
  private static Origin origin;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    localhost = TestCertificate.of("localhost", "127.0.0.1");
    origin = Origin.echoing();
    gateway =
        TestGateway.onFolder()
            .backend("b", origin)
            .frontend("f", "b", "PathRegexp(`.*`)")
            .put(
                "hosts/localhost/host",
                "{'Settings':{'Default':true,'KeyPair':{'Cert':'"
                    + localhost.certificate().replace("\n", "\\n")
                    + "','Key':'"
                    + localhost.privateKey().replace("\n", "\\n")
                    + "'}}}");
  }

  @AfterAll
  static void stop() {
    gateway.close();
    origin.close();
  }

  @ParameterizedTest
  @CsvSource({
    "http, false, 1", "http, false, 2", "http, true, 1", "http, true, 2",
    "https, false, 1", "https, false, 2", "https, true, 1", "https, true, 2",
  })
  void isAnsweredAndToldThatItIsTheLast(String protocol, boolean behindProxy, int version)
      throws IOException {
    int port = listener(protocol, behindProxy);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      // What has begun has its time to go on.
      String begun =
          protocol.equals("https") || behindProxy ? "" : version == 1 ? REQUEST : PREFACE;
      int half = begun.length() / 2;
      write(socket, begun.substring(0, half));

      listener(protocol, behindProxy);
      Awaitility.await().until(() -> !FreePort.isTaken(port));

      write(socket, behindProxy ? "PROXY UNKNOWN\r\n" : "");
      Wire client = new Wire(protocol.equals("https") ? secured(socket, port, version) : socket);
      client.send(version == 1 ? REQUEST.substring(half) : PREFACE.substring(half));
      if (version == 1) {
        Wire.Message answer = client.message();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.closes()).isTrue();
        assertThat(client.ends()).isTrue();
      } else {
        assertThat(H2Wire.begun(client).next(H2Wire.GOAWAY).code()).isZero();
      }
    }
  }

  /** Writes the listener, at an address of its own, and awaits that it is bound. */
  private static int listener(String protocol, boolean behindProxy) {
    int port = FreePort.next();
    gateway.put(
        "listeners/l",
        "{'Protocol':'"
            + protocol
            + "','Address':{'Address':'127.0.0.1:"
            + port
            + "'}"
            + (behindProxy ? ",'ProxyProtocol':'PROXY_V1'" : "")
            + ",'Settings':{'TrustedProxies':['127.0.0.0/8']}}");
    gateway.awaitServing(port);
    return port;
  }

  private static SSLSocket secured(Socket socket, int port, int version) throws IOException {
    SSLSocket tls =
        (SSLSocket)
            TestCertificate.context(null, localhost)
                .getSocketFactory()
                .createSocket(socket, "localhost", port, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {version == 1 ? "http/1.1" : "h2"});
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
