package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import io.sluice.testkit.TestFolder;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written, and what the private listener has that the public one has not. */
class WritingIT extends RunningService {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void anItemIsWrittenChangedAndRemovedByWhoKnowsWhatItIs() throws Exception {
    String path = "/v1/items/09525555555504";
    String usual = "/v1/items/9525555555504";
    HttpResponse<String> made =
        write("PUT", usual, "{\"name\":\"Tea\"}", "X-Real-IP", "192.0.2.7", "X-Request-Id", "r1");
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(made.headers().firstValue("ETag")).as("RFC 9110 section 9.3.4").isEmpty();
    String tag = tag(path);
    assertThat(send(PUBLIC, "GET", path, "").body()).isEqualTo(made.body());

    assertThat(write("PUT", path, "{\"name\":\"X\"}", "If-Match", "\"other\"").statusCode())
        .isEqualTo(412);
    assertThat(write("PUT", path, "{\"name\":\"X\"}", "If-None-Match", "*").statusCode())
        .isEqualTo(412);
    HttpResponse<String> patched =
        send(
            PRIVATE,
            "PATCH",
            path,
            "{\"brand\":\"Us\",\"category\":null}",
            "Content-Type",
            "application/merge-patch+json",
            "If-Match",
            tag);
    assertThat(patched.statusCode()).isEqualTo(200);
    assertThat(patched.headers().firstValue("ETag")).hasValue(tag(path));
    assertThat(patched.body())
        .contains("\"item\":{\"name\":\"Tea\",\"brand\":\"Us\",\"category\":\"\",\"updated\":");
    String read = send(PUBLIC, "GET", path, "").body();
    assertThat(write("PUT", path, read).body()).as("what GET gives PUT takes").isEqualTo(read);
    assertThat(write("DELETE", path, "", "If-Match", tag).statusCode()).isEqualTo(412);
    assertThat(write("DELETE", path, "").statusCode()).isEqualTo(204);

    HttpResponse<String> gone = send(PUBLIC, "GET", usual, "");
    assertThat(gone.statusCode()).isEqualTo(410);
    assertThat(code(gone)).isEqualTo("removed-item");
    assertThat(write("DELETE", path, "").statusCode()).isEqualTo(410);
    assertThat(write("PATCH", path, "{\"brand\":\"Us\"}").statusCode()).isEqualTo(410);
    JsonNode changes =
        JSON.readTree(send(PRIVATE, "GET", path + "/history", "").body()).path("changes");
    assertThat(changes).hasSize(3);
    assertThat(changes.get(0).path("who").asText()).isEqualTo("192.0.2.7");
    assertThat(changes.get(0).path("request").asText()).isEqualTo("r1");
    assertThat(changes.get(0).path("before").isNull()).isTrue();
    assertThat(changes.get(2).path("before").path("brand").asText()).isEqualTo("Us");
    assertThat(changes.get(2).path("after").isNull()).isTrue();
    assertThat(JSON.readTree(read).path("item").path("updated"))
        .isEqualTo(changes.get(1).path("at"));
  }

