package io.sluice.gateway.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are here as a whole before a server sees the request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BufferIT {
  private final List<Wire.Message> asked = new CopyOnWriteArrayList<>();
  private final Origin origin =
      Origin.scripted(
          wire -> {
            for (Wire.Message each = wire.message(); each != null; each = wire.message()) {
              asked.add(each);
              wire.send(Origin.response("" + each.content().length));
            }
          });
  private TestGateway gateway;
  private int port;

  @BeforeAll
  void start() {
    gateway = TestGateway.onFolder();
    port = gateway.listener("l");
    gateway.backend("b", origin);
    stage("small", "b", "{'MaxBytes':5000000,'MemBytes':1000}");
    stage("late", "b", "{}");
    gateway.put(
        "frontends/late/middlewares/f",
        "{'Type':'fault','Priority':-1,'Middleware':{'Delay':'200ms'}}");
    gateway.backend("half", origin).server("half", "dead", FreePort.next());
    stage("half", "half", "{'MaxBytes':5000000,'MemBytes':100000}");
    gateway
        .awaitStatus(port, "/small", 200)
        .awaitStatus(port, "/late", 200)
        .awaitStatus(port, "/half", 200);
  }

  private void stage(String name, String backend, String settings) {
    gateway
        .frontend(name, backend, "PathRegexp(`^/" + name + "(/.*)?$`)")
        .put(
            "frontends/" + name + "/middlewares/m",
            "{'Type':'buffer','Middleware':" + settings + "}");
  }

  @AfterAll
  void stop() {
    gateway.close();
    origin.close();
  }

  private Wire.Message question(String path) {
    return asked.stream()
        .filter(each -> each.head().contains(path + " "))
        .findFirst()
        .orElseThrow();
  }

  private boolean isAsked(String path) {
    return asked.stream().anyMatch(each -> each.head().contains(path + " "));
  }

  private static String text(int length) {
    StringBuilder text = new StringBuilder(length);
    Random random = new Random(length);
    while (text.length() < length) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 999, 1_000, 1_001, 130_000, 3_000_000})
  void aBodyReachesTheServerAsItCame(int length) {
    String body = text(length);
    String path = "/small/whole" + length;
    try (Wire wire = Wire.connect(port)) {
      for (int i = 0; i < 2; i++) {
        wire.send(
            "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
        wire.send(body);
        Wire.Message answer = wire.message();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("" + length);
      }
    }
    assertThat(question(path).body()).isEqualTo(body);
    Awaitility.await()
        .until(() -> gateway.meter("sluice_memory_used_bytes{budget=\"waiting\"}") == 0);
  }

  @Test
  void noServerSeesARequestBeforeItsBodyIsHereAndThenItsLengthIsKnown() {
    try (Wire wire = Wire.connect(port)) {
      wire.send("PUT /small/chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      wire.send("5\r\nhello\r\n");
      wire.send("1388\r\n" + text(5_000) + "\r\n");
      assertThat(TestGateway.get(port, "/small/meanwhile").statusCode()).isEqualTo(200);
      assertThat(isAsked("/small/chunks")).isFalse();
      wire.send("0\r\n\r\n");
      assertThat(wire.message().body()).isEqualTo("5005");
    }
    assertThat(question("/small/chunks").head())
        .contains("Content-Length: 5005")
        .doesNotContain("Transfer-Encoding");
  }

  @Test
  void aStreamIsHeldToo() {
    byte[] body = text(40_000).getBytes(StandardCharsets.US_ASCII);
    try (H2Wire wire = new H2Wire(port)) {
      wire.headers(
          1, false, ":method", "POST", ":scheme", "http", ":path", "/small/h2", ":authority", "a");
      for (int at = 0; at < body.length; at += 10_000) {
        wire.data(
            1, at + 10_000 == body.length, java.util.Arrays.copyOfRange(body, at, at + 10_000));
      }
      assertThat(wire.fields(wire.next(H2Wire.HEADERS))).contains("200");
      assertThat(new String(wire.next(H2Wire.DATA).payload(), StandardCharsets.US_ASCII))
          .isEqualTo("40000");
    }
    assertThat(question("/small/h2").content()).isEqualTo(body);
    assertThat(question("/small/h2").head())
        .contains("ontent-")
        .containsIgnoringCase("content-length: 40000");
  }

  @Test
  void whatIsTooLargeIsRefusedWhetherOrNotItsLengthIsSaid() {
    try (Wire wire = Wire.connect(port)) {
      wire.send("POST /small/413 HTTP/1.1\r\nHost: a\r\nContent-Length: 5000001\r\n\r\n");
      assertThat(wire.message().status()).isEqualTo(413);
    }
    try (Wire wire = Wire.connect(port)) {
      wire.send("POST /small/413 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      Thread.ofVirtual()
          .start(
              () -> {
                String chunk = "10000\r\n" + text(65_536) + "\r\n";
                for (int i = 0; i < 80; i++) {
                  wire.send(chunk);
                }
              });
      assertThat(wire.message().status()).isEqualTo(413);
    }
    assertThat(isAsked("/small/413")).isFalse();
  }

  @Test
  void aClientThatAsksWhetherItMaySendIsToldYes() {
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "POST /small/100 HTTP/1.1\r\n"
              + "Host: a\r\n"
              + "Expect: 100-continue\r\n"
              + "Content-Length: 3\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 100");
      wire.send("abc");
      assertThat(wire.message().body()).isEqualTo("3");
    }
    assertThat(question("/small/100").head()).doesNotContain("Expect");
  }

  @Test
  void aClientThatLeavesInTheMiddleLeavesNothingBehind() {
    try (Wire wire = Wire.connect(port)) {
      wire.send("POST /small/left HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
      wire.send(text(500_000));
    }
    Awaitility.await()
        .until(() -> gateway.meter("sluice_memory_used_bytes{budget=\"waiting\"}") == 0);
    Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
    assertThat(isAsked("/small/left")).isFalse();
  }

  /** Before the stage is asked some or all of the body may have come. */
  @ParameterizedTest
  @ValueSource(ints = {5, 60_000, 400_000})
  void aBodyThatCameWhileAnotherStageThoughtIsWhole(int length) {
    String path = "/late/body" + length;
    String body = text(length);
    try (Wire wire = Wire.connect(port)) {
      wire.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
      wire.send(body);
      assertThat(wire.message().body()).isEqualTo("" + length);
    }
    assertThat(question(path).body()).isEqualTo(body);
  }

  @Test
  void anotherServerIsTriedWhereOneIsDead() {
    String body = text(50_000);
    try (Wire wire = Wire.connect(port)) {
      for (int i = 0; i < 8; i++) {
        wire.send("POST /half/x HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
        wire.send(body);
        Wire.Message answer = wire.message();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("50000");
      }
    }
  }
}
