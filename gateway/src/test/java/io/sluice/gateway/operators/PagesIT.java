package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.telemetry.LogSettings;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page of a gateway asks for says what the commands say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_VIEWERS = 32;

  private final Etcd etcd = Etcd.start();
  private final Origin origin = Origin.echoing();
  private final int port = FreePort.next();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder = TestFolder.make("pages");
  private Gateway gateway;

  @BeforeAll
  void start() throws Exception {
    upsert("listener", "l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    for (String backend : List.of("b", "newer")) {
      upsert("backend", backend, "{'Type':'http'}");
      upsert("server", backend + "/s", "{'URL':'" + origin.url() + "'}");
    }
    upsert("frontend", "shop", "{'Type':'http','BackendId':'b','Route':'PathRegexp(`^/shop`)'}");
    upsert(
        "frontend",
        "beta",
        "{'Type':'http','BackendId':'newer','Route':'PathRegexp(`^/shop`) && Header(`X-Beta`,"
            + " `1`)'}");
    gateway =
        Gateway.start(
            GatewaySettings.of("g", TestGateway.inClear(etcd), null)
                .threads(2)
                .log(LogSettings.to(folder.resolve("access.log").toString()))
                .build());
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(port, "/shop").statusCode() == 200);
  }

  private void upsert(String kind, String id, String json) {
    Sluice.run(etcd, "upsert", kind, id, json, "-m", "for the shop", "--author", "ann").succeeds();
  }

  @AfterAll
  void stop() throws Exception {
    gateway.stop();
    origin.close();
    etcd.close();
    TestFolder.remove(folder);
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
        .timeout(Patience.TIME)
        .build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private JsonNode said(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--output", "json"));
    return JSON.readTree(Sluice.run(etcd, all.toArray(String[]::new)).out());
  }

  private static String written(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void theHistoryIsThatOfTheCommand() throws Exception {
    assertThat(json("/history?limit=200").path("history")).isEqualTo(said("history"));
    assertThat(json("/history?limit=2").path("history")).hasSize(2);
    for (String wrong : List.of("0", "-1", "x", "201", "99999999999")) {
      assertThat(get("/history?limit=" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void theFleetIsThatOfTheCommand() throws Exception {
    Awaitility.await()
        .untilAsserted(
            () -> {
              JsonNode known = json("/gateways").path("gateways").path(0);
              assertThat(known.path("id").asText()).isEqualTo("g");
              assertThat(known.path("source").asText()).isEqualTo("etcd");
              assertThat(known.path("revision").asLong())
                  .isEqualTo(json("/status").path("revision").asLong());
            });
  }

  @Test
  void aRequestThatWasRefusedBeforeItsRouteIsExplainedBySayingSo() throws Exception {
    String answered = "";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      answered = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
    String id = answered.replaceAll("(?s).*\r\nX-Request-Id: (\\S+).*", "$1");
    Awaitility.await().until(() -> get("/requests/" + id).statusCode() == 200);
    JsonNode why = json("/requests/" + id + "/why");
    assertThat(why.path("request").path("status").asInt()).isEqualTo(400);
    assertThat(why.path("explanation").isNull()).isTrue();
    assertThat(why.path("notes").toString()).contains("answered before: bad_target");
  }

  @Test
  void noPasswordIsInAnExplanation() throws Exception {
    upsert("frontend", "guarded", "{'Type':'http','BackendId':'b','Route':'Path(`/guarded`)'}");
    upsert(
        "middleware",
        "guarded/m",
        "{'Type':'forwardauth','Priority':1,'Middleware':{'URL':'http://user:hidden1@127.0.0.1:9/check?token=hidden2'}}");
    String url = "/explain?url=" + written("http://127.0.0.1:" + port + "/guarded");
    Awaitility.await().until(() -> !json(url).path("stages").isEmpty());
    assertThat(get(url).body()).contains("/check").doesNotContain("hidden");
    Sluice.run(etcd, "rm", "middleware", "guarded/m").succeeds();
    Sluice.run(etcd, "rm", "frontend", "guarded").succeeds();
  }

  @Test
  void aRecordThatCannotBeReadIsNamedAndHidesNoOther() throws Exception {
    int before = json("/history?limit=200").path("history").size();
    etcd.put("/vulcand/history/zzz", "no json");
    etcd.put("/vulcand/rollouts/bad", "{}");
    JsonNode history = json("/history?limit=200").path("history");
    assertThat(history).hasSize(before + 1);
    assertThat(history.toString()).contains("history/zzz cannot be read");
    assertThat(json("/rollouts").path("rollouts").toString()).doesNotContain("bad");
    etcd.delete("/vulcand/history/zzz");
    etcd.delete("/vulcand/rollouts/bad");
  }

  /** Who looks at rollouts while the store hangs holds up nobody who needs no store. */
  @Test
  void aStoreThatHangsHoldsUpNeitherEventsNorExplanations() throws Exception {
    etcd.hold();
    try {
      List<CompletableFuture<HttpResponse<String>>> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add(client.sendAsync(request("/history"), HttpResponse.BodyHandlers.ofString()));
      }
      Awaitility.await().until(() -> many.stream().filter(CompletableFuture::isDone).count() >= 20);
      assertThat(
              many.stream().filter(CompletableFuture::isDone).map(each -> each.join().statusCode()))
          .contains(503);
      assertThat(get("/explain?url=" + written("http://127.0.0.1:" + port + "/shop")).statusCode())
          .isEqualTo(200);
      try (InputStream viewer =
          client.send(request("/events"), HttpResponse.BodyHandlers.ofInputStream()).body()) {
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(viewer, StandardCharsets.UTF_8));
        for (int events = 0; events < 2; ) {
          events += reader.readLine().startsWith("data: ") ? 1 : 0;
        }
      }
    } finally {
      etcd.wake();
    }
    Awaitility.await().until(() -> get("/history").statusCode() == 200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/shop/cart", "/nothing", "/shop/%zz"})
  void aRequestIsExplainedAsByTheCommand(String path) throws Exception {
    String url = "http://127.0.0.1:" + port + path;
    if (path.contains("%zz")) {
      JsonNode page = json("/explain?url=" + written("HTTP://127.0.0.1:" + port + "/shop?q=%zz|"));
      assertThat(page.path("frontend").asText()).isEqualTo("shop");
      return;
    }
    for (String header : List.of("X-Beta: 1", "X-Beta: 2")) {
      JsonNode page =
          json("/explain?method=POST&url=" + written(url) + "&header=" + written(header));
      JsonNode command = said("explain", "-X", "POST", "-H", header, url);
      for (String field : List.of("listener", "frontend", "backends", "stages", "candidates")) {
        assertThat(page.path(field)).as(header + " " + field).isEqualTo(command.path(field));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?url=shop.example",
        "?url=ftp%3A%2F%2Fshop.example%2F",
        "?url=http%3A%2F%2Fshop.example%2F&client=nobody",
        "?url=http%3A%2F%2Fshop.example%2F&header=none",
        "?url=http%3A%2F%2Fshop.example%2F&header=X%20A%3A+a",
        "?url=http%3A%2F%2Fshop.example%2F&header=X%3A+a%0Ab",
        "?url=http%3A%2F%2Fshop.example%2F&listener=none",
      })
  void whatCannotBeDecidedIsNamed(String query) throws Exception {
    HttpResponse<String> answer = get("/explain" + query);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("found", "expected");
  }

  @Test
  void anAnsweredRequestIsDecidedByTheRoutesOfItsTime() throws Exception {
    HttpResponse<String> answered = TestGateway.get(port, "/shop/then");
    String id = answered.headers().firstValue("X-Request-Id").orElseThrow();
    Awaitility.await().until(() -> get("/requests/" + id).statusCode() == 200);
    JsonNode before = json("/requests/" + id + "/why");
    assertThat(before.path("as_recorded").asBoolean()).isTrue();
    assertThat(before.path("explanation").path("frontend").asText()).isEqualTo("shop");

    upsert("frontend", "zoo", "{'Type':'http','BackendId':'b','Route':'Path(`/shop/then`)'}");
    Awaitility.await()
        .until(
            () ->
                json("/explain?url=" + written("http://127.0.0.1:" + port + "/shop/then"))
                    .path("frontend")
                    .asText()
                    .equals("zoo"));

    assertThat(json("/requests/" + id + "/why")).isEqualTo(before);
    assertThat(get("/requests/0000000000000000/why").statusCode()).isEqualTo(404);
    Sluice.run(etcd, "rm", "frontend", "zoo").succeeds();
  }

  @Test
  void aRolloutIsShownWithItsReport() throws Exception {
    assertThat(json("/rollouts").path("rollouts")).isEmpty();
    assertThat(get("/rollouts/shop/report").statusCode()).isEqualTo(404);
    Sluice.run(etcd, "rollout", "blue-green", "shop", "--to", "newer").succeeds();
    Awaitility.await()
        .untilAsserted(
            () -> {
              JsonNode known = json("/rollouts").path("rollouts").path(0);
              assertThat(known.path("id").asText()).isEqualTo("shop");
              assertThat(known.path("style").asText()).isEqualTo("blue-green");
            });
    HttpResponse<String> report = get("/rollouts/shop/report");
    assertThat(report.statusCode()).isEqualTo(200);
    assertThat(report.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("script-src 'none'", "style-src 'sha256-");
    assertThat(report.body()).contains("blue-green of shop");
  }

  @Test
  void viewersAreToldTheSameAsStatusSaysAndOnlySoManyAre() throws Exception {
    List<InputStream> viewers = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_VIEWERS; i++) {
        viewers.add(
            client.send(request("/events"), HttpResponse.BodyHandlers.ofInputStream()).body());
      }
      assertThat(get("/events").statusCode()).isEqualTo(503);
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(viewers.getFirst(), StandardCharsets.UTF_8));
      JsonNode event = null;
      while (event == null || event.path("traffic").isEmpty()) {
        String line = reader.readLine();
        event = line.startsWith("data: ") ? JSON.readTree(line.substring(6)) : event;
      }
      JsonNode status = json("/status");
      for (String field : List.of("id", "listeners", "source", "frontends", "backends")) {
        assertThat(event.path(field)).as(field).isEqualTo(status.path(field));
      }
      assertThat(event.path("candidates_total").asInt())
          .isEqualTo(status.path("candidates").size());
      assertThat(event.path("traffic").path("shop").path("rate").asDouble()).isNotNegative();
    } finally {
      for (InputStream viewer : viewers) {
        viewer.close();
      }
    }
    Awaitility.await()
        .until(
            () -> {
              HttpResponse<InputStream> again =
                  client.send(request("/events"), HttpResponse.BodyHandlers.ofInputStream());
              again.body().close();
              return again.statusCode() == 200;
            });
  }
}
