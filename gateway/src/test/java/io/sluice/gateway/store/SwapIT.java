package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backends, servers, routes, listeners and scopes change hundreds of times through a real etcd
 * while clients ask.
 */
class SwapIT {
  private static final int CLIENTS = 64;
  private static final int SWAPS = 300;

  @TempDir private Path state;
  private Etcd etcd;
  private TestGateway gateway;
  private Client operator;
  private KV keys;
  private Origin blue;
  private Origin green;
  private int port;

  @BeforeEach
  void start() {
    etcd = Etcd.start();
    operator = Client.builder().endpoints(etcd.url()).build();
    keys = operator.getKVClient();
    blue = Origin.named("blue");
    green = Origin.named("green");
    gateway = TestGateway.onEtcd(etcd, state);
    port = FreePort.next();
    put("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    put("backends/blue/backend", "{'Type':'http'}");
    put("backends/blue/servers/s", "{'URL':'" + blue.url() + "'}");
    put("backends/green/backend", "{'Type':'http'}");
    put("backends/green/servers/s", "{'URL':'" + green.url() + "'}");
    frontend("blue");
    gateway.awaitStatus(port, "/main", 200);
  }

  @AfterEach
  void stop() {
    gateway.close();
    operator.close();
    etcd.close();
    blue.close();
    green.close();
  }

  @Test
  void notOneRequestFailsOrGoesAstrayAndLongTransfersComplete() throws Exception {
    CompletableFuture<Void> uploadHeadSeen = new CompletableFuture<>();
    CompletableFuture<Void> swapsDone = new CompletableFuture<>();
    try (Origin slow =
            Origin.scripted(
                wire -> {
                  String head = wire.head();
                  if (head.startsWith("GET")) {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                    wire.send("x".repeat(500_000));
                    swapsDone.join();
                    wire.send("x".repeat(500_000));
                  } else {
                    uploadHeadSeen.complete(null);
                    wire.bytes(2_000_000);
                    wire.send(Origin.response("uploaded"));
                  }
                });
        Origin other = Origin.named("other")) {
      put("backends/slow/backend", "{'Type':'http'}");
      put("backends/slow/servers/s", "{'URL':'" + slow.url() + "'}");
      put("frontends/slow/frontend", "{'Type':'http','BackendId':'slow','Route':'Path(`/slow`)'}");
      Awaitility.await()
          .until(() -> gateway.gateway().status().table().frontends().containsKey("slow"));
      Wire download = Wire.connect(port);
      download.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      download.head();
      Wire upload = Wire.connect(port);
      upload.send(
          "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"
              + "y".repeat(1_000_000));
      uploadHeadSeen.get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);

      try (Load load =
          Load.start(
              CLIENTS,
              port,
              "/main",
              answer ->
                  answer.status() == 200
                      && answer.body().matches("(blue|green|other) GET /main\\?client=\\d+ "))) {
        for (int i = 0; i < SWAPS; i++) {
          frontend(i % 2 == 0 ? "green" : "blue");
          switch (i % 6) {
            case 0 ->
                put("backends/green/servers/extra", "{'URL':'" + other.url() + "','Weight':2}");
            case 1 -> delete("backends/green/servers/extra");
            case 2 ->
                put(
                    "backends/blue/backend",
                    "{'Type':'http','Settings':{'Timeouts':{'Read':'" + (5 + i) + "s'}}}");
            case 3 ->
                put(
                    "listeners/l",
                    "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
                        + port
                        + "'},'Scope':'"
                        + (i % 4 == 1 ? "" : "Path(`/<path:all>`)")
                        + "'}");
            case 4 ->
                put(
                    "frontends/f/middlewares/m",
                    "{'Type':'connlimit','Middleware':{'Connections':"
                        + (1_000 + i)
                        + ",'Variable':'client.ip'}}");
            default -> {
              put(
                  "frontends/unrelated" + i + "/frontend",
                  "{'Type':'http','BackendId':'blue','Route':'Path(`/unrelated" + i + "`)'}");
              put(
                  "listeners/second",
                  "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + FreePort.next() + "'}}");
            }
          }
        }
        // The servers of a route that stays leave and come back under a new name, once each way and
        // the route's own last.
        delete("backends/slow/servers/s");
        put("backends/slow/servers/renamed", "{'URL':'" + slow.url() + "'}");
        awaitApplied();
        long answersBefore = load.answers();
        Awaitility.await().until(() -> load.answers() > answersBefore + 1_000);

        swapsDone.complete(null);
        assertThat(download.bytes(1_000_000)).containsOnly('x');
        upload.send("y".repeat(1_000_000));
        assertThat(upload.message().body()).isEqualTo("uploaded");
        assertThat(load.wrong()).isEmpty();
        System.out.println(
            "SwapIT: "
                + load.answers()
                + " requests on "
                + CLIENTS
                + " connections during "
                + SWAPS
                + " swaps, "
                + load.wrong().size()
                + " failed");
      }
      upload.close();
      download.close();
    }
  }

  /**
   * A download that was begun on a backend ends there, byte for byte, though its frontend, server
   * and backend are gone by then.
   */
  @Test
  void aSlowDownloadOutlivesItsRoute() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    try (Origin slow =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(500_000));
              go.join();
              wire.send("x".repeat(500_000));
            })) {
      put("backends/slow/backend", "{'Type':'http'}");
      put("backends/slow/servers/s", "{'URL':'" + slow.url() + "'}");
      put("frontends/slow/frontend", "{'Type':'http','BackendId':'slow','Route':'Path(`/slow`)'}");
      Awaitility.await()
          .until(() -> gateway.gateway().status().table().frontends().containsKey("slow"));
      try (Wire download = Wire.connect(port)) {
        download.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        download.head();
        delete("frontends/slow/frontend");
        delete("backends/slow/servers/s");
        delete("backends/slow/backend");
        awaitApplied();
        assertThat(TestGateway.get(port, "/slow").statusCode()).isEqualTo(404);
        go.complete(null);

        assertThat(download.bytes(1_000_000)).containsOnly('x');
      }
    }
  }

  @Test
  void everyPutMovesTheRequestsThatFollow() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      put(
          "frontends/many" + i + "/frontend",
          "{'Type':'http','BackendId':'blue','Route':'Host(`h"
              + i
              + ".example`) && Path(`/p/<id>`)'}");
    }
    awaitApplied();
    try (Wire client = Wire.connect(port)) {
      for (int i = 0; i < 200; i++) {
        String wanted = i % 2 == 0 ? "green" : "blue";
        frontend(wanted);
        Awaitility.await()
            .pollInterval(Duration.ZERO)
            .pollDelay(Duration.ZERO)
            .until(
                () -> {
                  client.send("GET /main HTTP/1.1\r\nHost: a\r\n\r\n");
                  return client.message().body().startsWith(wanted);
                });
      }
    }
  }

  private void frontend(String backend) {
    put(
        "frontends/f/frontend",
        "{'Type':'http','BackendId':'" + backend + "','Route':'Path(`/main`)'}");
  }

  /** Waits until the gateway serves what was put last. */
  private void awaitApplied() throws Exception {
    long revision =
        keys.put(bytes("/vulcand/backends/marker/backend"), bytes("{\"Type\":\"http\"}"))
            .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS)
            .getHeader()
            .getRevision();
    Awaitility.await().until(() -> gateway.gateway().status().table().revision() >= revision);
  }

  private void put(String key, String json) {
    try {
      keys.put(bytes("/vulcand/" + key), bytes(json.replace('\'', '"')))
          .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private void delete(String key) {
    try {
      keys.delete(bytes("/vulcand/" + key)).get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
