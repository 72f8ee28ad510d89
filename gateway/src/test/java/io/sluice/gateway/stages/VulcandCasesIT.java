package io.sluice.gateway.stages;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a real Vulcand did with one request through its middlewares, asked again here, in the order
 * in which it was recorded. What goes on over seconds (the breakers' sequences, a rate that comes
 * back) is in {@code BreakerTest} and {@code LimitersTest}, in virtual time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VulcandCasesIT {
  /** Where this gateway does otherwise on purpose: why, by the number of the case. */
  private static final Map<Integer, String> BETTER =
      Map.of(
          13, "a replacement that is no URL is 500, as the server is not to blame",
          15, "a template that cannot be filled is refused when it is written, so the route is 503",
          17, "a client writes no template",
          29, "a body whose template is broken stays as it is");

  /** What other tests ask, in virtual time or of the stage alone. */
  private static final List<String> ELSEWHERE =
      List.of("ratelimit 4 in 2 s", "fallback", "body gzip", "trace over TLS");

  private static final Path CASES = Path.of("src/test/resources/vulcand/middlewares.jsonl");
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, String> bodies = new ConcurrentHashMap<>();
  private final List<String> syslog = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Origin origin =
      Origin.scripted(
          wire -> {
            for (Wire.Message each = wire.message(); each != null; each = wire.message()) {
              String path = each.head().split(" ")[1];
              asked.add(path);
              String host = each.header("X-Forwarded-Host");
              String body = bodies.getOrDefault(host, "o1");
              String status =
                  path.startsWith("/st/404") || host.equals("m31.t") ? "404 No" : "200 OK";
              wire.send(
                  "HTTP/1.1 "
                      + status
                      + "\r\nX-Origin: o1\r\nContent-Type: text/plain\r\nContent-Length: "
                      + body.getBytes(UTF_8).length
                      + "\r\n\r\n"
                      + new String(body.getBytes(UTF_8), ISO_8859_1));
            }
          });
  private DatagramSocket socket;
  private TestGateway gateway;
  private int port;

  @BeforeAll
  void start() throws IOException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::listen);
    gateway = TestGateway.onFolder();
    port = gateway.listener("l");
    gateway.backend("b", origin).put("backends/dead/backend", "{'Type':'http'}");
    gateway.server("dead", "s", FreePort.next());
    for (JsonNode each : cases().toList()) {
      write(each);
    }
    gateway.frontend("last", "b", "Host(`last.t`)");
    Awaitility.await()
        .ignoreExceptions()
        .until(
            () -> {
              try (Wire wire = Wire.connect(port)) {
                wire.send("GET / HTTP/1.1\r\nHost: last.t\r\n\r\n");
                return wire.message().status() == 200;
              }
            });
    asked.clear();
  }

  private void listen() {
    byte[] buffer = new byte[64 * 1024];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        syslog.add(new String(buffer, 0, packet.getLength(), UTF_8));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @AfterAll
  void stop() {
    gateway.close();
    origin.close();
    socket.close();
  }

  private static Stream<JsonNode> cases() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    for (String line : Files.readAllLines(CASES)) {
      JsonNode each = JSON.readTree(line);
      boolean ofOneMoment =
          each.hasNonNull("status")
              && each.has("middlewares")
              && ELSEWHERE.stream().noneMatch(each.path("name").asText()::startsWith);
      if (ofOneMoment) {
        cases.add(each);
      }
    }
    return cases.stream();
  }

  private static String host(JsonNode recorded) {
    return recorded.path("request").asText().replaceFirst("(?s).*?\r\nHost: ([^\r]+)\r.*", "$1");
  }

  private void write(JsonNode recorded) {
    String host = host(recorded);
    String id = host.replace(".t", "");
    boolean dead = recorded.path("name").asText().contains("dead server");
    if (recorded.has("origin_body")) {
      bodies.put(host, recorded.path("origin_body").asText());
    }
    int number = 0;
    for (JsonNode each : recorded.path("middlewares")) {
      ObjectNode stage = each.deepCopy();
      stage.put("Priority", number);
      String text = stage.toString().replace("SYSLOG", "" + socket.getLocalPort());
      gateway.put("frontends/" + id + "/middlewares/" + number++, text);
    }
    gateway.frontend(id, dead ? "dead" : "b", "Host(`" + host + "`)");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatVulcandDidIsDone(JsonNode recorded) {
    asked.clear();
    syslog.clear();
    String request = recorded.path("request").asText();
    try (Wire wire = Wire.connect(port)) {
      wire.send(request.getBytes(ISO_8859_1), request.length());
      boolean head = request.startsWith("HEAD");
      Wire.Message answer = head ? new Wire.Message(wire.head(), new byte[0], "") : wire.message();

      if (BETTER.containsKey(recorded.path("seq").asInt())) {
        assertThatThrownBy(() -> isAsRecorded(recorded, answer)).isInstanceOf(AssertionError.class);
      } else {
        isAsRecorded(recorded, answer);
      }
    }
  }

  private void isAsRecorded(JsonNode recorded, Wire.Message answer) {
    assertThat(answer.status()).isEqualTo(recorded.path("status").asInt());
    for (JsonNode field : recorded.path("response_headers")) {
      String name = field.get(0).asText();
      if (name.equals("X-Retry-In")) {
        // Of what is left of the time, to less than a second.
        assertThat(answer.header(name)).matches("\\d+(\\.\\d+)?ms|[1-5]?\\d(\\.\\d+)?s|1m0s");
      } else if (name.equals("Location")) {
        assertThat(answer.head()).contains(name + ": " + field.get(1).asText());
      }
    }
    if (recorded.has("origin_body")) {
      assertThat(new String(answer.content(), ISO_8859_1))
          .isEqualTo(recorded.path("response_body").asText());
    } else {
      List<String> paths = new ArrayList<>();
      recorded.path("to_origin").forEach(each -> paths.add(each.path("path").asText()));
      assertThat(asked).isEqualTo(paths);
    }
    // One line for an exchange, whatever the number of tries.
    int lines = Math.min(1, recorded.path("syslog").size());
    Awaitility.await().until(() -> syslog.size() >= lines);
  }
}
