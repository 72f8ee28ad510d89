package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The packaged service as a process: what it answers, and how it comes to and goes from a real
 * etcd.
 */
class ServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private static Path folder;
  private static final int PUBLIC = FreePort.next();
  private static final int PRIVATE = FreePort.next();
  private static Program service;

  @BeforeAll
  static void start() {
    service = service("all", PUBLIC, PRIVATE);
    awaitReady(PUBLIC);
  }

  @AfterAll
  static void stop() {
    service.terminate();
    assertThat(service.awaitExit(PATIENCE)).isZero();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/items/9521000000018 | 200 | \"gtin\":\"09521000000018\",\"type\":\"GTIN-13\"",
        "/v1/items/9521000000018 | 200 | \"item\":{\"name\":\"Oat biscuits with sea salt 200"
            + " g\",\"brand\":\"Weir & Daughters\",\"category\":\"bakery\"}",
        "/v1/items/95200000455 | 200 | \"code\":\"leading-zeros-restored\"",
        "/v1/items/0952453-5 | 200 | \"form\":\"UPC-E\"",
        "/v1/items/%20952%201000%20000018 | 200 | \"requested\":\" 952 1000 000018\"",
        "/v1/items/9521234543213 | 404 | \"code\":\"unknown-item\"",
        "/v1/items/9521000000010 | 400 | \"code\":\"check-digit\"",
        "/v1/items/abc | 400 | \"code\":\"characters\"",
        "/v1/items/%2F..%2F | 400 | \"code\":\"characters\"",
        "/v1/gtins/9521234543213 | 200 | \"normalization\":{\"changed\":false,\"steps\":[]}",
        "/v1/gtins/01234565 | 300 | \"candidates\":[{\"gtin\":\"00012345000065\"",
        "/v1/gtins/0 | 400 | \"code\":\"all-zero\"",
        "/v1/nothing | 404 | \"code\":\"no-such-path\"",
        "/metrics | 404 | \"code\":\"no-such-path\"",
        "/healthz | 200 | \"status\":\"ok\"",
        "/readyz | 200 | \"ready\":true",
      })
  void thePublicApiAnswers(String path, int status, String part) throws Exception {
    HttpResponse<String> answer = get(PUBLIC, path);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains(part);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue(status >= 400 ? "application/problem+json" : "application/json");
  }

  @Test
  void metricsArePrivate() throws Exception {
    get(PRIVATE, "/v1/items/9521000000018");

    assertThat(get(PRIVATE, "/metrics").body())
        .contains("gtin_request_duration_seconds_count{code=\"200\",route=\"/v1/items/:code\"}");
  }

  @Test
  void theServiceAsItWasKnowsTwelveDigitsOnly() throws Exception {
    int port = FreePort.next();
    try (Program old = service("gtin-12", port, FreePort.next())) {
      awaitReady(port);
      assertThat(get(port, "/v1/items/095200000455").statusCode()).isEqualTo(200);
      for (String code :
          new String[] {
            "9521000000018", "09524535", "00095200000455", "095200000456", "0952-0000-0455", "abc"
          }) {
        assertThat(get(port, "/v1/items/" + code).statusCode()).as(code).isEqualTo(404);
      }
      old.terminate();
      assertThat(old.awaitExit(PATIENCE)).isZero();
    }
  }

  @Test
  void itRegistersUnderALeaseWithdrawsOnTermAndIsGoneAfterAKill() {
    try (Etcd etcd = Etcd.start()) {
      int port = FreePort.next();
      String[] registering = {"--register", etcd.url(), "--lease", "3", "--id", "one"};
      try (Program program = service("all", port, FreePort.next(), registering)) {
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () ->
                    servers(etcd)
                        .contains(
                            "/vulcand/backends/gtin/servers/one\n{\"URL\":\"http://127.0.0.1:"
                                + port
                                + "\"}"));
        assertThat(servers(etcd)).contains("/vulcand/backends/gtin-private/servers/one");
        // Longer than the lease: only renewing keeps it.
        Awaitility.await()
            .during(5, TimeUnit.SECONDS)
            .atMost(PATIENCE)
            .until(() -> servers(etcd).contains("servers/one"));

        program.terminate();
        assertThat(program.awaitExit(PATIENCE)).isZero();
        assertThat(servers(etcd)).doesNotContain("servers/one");
      }
      try (Program program = service("all", port, FreePort.next(), registering)) {
        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        program.kill();
        assertThat(servers(etcd)).contains("servers/one");
        Awaitility.await().atMost(PATIENCE).until(() -> !servers(etcd).contains("servers/one"));
      }
    }
  }

  @Test
  void aStoreThatForgetsTheLeaseIsToldAgain() {
    try (Etcd etcd = Etcd.start()) {
      try (Program program =
          service(
              "all",
              FreePort.next(),
              FreePort.next(),
              "--register",
              etcd.url(),
              "--lease",
              "3",
              "--id",
              "one")) {
        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        etcd.kill();
        etcd.wipe();
        etcd.resume();

        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        program.terminate();
        assertThat(program.awaitExit(PATIENCE)).isZero();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "serve --listen nowhere | 2 | --listen: found \"nowhere\", expected host:port",
        "serve --accept gtin-9 | 2 | --accept: found \"gtin-9\", expected all or gtin-12",
        "serve --register etcd:2379 | 2 | --register: found \"etcd:2379\"",
        "serve --catalogue /nowhere/c.db | 1 | /nowhere/c.db: found no usable catalogue",
        "serve --nonsense | 2 | Unknown option: '--nonsense'",
        "--version | 0 | gtin-service 0.1.0",
      })
  void theCommandLineSaysWhatItFoundAndWhatItExpected(String arguments, int status, String line)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(Arrays.asList(arguments.split(" ")));
    try (Program program = Program.start(java.nio.file.Files.createTempFile("out", ""), command)) {
      assertThat(program.awaitExit(PATIENCE)).isEqualTo(status);
      assertThat(program.printed()).contains(line);
    }
  }

  private static String servers(Etcd etcd) {
    return etcd.ctl("get", "--prefix", "/vulcand/backends/");
  }

  private static Program service(String accept, int port, int privatePort, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program(),
                "serve",
                "--accept",
                accept,
                "--listen",
                "127.0.0.1:" + port,
                "--private",
                "127.0.0.1:" + privatePort,
                "--catalogue",
                folder.resolve(port + ".db").toString()));
    command.addAll(Arrays.asList(more));
    return Program.start(folder.resolve(port + ".log"), command);
  }

  private static String program() {
    return Top.path("gtin-service", "target", "gtin-service", "bin", "gtin-service").toString();
  }

  private static void awaitReady(int port) {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get(port, "/readyz").statusCode() == 200);
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
