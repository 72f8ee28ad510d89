package io.sluice.gateway.operators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.telemetry.LogSettings;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestFolder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A request is found again after its answer, and why it went where it went. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhyIT {
  private static final JsonMapper JSON = new JsonMapper();

  /** {@code -Dwhy.requests=100000} for a long look. */
  private static final int REQUESTS = Integer.getInteger("why.requests", 2_000);

  private final Etcd etcd = Etcd.start();
  private final Origin origin = Origin.echoing();
  private final Path folder = TestFolder.make("why");
  private final int[] ports = {FreePort.next(), FreePort.next()};
  private Gateway one;
  private Gateway two;

  @BeforeAll
  void start() throws Exception {
    for (int i = 0; i < 2; i++) {
      put(
          "listeners/l" + i,
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:%d'},'Gateways':['g%d']}"
              .formatted(ports[i], i));
    }
    put("backends/b/backend", "{'Type':'http'}");
    put("backends/b/servers/s", "{'URL':'" + origin.url() + "'}");
    put("backends/dead/backend", "{'Type':'http'}");
    put("backends/dead/servers/s", "{'URL':'http://127.0.0.1:" + FreePort.next() + "'}");
    frontend("shop", "b", "PathRegexp(`^/shop`)");
    frontend("dead", "dead", "Path(`/dead`)");
    one = gateway(0);
    two = gateway(1);
    for (int port : ports) {
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> TestGateway.get(port, "/shop").statusCode() == 200);
    }
    Awaitility.await().until(() -> Sluice.run(etcd, "status").out().lines().count() == 3);
  }

  private void put(String key, String json) {
    etcd.put("/vulcand/" + key, json.replace('\'', '"'));
  }

  private void frontend(String id, String backend, String route) {
    put(
        "frontends/" + id + "/frontend",
        "{'Type':'http','BackendId':'" + backend + "','Route':'" + route + "'}");
  }

  private Gateway gateway(int number) throws Exception {
    return Gateway.start(
        GatewaySettings.of("g" + number, TestGateway.inClear(etcd), null)
            .threads(2)
            .log(LogSettings.to(log(number).toString()))
            .build());
  }

  private Path log(int gateway) {
    return folder.resolve("access-" + gateway + ".log");
  }

  @AfterAll
  void stop() throws Exception {
    one.stop();
    two.stop();
    origin.close();
    etcd.close();
    TestFolder.remove(folder);
  }

  private static String id(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Request-Id").orElseThrow();
  }

  /** The log is written a moment after the answer. */
  private Sluice why(String id, String... more) {
    List<String> words = new ArrayList<>(List.of("why", id));
    words.addAll(List.of(more));
    Sluice[] said = new Sluice[1];
    Awaitility.await()
        .until(
            () -> {
              said[0] = Sluice.run(etcd, words.toArray(String[]::new));
              return !said[0].err().contains("none of 2 gateways");
            });
    return said[0];
  }

  @Test
  void aRequestIsDecidedAgainByTheRoutesOfItsTime() throws Exception {
    String id = id(TestGateway.get(ports[1], "/shop/cart"));
    // The line is there before the route moves away.
    why(id).succeeds();
    frontend("shop", "b", "PathRegexp(`^/elsewhere`)");
    Awaitility.await().until(() -> TestGateway.get(ports[1], "/shop/cart").statusCode() == 404);

    Sluice said = why(id).succeeds();
    assertThat(said.out())
        .contains("request_id=" + id, "path=/shop/cart", "status=200", "gateway=g1")
        .contains("frontend  shop  PathRegexp(`^/shop`)", "try       endpoint=127.0.0.1:")
        .contains("not       dead");

    Sluice late = why(id(TestGateway.get(ports[0], "/shop/cart")));
    assertThat(late.out()).contains("status=404", "reason=no_route", "none takes it");
    frontend("shop", "b", "PathRegexp(`^/shop`)");
    Awaitility.await().until(() -> TestGateway.get(ports[0], "/shop").statusCode() == 200);
  }

  @Test
  void whatFailedShowsEachTryAndItsReason() {
    JsonNode said = json(why(id(TestGateway.get(ports[0], "/dead")), "-o", "json").out());

    assertThat(said.path("request").path("status").asInt()).isEqualTo(502);
    assertThat(said.path("request").path("tries").get(0).path("reason").asText())
        .isEqualTo("connect_failed");
    assertThat(said.path("explanation").path("frontend").asText()).isEqualTo("dead");
  }

  @Test
  void aRequestThatNobodySentIsDecidedByTheRoutesOfAnyRevision() throws Exception {
    long before = revision();
    frontend("new", "b", "Path(`/new`)");

    Sluice now =
        Sluice.run(
            etcd, "why", "--at", "" + revision(), "GET", "http://localhost:" + ports[0] + "/new");
    assertThat(now.succeeds().out()).contains("frontend  new");
    Sluice then =
        Sluice.run(
            etcd, "why", "--at", "" + before, "GET", "http://localhost:" + ports[0] + "/new");
    assertThat(then.status()).isEqualTo(1);
    assertThat(then.out()).contains("none takes it");
    etcd.delete("/vulcand/frontends/new/frontend");
  }

  private long revision() throws Exception {
    try (EtcdStore store = new EtcdStore(TestGateway.inClear(etcd))) {
      return store.read("listeners/").revision();
    }
  }

  @Test
  void aLineThatIsKeptElsewhereIsEnough() throws Exception {
    String id = id(TestGateway.get(ports[0], "/shop/kept"));
    why(id).succeeds();
    Path line =
        Files.writeString(
            folder.resolve("line"),
            Files.readAllLines(log(0)).stream()
                .filter(each -> each.contains(id))
                .findFirst()
                .get());

    assertThat(Sluice.run(etcd, "why", "--line", line.toString()).succeeds().out())
        .contains("path=/shop/kept", "frontend  shop");
    Files.writeString(line, "no line");
    assertThat(Sluice.run(etcd, "why", "--line", line.toString()).err())
        .contains("found no line of an access log");
  }

  @Test
  void pathsThatNoJavaUriTakesAreDecidedAgainToo() throws Exception {
    try (Wire client = Wire.connect(ports[0])) {
      client.send(
          "GET /shop/a|b^c`{d}[e] HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: odd\r\n\r\n");
      client.message();
    }

    assertThat(why("odd").succeeds().out()).contains("frontend  shop");
  }

  @Test
  void anIdThatNobodyKnowsIsSaidToBeSo() {
    Sluice said = Sluice.run(etcd, "why", "nobody/knows it");
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.err()).contains("none of 2 gateways has a request nobody/knows it");
  }

  @Test
  void aTapShowsWhatItAsksForFromAllGatewaysAndEnds() throws Exception {
    CompletableFuture<Sluice> tap =
        CompletableFuture.supplyAsync(
            () ->
                Sluice.run(
                    etcd, "tap", "--where", "status == 404 && path =~ '^/tapped'", "--count", "4"));
    // Whoever looks on sees what ends from then on.
    while (!tap.isDone()) {
      for (int port : ports) {
        TestGateway.get(port, "/tapped/a");
        TestGateway.get(port, "/shop/a");
      }
    }
    Sluice said = tap.get().succeeds();
    List<JsonNode> lines = said.out().lines().map(WhyIT::json).toList();
    assertThat(lines)
        .hasSize(4)
        .allSatisfy(
            line -> {
              assertThat(line.path("path").asText()).isEqualTo("/tapped/a");
              assertThat(line.path("gateway").asText()).isIn("g0", "g1");
            });
  }

  @Test
  void aConditionThatIsNoneIsSaidToBeSo() throws Exception {
    Sluice wrong = Sluice.run(etcd, "tap", "--where", "statu == 404");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--where: found the field \"statu\"");
    assertThat(TestGateway.get(one.adminPort(), "/requests?where=x").statusCode()).isEqualTo(400);
    assertThat(TestGateway.get(one.adminPort(), "/requests?share=2").statusCode()).isEqualTo(400);
  }

  /** Neither the requests nor the gateway, and it is sent away. */
  @Test
  void oneWhoLooksOnAndDoesNotReadHoldsUpNobody() throws Exception {
    try (Socket idle = new Socket()) {
      idle.setReceiveBufferSize(4_096);
      idle.connect(new InetSocketAddress("127.0.0.1", one.adminPort()));
      idle.getOutputStream()
          .write("GET /requests HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(UTF_8));
      Awaitility.await().until(() -> taps() == 1);
      // More than the sockets hold by themselves.
      String path = "/shop/" + "x".repeat(1_900);
      long until = System.nanoTime() + Patience.TIME.toNanos();
      while (taps() == 1 && System.nanoTime() < until) {
        for (int i = 0; i < 200; i++) {
          assertThat(TestGateway.get(ports[0], path).statusCode()).isEqualTo(200);
        }
      }
      assertThat(taps()).isZero();
    }
  }

  private long taps() {
    return (long)
        TestGateway.get(one.adminPort(), "/metrics")
            .body()
            .lines()
            .filter(line -> line.startsWith("sluice_taps "))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
            .sum();
  }

  /** Routes that change fifty times a second, and what is asked meanwhile. */
  @Test
  void everyDecisionIsTheSameWhenItIsMadeAgain() throws Exception {
    String[] routes = {
      "Path(`/r/<x>`)",
      "PathRegexp(`^/r/.*`)",
      "Path(`/r/%d`)",
      "Host(`a.example`)",
      "Host(`a.example`) && Path(`/r/%d`)",
      "Method(`GET`) && PathRegexp(`^/r/[0-%d]$`)",
      "HostRegexp(`.*\\\\.example`) && Method(`POST`)",
      "PathRegexp(`/%d$`)"
    };
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> changes =
        CompletableFuture.runAsync(
            () -> {
              SplittableRandom random = new SplittableRandom(7);
              while (!done.get()) {
                String id = "random" + random.nextInt(12);
                if (random.nextInt(5) == 0) {
                  etcd.delete("/vulcand/frontends/" + id + "/frontend");
                } else {
                  frontend(
                      id, "b", routes[random.nextInt(routes.length)].formatted(random.nextInt(10)));
                }
                LockSupport.parkNanos(15_000_000);
              }
            });
    SplittableRandom random = new SplittableRandom(8);
    String[] hosts = {"a.example", "b.example", "127.0.0.1", "c.org"};
    try (Wire client = Wire.connect(ports[0])) {
      for (int i = 0; i < REQUESTS; i++) {
        client.send(
            "%s /r/%d HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\nX-Request-Id: replay-%d\r\n\r\n"
                .formatted(
                    random.nextBoolean() ? "GET" : "POST",
                    random.nextInt(10),
                    hosts[random.nextInt(hosts.length)],
                    i));
        client.message();
      }
    } finally {
      done.set(true);
      changes.get();
    }
    Awaitility.await()
        .until(() -> Files.readString(log(0)).contains("\"replay-" + (REQUESTS - 1) + "\""));

    Map<Long, TreeCheck> trees = new HashMap<>();
    List<String> otherwise = new ArrayList<>();
    int replayed = 0;
    try (EtcdStore store = new EtcdStore(TestGateway.inClear(etcd));
        var lines = Files.lines(log(0))) {
      for (String text : (Iterable<String>) lines::iterator) {
        JsonNode line = json(text);
        if (!line.path("request_id").asText().startsWith("replay-")) {
          continue;
        }
        long revision = line.path("revision").asLong();
        if (!trees.containsKey(revision)) {
          trees.put(revision, TreeCheck.of(TreeChanges.values(store.readAt("", revision))));
        }
        TreeCheck tree = trees.get(revision);
        Explanation explanation =
            Explanation.of(
                tree.table(),
                tree.table().listener("l0"),
                new Explanation.Request(
                    line.path("method").asText(),
                    URI.create("http://" + line.path("host").asText() + line.path("path").asText()),
                    List.of(),
                    InetAddress.getLoopbackAddress()));
        CompiledFrontend frontend = explanation.frontend();
        replayed++;
        if (!line.path("frontend").asText().equals(frontend == null ? "" : frontend.id())) {
          otherwise.add(text);
        }
      }
    }
    assertThat(replayed).isEqualTo(REQUESTS);
    assertThat(trees.size()).isGreaterThan(REQUESTS / 1_000);
    assertThat(otherwise).isEmpty();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (java.io.IOException none) {
      throw new AssertionError(text, none);
    }
  }
}
