package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a request leaves behind for people. */
class TelemetryIT extends RunningService {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void aRequestIsFoundByItsIdsInTheLogAndInItsTrace() throws Exception {
    List<byte[]> received = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    int port = FreePort.next();
    Path log = folder.resolve("requests.log");
    try (Program service =
        service(
            "all",
            port,
            FreePort.next(),
            "--access-log",
            log.toString(),
            "--otlp",
            "http://127.0.0.1:" + collector.getAddress().getPort())) {
      awaitReady(port);
      ask(port, "/v1/items/9521000000018?as=gtin-13", "01", "r-1");
      ask(port, "/v1/items/x%0Ay", "00", "r-2");

      JsonNode line = awaitLine(log, "r-1");
      assertThat(line.path("trace_id").asText()).isEqualTo(TRACE);
      assertThat(line.path("status").asInt()).isEqualTo(200);
      assertThat(line.path("route").asText()).isEqualTo("/v1/items/:code");
      assertThat(line.path("target").asText()).isEqualTo("/v1/items/9521000000018?as=gtin-13");
      assertThat(awaitLine(log, "r-2").path("status").asInt()).isEqualTo(400);

      Path moved = folder.resolve("moved.log");
      Files.move(log, moved);
      Program.run(Patience.TIME, "kill", "-HUP", Long.toString(service.id()));
      Awaitility.await().until(() -> Files.exists(log));
      ask(port, "/v1/items/9521000000018", "00", "r-3");
      assertThat(awaitLine(log, "r-3").path("status").asInt()).isEqualTo(200);
      assertThat(Files.readString(moved)).doesNotContain("r-3");

      byte[] trace = HexFormat.of().parseHex(TRACE);
      Awaitility.await().until(() -> received.stream().anyMatch(each -> has(each, trace)));
      assertThat(received)
          .allMatch(each -> has(each, "gtin-service".getBytes(StandardCharsets.UTF_8)));
      service.terminate();
      assertThat(service.awaitExit(Patience.TIME)).isZero();
      // The one that was not to be recorded is not.
      assertThat(
              received.stream()
                  .filter(each -> has(each, "http.route".getBytes(StandardCharsets.UTF_8))))
          .hasSize(1);
    } finally {
      collector.stop(0);
    }
  }

  private static void ask(int port, String target, String flags, String id) throws Exception {
    send(
        port,
        "GET",
        target,
        "",
        "traceparent",
        "00-" + TRACE + "-b7ad6b7169203331-" + flags,
        "X-Request-Id",
        id);
  }

  private static JsonNode awaitLine(Path log, String id) throws Exception {
    String wanted = "\"request_id\":\"" + id + "\"";
    Awaitility.await().until(() -> Files.exists(log) && Files.readString(log).contains(wanted));
    for (String line : Files.readAllLines(log)) {
      if (line.contains(wanted)) {
        return JSON.readTree(line);
      }
    }
    throw new AssertionError(id);
  }

  private static boolean has(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      int k = 0;
      while (k < part.length && bytes[i + k] == part[k]) {
        k++;
      }
      if (k == part.length) {
        return true;
      }
    }
    return false;
  }
}
