package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process, for the tests of one class to ask. */
abstract class RunningService {
  static final int PUBLIC = FreePort.next();
  static final int PRIVATE = FreePort.next();
  static final String OATS = "/v1/items/09521000000018";

  static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static Program service;

  @BeforeAll
  static void start() {
    service = service("all", PUBLIC, PRIVATE);
    awaitReady(PUBLIC);
  }

  @AfterAll
  static void stop() {
    service.terminate();
    assertThat(service.awaitExit(Patience.TIME)).isZero();
  }

  static String program() {
    return Top.path("gtin-service", "target", "gtin-service", "bin", "gtin-service").toString();
  }

  /** Starts one; each has a catalogue of its own. */
  static Program service(String accept, int port, int privatePort, String... more) {
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

  static void awaitReady(int port) {
    Awaitility.await().ignoreExceptions().until(() -> get(port, "/readyz").statusCode() == 200);
  }

  static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    return send(port, "GET", path, "");
  }

  static HttpResponse<String> send(
      int port, String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Patience.TIME)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends JSON to the private listener. */
  static HttpResponse<String> write(String method, String path, String body, String... more)
      throws IOException, InterruptedException {
    List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
    headers.addAll(List.of(more));
    return send(PRIVATE, method, path, body, headers.toArray(String[]::new));
  }

  static String code(HttpResponse<String> problem) throws IOException {
    return new JsonMapper().readTree(problem.body()).path("code").asText();
  }
}
