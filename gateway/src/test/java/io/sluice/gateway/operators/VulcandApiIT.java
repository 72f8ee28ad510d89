package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v2}: what a Vulcand answered to the same calls, and what comes of it in a gateway. */
class VulcandApiIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path RECORDED = Path.of("src/test/resources/vulcand/api.jsonl");

  private final Etcd etcd = Etcd.start();
  private final TestGateway gateway = TestGateway.onEtcd("one", etcd, null);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
    etcd.close();
  }

  private HttpResponse<String> call(String method, String path, String type, String body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      if (!type.isEmpty()) {
        request.header("Content-Type", type);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  private HttpResponse<String> post(String path, String json) {
    return call("POST", path, "application/json", json.replace('\'', '"'));
  }

  /**
   * The calls follow one another on one tree. Where the answer of a Vulcand is not ours, the status
   * alone is: its 500 for a client's mistake is 400, and the like.
   */
  @Test
  void everyRecordedCallIsAnsweredInItsShape() throws IOException {
    TestCertificate pair = TestCertificate.of("pub.example", "*.pub.example");
    List<String> wrong = new ArrayList<>();
    for (String line : Files.readAllLines(RECORDED)) {
      JsonNode call = JSON.readTree(line);
      String method = call.path("method").textValue();
      String body =
          call.path("request")
              .asText("")
              // What ends by itself does so when nobody looks, however slow the machine is.
              .replaceAll("\"TTL\": \"(500ms|10s|20s)\"", "\"TTL\": \"1h\"")
              .replace("{{CERT}}", base64(pair.certificate()))
              .replace("{{KEY}}", base64(pair.privateKey()));
      boolean form = call.path("path").textValue().startsWith("/v2/log");
      HttpResponse<String> answer =
          call(
              method,
              call.path("path").textValue().replace("*", "%2A"),
              form ? "application/x-www-form-urlencoded" : "application/json",
              call.path("request").isNull() ? "" : body);
      boolean right =
          answer.statusCode() == call.path("status").asInt()
              && (!call.has("response")
                  || JSON.readTree(answer.body()).equals(call.path("response")))
              && (answer.statusCode() == 200
                  || method.equals("HEAD")
                  || JSON.readTree(answer.body()).path("message").isTextual());
      if (!right) {
        wrong.add(line + " was answered with " + answer.statusCode() + " " + answer.body());
      }
      assertThat(answer.body()).doesNotContain(base64(pair.privateKey()));
    }
    assertThat(wrong).isEmpty();
  }

  private static String base64(String pem) {
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
  }

  /** Publishes a server at {@code /x} of a port, call by call as {@code vctl} does. */
  private int published(Origin origin) {
    int port = FreePort.next();
    String address = "127.0.0.1:" + port;
    post("//v2/backends", "{'Backend':{'Id':'b','Type':'http'}}");
    post("/v2/backends/b/servers", "{'Server':{'Id':'s','URL':'" + origin.url() + "'}}");
    post(
        "/v2/listeners",
        "{'Listener':{'Id':'l','Protocol':'http','Address':{'Network':'tcp','Address':'"
            + address
            + "'}},'TTL':''}");
    String frontend =
        "{'Frontend':{'Id':'f','Type':'http','BackendId':'b','Route':'Path(`/x`)'},'TTL':'0s'}";
    assertThat(post("/v2/frontends", frontend).statusCode()).isEqualTo(200);
    gateway.awaitStatus(port, "/x", 200);
    return port;
  }

  @Test
  void whatIsPostedServesAndLandsInTheHistory() {
    try (Origin origin = Origin.named("one")) {
      int port = published(origin);
      assertThat(
              post(
                      "/v2/frontends/f/middlewares",
                      "{'Middleware':{'Id':'m','Type':'maintenance','Middleware':{'StatusCode':418}}}")
                  .statusCode())
          .isEqualTo(200);
      gateway.awaitStatus(port, "/x", 418);
      assertThat(call("DELETE", "/v2/frontends/f", "", "").statusCode()).isEqualTo(200);
      gateway.awaitStatus(port, "/x", 404);
      assertThat(etcd.get("/vulcand/frontends/f/middlewares/m")).isBlank();
      assertThat(etcd.under("/vulcand/history/"))
          .contains("frontends/f/middlewares/m", "/v2 of one");
      assertThat(etcd.get("/vulcand/frontends/f/frontend")).isBlank();
    }
  }

  @Test
  void aTimeToLiveIsALeaseAndWritingAgainIsItsHeartBeat() {
    post("/v2/backends", "{'Backend':{'Id':'b','Type':'http'}}");
    String server = "{'Server':{'Id':'s','URL':'http://127.0.0.1:1'},'TTL':'2s'}";
    post("/v2/backends/b/servers", server);
    long until = System.nanoTime() + 5_000_000_000L;

    while (System.nanoTime() < until) {
      assertThat(post("/v2/backends/b/servers", server).statusCode()).isEqualTo(200);
      assertThat(call("GET", "/v2/backends/b/servers/s", "", "").statusCode()).isEqualTo(200);
    }

    Awaitility.await()
        .until(() -> call("GET", "/v2/backends/b/servers/s", "", "").statusCode() == 404);
  }

  @Test
  void noKeyIsShownHoweverItsNameIsSpelled() {
    TestCertificate pair = TestCertificate.of("client.example");
    post(
        "/v2/backends",
        "{'Backend':{'Id':'b','Type':'http','Settings':{'TLS':{'certificate':'"
            + pair.certificate().replace("\n", "\\n")
            + "','privatekey':'"
            + pair.privateKey().replace("\n", "\\n")
            + "'}}}}");

    assertThat(call("GET", "/v2/backends", "", "").body())
        .contains("BEGIN CERTIFICATE")
        .doesNotContain("PRIVATE KEY");
  }

  @Test
  void whatIsShownCanBeWrittenBackAndTheKeyPairStays() {
    TestCertificate pair = TestCertificate.of("pub.example");
    post(
        "/v2/hosts",
        "{'Host':{'Name':'pub.example','Settings':{'KeyPair':{'Cert':'"
            + base64(pair.certificate())
            + "','Key':'"
            + base64(pair.privateKey())
            + "'}}}}");
    String shown = call("GET", "/v2/hosts/pub.example", "", "").body();
    assertThat(shown).contains(base64(pair.certificate()));

    assertThat(post("/v2/hosts", "{\"Host\":" + shown + "}").statusCode()).isEqualTo(200);

    assertThat(etcd.get("/vulcand/hosts/pub.example/host")).contains(base64(pair.privateKey()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain | 415",
        "application/json | 200",
      })
  void aPageOfAnotherOriginCannotWrite(String type, int status) {
    assertThat(
            call("POST", "/v2/backends", type, "{\"Backend\":{\"Id\":\"b\",\"Type\":\"http\"}}")
                .statusCode())
        .isEqualTo(status);
  }

  @Test
  void topTellsWhatFrontendsHadAsVctlReadsIt() throws IOException {
    try (Origin origin = Origin.named("one")) {
      published(origin);

      JsonNode entry =
          JSON.readTree(call("GET", "/v2/top/frontends?limit=20&backendId=b", "", "").body())
              .path("Frontends")
              .path(0);

      assertThat(entry.path("Id").asText()).isEqualTo("f");
      JsonNode stats = entry.path("Stats");
      assertThat(stats.path("Counters").path("Total").asLong()).isPositive();
      assertThat(stats.path("Counters").path("Period").asLong()).isPositive();
      assertThat(stats.path("Counters").path("StatusCodes").path(0).path("Code").asInt())
          .isPositive();
      assertThat(stats.path("LatencyBrackets")).hasSize(5);
      assertThat(stats.path("Verdict").path("IsBad").isBoolean()).isTrue();
    }
  }
}
