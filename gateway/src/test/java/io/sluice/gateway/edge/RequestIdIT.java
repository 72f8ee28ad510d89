package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The id in every response finds exactly one line of the access log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestIdIT {
  private static final Pattern ID = Pattern.compile("(?i)x-request-id[:=] ?([^\\s,]+)");

  private final Origin origin = Origin.echoing();
  private final int dead = FreePort.next();
  private Path folder;
  private Path log;
  private TestGateway gateway;
  private int port;

  @BeforeAll
  void start() throws IOException {
    folder = TestFolder.make("ids");
    log = folder.resolve("access.log");
    gateway = TestGateway.onFolder(log.toString());
    port = gateway.listener("l");
    gateway
        .backend("b", origin)
        .frontend("f", "b", "Path(`/well`)")
        .put("backends/dead/backend", "{'Type':'http'}")
        .server("dead", "s", FreePort.next())
        .frontend("d", "dead", "Path(`/dead`)")
        .backend("half", origin)
        .server("half", "dead", dead)
        .frontend("h", "half", "Path(`/half`)")
        .awaitStatus(port, "/half", 200)
        .awaitStatus(port, "/well", 200)
        .awaitStatus(port, "/dead", 502);
  }

  @AfterAll
  void stop() {
    gateway.close();
    origin.close();
    TestFolder.remove(folder);
  }

  /** Every server that was tried, why it was left, and of which trace it was. */
  @Test
  void theLineNamesEachTryAndTheTrace() throws IOException {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    try (Wire wire = Wire.connect(port)) {
      for (int i = 0; i < 4; i++) {
        wire.send(
            "GET /half HTTP/1.1\r\nHost: a\r\ntraceparent: 00-"
                + trace
                + "-b7ad6b7169203331-01\r\n\r\n");
        assertThat(wire.message().status()).isEqualTo(200);
      }
    }
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(
                        Files.readAllLines(log).stream()
                            .filter(line -> line.contains("\"trace_id\":\"" + trace + "\"")))
                    .hasSize(4)
                    .allMatch(line -> line.contains("\"reason\":\"\",\"ms\":"))
                    .anyMatch(
                        line ->
                            line.contains("\"attempts\":2")
                                && line.contains(
                                    "\"tries\":[{\"endpoint\":\"127.0.0.1:"
                                        + dead
                                        + "\",\"reason\":\"connect_failed\"")
                                && line.contains(
                                    ",{\"endpoint\":\"127.0.0.1:" + origin.port() + "\"")));
  }

  @ParameterizedTest(name = "{0} {1} with {2}")
  @CsvSource({
    "HTTP/1.1, /well, ''",
    "HTTP/1.1, /well, my-id_42:7/a",
    "HTTP/1.1, /well, 'has a blank'",
    "HTTP/1.1, /dead, my-id-1",
    "HTTP/1.1, /dead, ''",
    "HTTP/1.1, /none, ''",
    "HTTP/1.1, /%zz, ''",
    "HTTP/2, /well, ''",
    "HTTP/2, /well, my-id_43:7/a",
    "HTTP/2, /well, '\"quoted\"'",
    "HTTP/2, /dead, ''",
    "HTTP/2, /none, my-id-2",
  })
  void theIdInEveryResponseFindsExactlyOneLine(String protocol, String path, String said)
      throws IOException {
    String head = protocol.equals("HTTP/2") ? overHttp2(path, said) : overHttp1(path, said);

    Matcher id = ID.matcher(head);
    assertThat(id.find()).as(head).isTrue();
    String found = id.group(1);
    assertThat(id.find()).as("%s more than once", head).isFalse();
    if (said.matches("[a-z0-9:/_-]+")) {
      assertThat(found).isEqualTo(said);
    } else {
      assertThat(found).matches("[0-9a-f]{32}");
    }
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(
                        Files.readAllLines(log).stream()
                            .filter(line -> line.contains("\"request_id\":\"" + found + "\"")))
                    .singleElement()
                    .asString()
                    .contains("\"path\":\"" + (path.contains("%") ? "" : path)));
    if (path.equals("/well")) {
      List<String> heads = origin.heads();
      assertThat(heads.getLast()).containsIgnoringCase("X-Request-Id: " + found);
    }
  }

  private String overHttp1(String path, String said) {
    try (Wire wire = Wire.connect(port)) {
      String field = said.isEmpty() ? "" : "X-Request-Id: " + said + "\r\n";
      wire.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + field + "\r\n");
      Wire.Message answer = wire.message();
      if (answer.status() != 200) {
        Matcher id = ID.matcher(answer.head());
        assertThat(id.find()).isTrue();
        assertThat(answer.body()).contains("\"request_id\":\"" + id.group(1) + "\"");
      }
      return answer.head();
    }
  }

  private String overHttp2(String path, String said) {
    try (H2Wire wire = new H2Wire(port)) {
      String[] fields = {":method", "GET", ":scheme", "http", ":path", path, ":authority", "a"};
      String[] with = {
        ":method", "GET", ":scheme", "http", ":path", path, ":authority", "a", "x-request-id", said
      };
      wire.headers(1, true, said.isEmpty() ? fields : with);
      return wire.fields(wire.next(H2Wire.HEADERS));
    }
  }
}