  @ParameterizedTest(name = "{0} {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT | /v1/items/9525555555511 | {\"nam\":\"x\"} | 400 | found the field nam",
        "PUT | /v1/items/9525555555511 | {\"name\":\" \"} | 400 | name: found none",
        "PUT | /v1/items/9525555555511 | {\"name\":1} | 400 | name: found 1, expected a text",
        "PUT | /v1/items/9525555555511 | [] | 400 | expected a JSON object",
        "PUT | /v1/items/9525555555518 | {\"name\":\"x\"} | 400 | check-digit",
        "PUT | /v1/items/01234565 | {\"name\":\"x\"} | 300 | candidates",
        "PATCH | /v1/items/9521000000018 | {\"brand\":[]} | 400 | brand: found",
        "PUT | /v1/items/9525555555511 | {\"name\":\"a\\ud800b\"} | 400 | half of a surrogate pair",
        "GET | /v1/items?q=%21%21 | - | 400 | expected a word",
      })
  void whatIsNoItemIsNotWritten(String method, String path, String body, int status, String part)
      throws Exception {
    HttpResponse<String> answer = write(method, path, body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains(part);
  }

  @Test
  void aPatchThatMakesAnItemTooLongIsRefused() throws Exception {
    String path = "/v1/items/9525555555528";
    write("PUT", path, "{\"name\":\"" + "x".repeat(1_500) + "\"}");

    HttpResponse<String> patched =
        write("PATCH", path, "{\"brand\":\"" + "y".repeat(1_500) + "\"}");
    assertThat(patched.statusCode()).isEqualTo(400);
    assertThat(patched.body()).contains("expected at most 2000");
  }

  private static String tag(String path) throws Exception {
    return send(PUBLIC, "GET", path, "").headers().firstValue("ETag").orElseThrow();
  }

  @Test
  void everyLineOfAHeaderCountsAndAWeakTagIsNone() throws Exception {
    String path = "/v1/items/09525555555535";
    write("PUT", path, "{\"name\":\"A\"}");
    String tag = tag(path);

    assertThat(write("PUT", path, "{\"name\":\"B\"}", "If-Match", "W/" + tag).statusCode())
        .isEqualTo(412);
    assertThat(
            write("PUT", path, "{\"name\":\"B\"}", "If-Match", "\"x\"", "If-Match", tag)
                .statusCode())
        .isEqualTo(200);
    assertThat(
            send(PUBLIC, "GET", path, "", "Accept", "text/plain", "Accept", "application/json")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void pagesOfOtherOriginsHaveNoSayOnThePrivateListener() throws Exception {
    HttpResponse<String> may = send(PRIVATE, "OPTIONS", OATS, "", "Origin", "https://evil.example");

    assertThat(may.headers().firstValue("Allow").orElse("")).contains("DELETE");
    assertThat(may.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
  }

  @Test
  void nothingIsWrittenThroughThePublicListener() throws Exception {
    for (String method : new String[] {"PUT", "PATCH", "DELETE"}) {
      assertThat(send(PUBLIC, method, OATS, "{}").statusCode()).isEqualTo(405);
    }
    assertThat(send(PUBLIC, "POST", "/v1/imports", "gtin,name\n").statusCode()).isEqualTo(404);
    assertThat(send(PUBLIC, "GET", OATS + "/history", "").statusCode()).isEqualTo(404);
  }

  @Test
  void anImportTellsHowFarItIsAndWhatItDidNotTake() throws Exception {
    HttpResponse<String> begun =
        send(
            PRIVATE,
            "POST",
            "/v1/imports?encoding=windows-1252&column.gtin=Artikel&column.name=Bezeichnung",
            "Artikel,Bezeichnung\n9526666666608,Tee\n9526666666600,Falsch\n",
            "Content-Type",
            "text/csv");
    assertThat(begun.statusCode()).isEqualTo(202);
    String location = begun.headers().firstValue("Location").orElseThrow();
    Awaitility.await()
        .until(() -> send(PRIVATE, "GET", location, "").body().contains("\"state\":\"done\""));

    JsonNode status = JSON.readTree(send(PRIVATE, "GET", location, "").body());
    assertThat(status.path("percent").asInt()).isEqualTo(100);
    assertThat(status.path("result").path("taken").asInt()).isEqualTo(1);
    assertThat(status.path("result").path("rejected").asInt()).isEqualTo(1);
    assertThat(send(PRIVATE, "GET", status.path("rejects").asText(), "").body())
        .contains("3,check-digit,", "Falsch");
    assertThat(send(PUBLIC, "GET", "/v1/items/9526666666608", "").body()).contains("Tee");
    assertThat(send(PRIVATE, "POST", "/v1/imports?encoding=klingon", "").statusCode())
        .isEqualTo(400);
    assertThat(send(PRIVATE, "GET", "/v1/imports/none", "").statusCode()).isEqualTo(404);
  }

  @Test
  void whatBecameOfImportsIsKnownAfterARestart() throws Exception {
    int port = FreePort.next();
    int privatePort = FreePort.next();
    String done;
    String failed;
    try (Program service = service("all", port, privatePort)) {
      awaitReady(port);
      done = importTo(privatePort, "gtin,name\n9526666666608,Tea\n9526666666600,Wrong\n", "done");
      failed = importTo(privatePort, "gtin,name\n9526666666608,Th\u00e9\n", "failed");
      service.terminate();
      assertThat(service.awaitExit(Patience.TIME)).isZero();
    }

    try (Program service = service("all", port, privatePort)) {
      awaitReady(port);
      assertThat(send(privatePort, "GET", done, "").body())
          .contains("\"state\":\"done\"", "\"taken\":1,", "\"rejected\":1,");
      assertThat(send(privatePort, "GET", done + "/rejects", "").body()).contains("Wrong");
      assertThat(send(privatePort, "GET", failed, "").body())
          .contains("\"state\":\"failed\"", "\"detail\":\"");
      service.terminate();
      assertThat(service.awaitExit(Patience.TIME)).isZero();
    }
  }

  /** Imports some CSV, and gives the place of its status once that says so. */
  private static String importTo(int privatePort, String csv, String state) throws Exception {
    HttpResponse<String> begun =
        send(privatePort, "POST", "/v1/imports?encoding=us-ascii", csv, "Content-Type", "text/csv");
    String location = begun.headers().firstValue("Location").orElseThrow();
    Awaitility.await()
        .until(
            () ->
                send(privatePort, "GET", location, "")
                    .body()
                    .contains("\"state\":\"" + state + "\""));
    return location;
  }

  @Test
  void anImportThatTheDiskHasNoRoomForIsRefusedBeforeItIsReceived() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", PRIVATE)) {
      socket.setSoTimeout(Patience.MILLIS);
      String head =
          "POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
              + "Content-Length: 900000000000000000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(answer).asString(StandardCharsets.US_ASCII).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void whatAServiceThatWasKilledHadReceivedIsRemovedByTheNext() throws Exception {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Path orphan = temporary.resolve("gtin-import-" + ended.pid() + "-orphan");
    Path used = temporary.resolve("gtin-import-" + ProcessHandle.current().pid() + "-used");
    for (Path each : List.of(orphan, used)) {
      Files.writeString(Files.createDirectories(each).resolve("rows.csv"), "gtin");
    }
    int port = FreePort.next();
    try (Program service = service("all", port, FreePort.next())) {
      awaitReady(port);
      Awaitility.await().until(() -> !Files.exists(orphan));
      assertThat(used.resolve("rows.csv")).exists();
      service.terminate();
    } finally {
      TestFolder.remove(used);
    }
  }
}
