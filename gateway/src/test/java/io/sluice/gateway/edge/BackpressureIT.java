package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Patience;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Bodies far larger than any buffer, with one side slower than the other: memory stays flat and
 * every byte arrives.
 */
class BackpressureIT {
  private static final long GIB = 1L << 30;
  private static final int PIECE = 256 * 1024;

  /**
   * What the test's own two ends and the gateway may hold beside what they held before, in bytes.
   */
  private static final long FLAT = 96L << 20;

  @Test
  void aDownloadWaitsForItsReader() throws Exception {
    try (Origin origin =
            Origin.scripted(
                wire -> {
                  wire.message();
                  wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + GIB + "\r\n\r\n");
                  send(wire, GIB);
                });
        TestGateway gateway = TestGateway.onFolder()) {
      int port = gateway.listener("l");
      gateway
          .backend("b", origin)
          .frontend("f", "b", "Path(`/<path:all>`)")
          .awaitServing(port)
          .awaitRoute("f", "b", origin);
      try (Wire client = Wire.connectNarrow(port)) {
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.head()).contains("Content-Length: " + GIB);
        long before = memory();
        // The reader does nothing until the way is full to its end.
        awaitStanding(gateway);
        assertThat(memory() - before).isLessThan(FLAT);

        long received = 0;
        long most = 0;
        byte[] buffer = new byte[PIECE];
        while (received < GIB) {
          received += client.some(buffer);
          if (received % (64L << 20) < PIECE) {
            most = Math.max(most, memory() - before);
          }
        }
        assertThat(received).isEqualTo(GIB);
        assertThat(most).isLessThan(FLAT);
      }
    }
  }

  @Test
  void anUploadWaitsForItsServer() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    CompletableFuture<Long> counted = new CompletableFuture<>();
    try (Origin origin =
            Origin.scripted(
                wire -> {
                  wire.head();
                  go.join();
                  long received = 0;
                  byte[] buffer = new byte[PIECE];
                  while (received < GIB) {
                    received += wire.some(buffer);
                  }
                  counted.complete(received);
                  wire.send(Origin.response("all"));
                });
        TestGateway gateway = TestGateway.onFolder()) {
      int port = gateway.listener("l");
      gateway
          .backend("b", origin)
          .frontend("f", "b", "Path(`/<path:all>`)")
          .awaitServing(port)
          .awaitRoute("f", "b", origin);
      try (Wire client = Wire.connect(port)) {
        long before = memory();
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(
                () -> {
                  client.send(
                      "POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: " + GIB + "\r\n\r\n");
                  send(client, GIB);
                },
                runnable -> Thread.ofVirtual().start(runnable));
        awaitStanding(gateway);
        assertThat(memory() - before).isLessThan(FLAT);
        go.complete(null);

        assertThat(counted.join()).isEqualTo(GIB);
        assertThat(client.message().body()).isEqualTo("all");
        sending.get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
        assertThat(memory() - before).isLessThan(FLAT);
      }
    }
  }

  @Test
  void aClientThatPipelinesAndDoesNotReadIsMadeToWait() throws Exception {
    int requests = 400_000;
    String request = "GET /none HTTP/1.1\r\nHost: a\r\n\r\n";
    try (TestGateway gateway = TestGateway.onFolder()) {
      int port = gateway.listener("l");
      gateway.awaitServing(port);
      try (Wire client = Wire.connectNarrow(port)) {
        long before = memory();
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < requests / 100; i++) {
                    client.send(request.repeat(100));
                  }
                },
                runnable -> Thread.ofVirtual().start(runnable));
        Awaitility.await().during(2, TimeUnit.SECONDS).until(() -> memory() - before < FLAT);

        for (int i = 0; i < requests; i++) {
          assertThat(client.message().status()).isEqualTo(404);
        }
        sending.get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
        assertThat(memory() - before).isLessThan(FLAT);
      }
    }
  }

  /**
   * The server answers before the upload is complete, the client reads late: the lingering close
   * may not cost it the end of the answer.
   */
  @Test
  void anEarlyAnswerIsWholeForASlowReader() throws Exception {
    int length = 3_500_000;
    try (Origin origin =
            Origin.scripted(
                wire -> {
                  wire.head();
                  wire.send(
                      "HTTP/1.1 200 OK\r\nContent-Length: "
                          + length
                          + "\r\n\r\n"
                          + "x".repeat(length));
                  wire.toEnd();
                });
        TestGateway gateway = TestGateway.onFolder()) {
      int port = gateway.listener("l");
      gateway
          .backend("b", origin)
          .frontend("f", "b", "Path(`/<path:all>`)")
          .awaitServing(port)
          .awaitRoute("f", "b", origin);
      try (Wire client = Wire.connectNarrow(port)) {
        client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome");
        assertThat(client.head()).contains("Content-Length: " + length);
        // Longer than the gateway lingers after the last byte has left.
        Awaitility.await().during(4, TimeUnit.SECONDS).until(() -> true);

        assertThat(client.bytes(length)).containsOnly('x');
        assertThat(client.ends()).isTrue();
      }
    }
  }

  /**
   * Waits until a second has passed in which the gateway's memory did not grow any more: everything
   * waits for the slow end.
   */
  private static void awaitStanding(TestGateway gateway) {
    long[] last = {-1};
    Awaitility.await()
        .pollInterval(500, TimeUnit.MILLISECONDS)
        .until(
            () -> {
              long now = PlatformDependent.usedDirectMemory();
              boolean stands = last[0] == now && gateway.meter("sluice_exchanges_in_flight") == 1;
              last[0] = now;
              return stands;
            });
  }

  private static void send(Wire wire, long bytes) {
    byte[] piece = new byte[PIECE];
    for (long sent = 0; sent < bytes; sent += PIECE) {
      wire.send(piece, PIECE);
    }
  }

  /** Heap after a collection and direct memory, in bytes. */
  private static long memory() {
    System.gc();
    long direct = Math.max(0, PlatformDependent.usedDirectMemory());
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct;
  }
}
