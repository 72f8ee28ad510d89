package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.admin.AdminTokens;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.AdminLogin;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestCertificate;
import io.sluice.testkit.TestFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use the admin API, and how long anybody may keep it busy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminIT {
  private static final String READER = "reader-0123456789";
  private static final String WRITER = "writer-0123456789";

  private final TestCertificate own = TestCertificate.of("127.0.0.1");
  private final TestCertificate trusted = TestCertificate.of("operator");
  private final TestCertificate stranger = TestCertificate.of("stranger");

  private Path folder;
  private Gateway byToken;
  private Gateway byCertificate;

  @BeforeAll
  void start() throws Exception {
    folder = TestFolder.make("admin");
    file("tokens", "# people\n" + READER + " read\n\n" + WRITER + " write\n");
    file("own.pem", own.certificate());
    file("own.key", own.privateKey());
    file("operator.pem", trusted.certificate());
    file("operator.key", trusted.ecPrivateKey());
    byToken =
        gateway(new AdminAccess(AdminTokens.read(folder.resolve("tokens")), null, null, null));
    byCertificate = gateway(secure());
  }

  @AfterAll
  void stop() throws Exception {
    byToken.stop();
    byCertificate.stop();
    TestFolder.remove(folder);
  }

  private AdminAccess secure() {
    return new AdminAccess(
        AdminTokens.nobody(),
        folder.resolve("own.pem"),
        folder.resolve("own.key"),
        folder.resolve("operator.pem"));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Gateway gateway(AdminAccess access) throws Exception {
    return gateway(access, Files.createTempDirectory(folder, "routes"));
  }

  private static Gateway gateway(AdminAccess access, Path routes) throws Exception {
    return Gateway.start(settings(access, null, routes));
  }

  private static GatewaySettings settings(AdminAccess access, EtcdSettings etcd, Path routes) {
    return GatewaySettings.of("test", etcd, routes).admin("127.0.0.1", 0, access).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0:0", "[::]:0", "10.0.0.1:8182", "example.com:0", "[2001:db8::1]:0"})
  void anAddressThatOthersReachNeedsAWordOfTheOperators(String admin) {
    Sluice refused = Sluice.run("serve", "--routes", folder.toString(), "--admin", admin);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .contains(
            "--admin: found \"" + admin, "--admin-token", "--admin-client-ca", "--admin-open");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--admin-cert own.pem | --admin-key",
        "--admin-client-ca operator.pem | --admin-cert",
        "--admin-token none | none",
        "--admin-cert none --admin-key own.key | none",
        "--admin-token own.pem | own.pem line 1",
      })
  void optionsThatContradictOrCannotBeReadAreReported(String options, String said) {
    List<String> command =
        new ArrayList<>(List.of("serve", "--routes", folder.toString(), "--admin", "127.0.0.1:0"));
    for (String word : options.split(" ", -1)) {
      command.add(word.startsWith("--") ? word : folder.resolve(word).toString());
    }
    Sluice refused = Sluice.run(command.toArray(new String[0]));
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains(said);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /healthz, '', 200",
    "GET, /readyz, '', 200",
    "GET, /status, '', 401",
    "GET, /metrics, '', 401",
    "POST, /store/accept, '', 401",
    "GET, /status, Bearer wrong-0123456789, 401",
    "GET, /status, Basic cmVhZGVyLTAxMjM0NTY3ODk=, 401",
    "GET, /status, reader-0123456789, 401",
    "GET, /status, Bearer reader-0123456789, 200",
    "GET, /metrics, bearer reader-0123456789, 200",
    "POST, /store/accept, Bearer reader-0123456789, 403",
    "GET, /status, Bearer writer-0123456789, 200",
    "POST, /store/accept, Bearer writer-0123456789, 415",
    "GET, /healthz/../status, '', 401",
    "GET, //status, '', 401",
  })
  void eachTokenMayDoWhatItsLineSays(String method, String path, String shown, int status)
      throws Exception {
    String head = shown.isEmpty() ? "" : "\r\nAuthorization: " + shown;
    int found = raw(byToken, method + " " + path, "127.0.0.1" + head);
    assertThat(found == 404 && status == 401 ? 401 : found).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "'', 421",
    "localhost:1, 200",
    "[::1]:1, 200",
    "127.1.2.3, 200",
  })
  void anAddressOfThisMachineAnswersUnderItsNamesAlone(String host, int status) throws Exception {
    assertThat(raw(byToken, "GET /status", host + "\r\nAuthorization: Bearer " + WRITER))
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: https://127.0.0.1",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void noPageOfAnotherOriginIsAnswered(String field) throws Exception {
    assertThat(
            raw(
                byToken,
                "POST /store/accept",
                "127.0.0.1\r\n" + field + "\r\nAuthorization: Bearer " + WRITER))
        .isEqualTo(403);
  }

  @Test
  void aCertificateThatIsTrustedDoesEverythingAndNoneOnlyAsksWhetherAllIsWell() throws Exception {
    HttpClient operator = client(trusted);
    HttpClient nobody = client(null);
    assertThat(ask(nobody, "GET", "/healthz")).isEqualTo(200);
    assertThat(ask(nobody, "GET", "/status")).isEqualTo(401);
    assertThat(ask(operator, "GET", "/status")).isEqualTo(200);
    assertThat(ask(operator, "POST", "/store/accept")).isEqualTo(415);
    // Its client leaves it away, as it is none of those that the API names.
    assertThat(ask(client(stranger), "GET", "/status")).isEqualTo(401);
    assertThat(raw(byCertificate, "GET /healthz", "127.0.0.1")).isNegative();
  }

  private HttpClient client(TestCertificate shown) {
    return HttpClient.newBuilder().sslContext(TestCertificate.context(shown, own)).build();
  }

  private int ask(HttpClient client, String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + byCertificate.adminPort() + path))
            .timeout(Patience.TIME)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** And nothing of it is asked for a token, nor is anything else there. */
  @ParameterizedTest
  @CsvSource({
    "GET /metrics, 200",
    "GET /healthz, 200",
    "GET /readyz, 200",
    "GET /status, 404",
    "GET /openapi.json, 404",
    "GET /v2/frontends, 404",
    "POST /store/accept, 404",
    "POST /metrics, 405",
  })
  void metricsHaveAnAddressOfTheirOwnWhereTheOperatorNamesOne(String request, int status)
      throws Exception {
    int port = FreePort.next();
    Gateway gateway =
        Gateway.start(
            GatewaySettings.of("test", null, Files.createTempDirectory(folder, "routes"))
                .admin("127.0.0.1", 0, new AdminAccess(AdminTokens.nobody(), null, null, null))
                .metrics(InetSocketAddress.createUnresolved("127.0.0.1", port))
                .build());
    try {
      Awaitility.await().until(gateway::isReady);
      assertThat(raw(gateway, "GET /metrics", "127.0.0.1")).isEqualTo(401);
      assertThat(raw(port, request, "gateway-1.example")).isEqualTo(status);
    } finally {
      gateway.stop();
    }
  }

  /**
   * It shows nothing by itself, asks with a token like everybody, and runs nobody else's script.
   */
  @Test
  void thePageIsOpenToAllAndWhatItAsksForIsNot() throws Exception {
    Path routes = Files.createTempDirectory(folder, "routes");
    Gateway gateway = gateway(new AdminAccess(AdminTokens.nobody(), null, null, null), routes);
    try {
      HttpResponse<String> page = answer(gateway, "GET", "/");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "script-src 'sha256-", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(page.body())
          .doesNotContain("innerHTML")
          .doesNotContainPattern("(src|href)=\"(?!data:)|@import|url\\(|fetch\\('http");
      for (String path :
          List.of(
              "/frontends",
              "/requests",
              "/requests/x",
              "/requests/x/why",
              "/explain",
              "/events",
              "/gateways",
              "/rollouts",
              "/rollouts/x/report",
              "/history",
              "/status")) {
        assertThat(answer(gateway, "GET", path).statusCode()).as(path).isEqualTo(401);
      }
    } finally {
      gateway.stop();
    }
  }

  @Test
  void frontendsAreFoundAndGivenAPartAtATime() throws Exception {
    Path routes = Files.createTempDirectory(folder, "routes");
    for (int i = 0; i < 250; i++) {
      Path file = routes.resolve("frontends/f" + (1_000 + i) + "/frontend.json");
      Files.createDirectories(file.getParent());
      Files.writeString(
          file,
          "{\"Type\":\"http\",\"BackendId\":\"%s\",\"Route\":\"Path(`/x%d`)\"}"
              .formatted(i == 7 ? "Special" : "b", i));
    }
    Gateway gateway = gateway(AdminAccess.open(), routes);
    try {
      Awaitility.await().until(() -> frontends(gateway, "").path("total").asInt() == 250);
      JsonNode part = frontends(gateway, "?from=200&count=100");
      assertThat(part.path("frontends")).hasSize(50);
      assertThat(part.path("frontends").get(0).path("id").asText()).isEqualTo("f1200");
      assertThat(frontends(gateway, "?search=special").path("frontends").get(0).path("id").asText())
          .isEqualTo("f1007");
      assertThat(frontends(gateway, "?search=/x249").path("total").asInt()).isEqualTo(1);
      assertThat(frontends(gateway, "?from=9000").path("frontends")).isEmpty();
      for (String wrong : List.of("?from=-1", "?count=0", "?count=1001", "?from=x")) {
        assertThat(answer(gateway, "GET", "/frontends" + wrong).statusCode())
            .as(wrong)
            .isEqualTo(400);
      }
    } finally {
      gateway.stop();
    }
  }

  private static JsonNode frontends(Gateway gateway, String query) throws Exception {
    return new JsonMapper().readTree(answer(gateway, "GET", "/frontends" + query).body());
  }

  /** Every path and method of it answers, with a status that stands there. */
  @Test
  void theDescriptionIsOfWhatThereIs() throws Exception {
    Path routes = Files.createTempDirectory(folder, "routes");
    Gateway gateway = gateway(AdminAccess.open(), routes);
    try {
      HttpResponse<String> described = answer(gateway, "GET", "/openapi.json");
      assertThat(described.headers().firstValue("Content-Type")).contains("application/json");
      JsonNode paths = new JsonMapper().readTree(described.body()).path("paths");
      assertThat(paths.size()).isGreaterThan(15);
      for (Map.Entry<String, JsonNode> path : paths.properties()) {
        for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
          if (operation.getKey().equals("parameters")) {
            continue;
          }
          String method = operation.getKey().toUpperCase(Locale.ROOT);
          // What never ends is asked for what there is not.
          String endless = operation.getValue().has("x-endless") ? "?where=nothing" : "";
          String target = path.getKey().replaceAll("\\{\\w+}", "x") + endless;
          HttpResponse<String> found = answer(gateway, method, target);
          assertThat(operation.getValue().path("responses").has("" + found.statusCode()))
              .as(method + " " + target + ": " + found.statusCode() + " " + found.body())
              .isTrue();
          assertThat(found.body()).as(target).doesNotContain("Object not found");
        }
      }
      assertThat(answer(gateway, "GET", "/nothing").statusCode()).isEqualTo(404);
    } finally {
      gateway.stop();
    }
  }

  private static HttpResponse<String> answer(Gateway gateway, String method, String path)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .timeout(Patience.TIME)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void commandsAskGatewaysThatSpeakTls() throws Exception {
    try (Etcd etcd = Etcd.start()) {
      EtcdSettings store = TestGateway.inClear(etcd);
      Gateway gateway = Gateway.start(settings(secure(), store, null));
      try {
        AdminLogin login =
            new AdminLogin(
                "",
                folder.resolve("own.pem"),
                folder.resolve("operator.pem"),
                folder.resolve("operator.key"));
        try (EtcdStore known = new EtcdStore(store, login);
            EtcdStore unknown = new EtcdStore(store)) {
          Fleet fleet = new Fleet(known);
          Awaitility.await().until(() -> fleet.gateways().containsKey("test"));
          GatewayStatus status = fleet.gateways().get("test");
          assertThat(status.admin()).isEqualTo("https://127.0.0.1:" + gateway.adminPort());
          // The command has a time of its own for an answer, which a busy machine may need more of.
          Awaitility.await()
              .ignoreExceptionsInstanceOf(AdminApi.SilentException.class)
              .until(() -> fleet.metrics(status).contains("sluice_"));
          assertThatThrownBy(() -> new Fleet(unknown).metrics(status))
              .isInstanceOf(AdminApi.SilentException.class)
              .hasMessageContaining("https://127.0.0.1");
        }
      } finally {
        gateway.stop();
      }
    }
  }

  @Test
  void clientsThatKeepItBusyStandInNobodysWay() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), byToken.adminPort());
        open.add(socket);
        // Nothing, a head without an end, a body that does not come, an answer that is not read.
        String sent =
            switch (i % 4) {
              case 0 -> "";
              case 1 -> "GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ";
              case 2 ->
                  "POST /store/accept HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n";
              default ->
                  ("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                          + READER
                          + "\r\n\r\n")
                      .repeat(20);
            };
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(raw(byToken, "GET /healthz", "127.0.0.1")).isEqualTo(200);
      // By their time limits all of them are ended, whatever they left undone.
      for (Socket each : open) {
        each.setSoTimeout(Patience.MILLIS);
        assertThat(isEnded(each)).isTrue();
      }
    } finally {
      for (Socket each : open) {
        each.close();
      }
    }
  }

  private static boolean isEnded(Socket socket) {
    try {
      socket.getInputStream().readAllBytes();
      return true;
    } catch (java.net.SocketTimeoutException stillOpen) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private static int raw(Gateway gateway, String request, String host) throws IOException {
    return raw(gateway.adminPort(), request, host);
  }

  /** The status of an answer; -1 for none. */
  private static int raw(int port, String request, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(Patience.MILLIS);
      String text =
          request
              + " HTTP/1.1\r\nHost: "
              + host
              + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : -1;
    }
  }
}
