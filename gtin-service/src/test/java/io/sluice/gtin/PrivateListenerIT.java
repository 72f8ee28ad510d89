package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What only the private address has is for nobody's web page, under whatever name it asks. */
class PrivateListenerIT extends RunningService {
  private static final int PORT = FreePort.next();
  private static final int OWN = FreePort.next();
  private static Program named;

  @BeforeAll
  static void startNamed() {
    named = service("all", PORT, OWN, "--private-name", "gtin.example,.inside.example");
    awaitReady(PORT);
  }

  @AfterAll
  static void stopNamed() {
    named.terminate();
    assertThat(named.awaitExit(Patience.TIME)).isZero();
  }

  private static final List<String> OWN_PATHS =
      List.of(
          "PUT /v1/items/9525555555504",
          "PATCH /v1/items/9525555555504",
          "DELETE /v1/items/9525555555504",
          "GET /v1/items/9525555555504/history",
          "POST /v1/imports",
          "GET /v1/imports/none",
          "GET /v1/imports/none/rejects");

  private static final List<String> FOREIGN =
      List.of(
          "foreign-host Host: evil.example",
          "foreign-host Host: evil.example\r\nOrigin: http://evil.example",
          "foreign-host Host: evil.example\r\nX-Forwarded-Host: localhost",
          "foreign-host Host: 127.0.0.1\r\nX-Forwarded-Host: evil.example",
          "foreign-host Host: 127.0.0.1.evil.example",
          "foreign-host Host: localhost.evil.example",
          "foreign-host Host: evil.inside.example.com",
          "foreign-host Host: inside.example",
          "foreign-host Host: evil.example.",
          "malformed-host Host: 127.0.0.1\r\nX-Forwarded-Host: localhost, evil.example",
          "malformed-host Host: 127.0.0.1\r\nX-Forwarded-Host: <b>",
          "foreign-page Host: 127.0.0.1\r\nOrigin: http://evil.example",
          "foreign-page Host: 127.0.0.1\r\nOrigin: null",
          "foreign-page Host: 127.0.0.1\r\nOrigin: http://127.0.0.1:9999",
          "foreign-page Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site",
          "foreign-page Host: 127.0.0.1\r\nSec-Fetch-Site: same-site",
          "foreign-page Host: 127.0.0.1\r\nX-Forwarded-Host: a.inside.example\r\n"
              + "Origin: http://b.inside.example");

  static Stream<Arguments> foreign() {
    return OWN_PATHS.stream()
        .flatMap(path -> FOREIGN.stream().map(each -> Arguments.of(path, each)));
  }

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("foreign")
  void nothingOfThePrivateAddressIsForAPageOfElsewhere(String path, String each) throws Exception {
    String[] codeAndHead = each.split(" ", 2);
    String answer = ask(OWN, path, codeAndHead[1]);
    assertThat(answer).startsWith("HTTP/1.1 40").contains("\"code\":\"" + codeAndHead[0] + "\"");
    assertThat(get(PORT, "/v1/items/9525555555504").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | ",
        "localhost:9201 | ",
        "gtin-1 | ",
        "[::1]:9201 | ",
        "gtin.example | ",
        "GTIN.Example | ",
        "a.b.inside.example | ",
        "private.sluice.svc.cluster.local | ",
        "gtin.internal | ",
        "127.0.0.1:9201 | X-Forwarded-Host: gtin.example",
        "127.0.0.1:9201 | Origin: http://127.0.0.1:9201",
        "10.0.0.1 | X-Forwarded-Host: gtin.example;X-Forwarded-Proto: https;Origin:"
            + " https://gtin.example",
        "10.0.0.1 | Sec-Fetch-Site: same-origin",
      })
  void namesThatNobodyElseCanHaveAreServed(String host, String more) throws Exception {
    String head = "Host: " + host + (more == null ? "" : "\r\n" + more.replace(";", "\r\n"));
    assertThat(ask(OWN, "GET /v1/imports/none", head)).startsWith("HTTP/1.1 404");
  }

  @Test
  void whatThePublicAddressHasTooIsForEveryName() throws Exception {
    for (String path : List.of(OATS, "/healthz", "/readyz", "/v1/problems", "/v1/items?limit=1")) {
      for (int port : new int[] {PORT, OWN}) {
        assertThat(ask(port, "GET " + path, "Host: any.example\r\nOrigin: http://other.example"))
            .as(path)
            .startsWith("HTTP/1.1 200");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shop.example | | http://shop.example",
        "127.0.0.1:1 | X-Forwarded-Host: shop.example | http://shop.example",
        "127.0.0.1:1 | X-Forwarded-Host: shop.example:8443;X-Forwarded-Proto: https |"
            + " https://shop.example:8443",
        "127.0.0.1:1 | X-Forwarded-Host: shop.example:443;X-Forwarded-Proto: https |"
            + " https://shop.example",
        "127.0.0.1:1 | X-Forwarded-Host: shop.example;X-Forwarded-Proto: javascript |"
            + " http://shop.example",
        "[::1]:80 | | http://[::1]",
      })
  void theResolverTellsTheAddressByWhichTheClientCame(String host, String more, String root)
      throws Exception {
    String head = "Host: " + host + (more == null ? "" : "\r\n" + more.replace(";", "\r\n"));
    assertThat(ask(PORT, "GET /.well-known/gs1resolver", head))
        .contains("\"resolverRoot\":\"" + root + "\"");
  }

  @ParameterizedTest
  @CsvSource({"a/b", "<script>", "a b", "user@shop.example", "shop.example:99999", "'a,b'"})
  void aForwardedHostThatIsNoneIsToldToNobody(String host) throws Exception {
    assertThat(
            ask(
                PORT,
                "GET /.well-known/gs1resolver",
                "Host: 127.0.0.1\r\nX-Forwarded-Host: " + host))
        .startsWith("HTTP/1.1 400")
        .doesNotContain("resolverRoot");
  }

  private static String ask(int port, String request, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(Patience.MILLIS);
      String text =
          request
              + " HTTP/1.1\r\n"
              + head
              + "\r\nContent-Type: application/json\r\nContent-Length: 14\r\n"
              + "Connection: close\r\n\r\n{\"name\":\"Tea\"}";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
