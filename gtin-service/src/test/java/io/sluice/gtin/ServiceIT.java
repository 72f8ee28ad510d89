package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Postgres;
import io.sluice.testkit.Program;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged service as a process: what it answers, and what it does with its catalogue. */
class ServiceIT extends RunningService {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/items/9521000000018 | 200 | \"gtin\":\"09521000000018\",\"type\":\"GTIN-13\"",
        "/v1/items/9521000000018 | 200 | \"item\":{\"name\":\"Oat biscuits with sea salt 200"
            + " g\",\"brand\":\"Weir & Daughters\",\"category\":\"bakery\",\"updated\":\"2",
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
        "/v1/gtins/01234565?as=gtin-8 | 200 | \"gtin\":\"00000001234565\"",
        "/v1/gtins/04252614?as=gtin-8 | 400 | \"code\":\"other-form\"",
        "/v1/gtins/9521000000018?as=upc-e | 400 | found GTIN-13, expected UPC-E",
        "/v1/gtins/0201750415 | 400 | nor an ISBN-10, which would end in 4",
        "/v1/gtins/01234565?as=carton | 400 | \"code\":\"unknown-form\"",
        "/v1/gtins/10614141000415 | 200 | \"contains\":\"00614141000418\"",
        "/v1/gtins/9521000000018 | 200 | \"classification\":{\"prefix\":\"952\",\"issuer\":\"GS1"
            + " Global Office\",\"kinds\":[\"demonstration\"]}",
        "/v1/gtins/0-201-75041-4 | 200 | \"isbn10\":\"0201750414\"",
        "/v1/items/%5DC1010952100000001810A1 | 200 | \"form\":\"element string\"",
        "/v1/items/https:%2F%2Fid.gs1.org%2F01%2F09521000000018 | 200 | \"form\":\"GS1 Digital"
            + " Link\"",
        "/v1/items/9521000000081 | 400 |"
            + " {\"gtin\":\"09521000000018\",\"name\":\"Oat biscuits with sea salt 200 g\"}]",
        "/v1/problems | 200 | \"precision-lost\":",
        "/v1/problems/check-digit | 200 | the last digit does not follow",
        "/v1/problems/none | 404 | \"code\":\"no-such-path\"",
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

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(headers));
    if (method.equals("POST")) {
      all.addAll(List.of("Content-Type", "application/json"));
    }
    return send(PUBLIC, method, path, body, all.toArray(String[]::new));
  }

  @Test
  void manyCodesAreAnsweredInTheirOrderAsOneWouldBe() throws Exception {
    HttpResponse<String> answer =
        send(
            "POST",
            "/v1/gtins",
            "{\"inputs\":[\"9521000000018\",95200000455,6.11E12,\"01234565\",\"x\",null]}");

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonArray results = new JsonObject(answer.body()).getJsonArray("results");
    assertThat(results.stream().map(each -> ((JsonObject) each).getInteger("status")))
        .containsExactly(200, 200, 400, 300, 400, 400);
    assertThat(results.getJsonObject(1).getString("gtin")).isEqualTo("00095200000455");
    assertThat(results.getJsonObject(2).getString("code")).isEqualTo("precision-lost");
    JsonObject first = results.getJsonObject(0).copy();
    first.remove("status");
    assertThat(first).isEqualTo(new JsonObject(get(PUBLIC, "/v1/gtins/9521000000018").body()));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"inputs\":1} | 400 | malformed-body",
        "[] | 400 | malformed-body",
        "nothing | 400 | malformed-body",
      })
  void aBodyThatIsNoneIsAProblem(String body, int status, String code) throws Exception {
    HttpResponse<String> answer = send("POST", "/v1/gtins", body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
  }

  @Test
  void aBodyThatIsTooLargeIsAProblem() throws Exception {
    String many = "\"1\",".repeat(1_001);
    assertThat(send("POST", "/v1/gtins", "{\"inputs\":[" + many + "\"1\"]}").statusCode())
        .isEqualTo(413);
    assertThat(send("POST", "/v1/gtins", "x".repeat(2 << 20)).statusCode()).isEqualTo(413);
  }

  @Test
  void unknownMethodsAndNonJsonAreRefusedWithAReason() throws Exception {
    HttpResponse<String> form =
        send(
            PUBLIC,
            "POST",
            "/v1/gtins",
            "{\"inputs\":[]}",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(form.statusCode()).isEqualTo(415);
    HttpResponse<String> deleted = send("DELETE", "/v1/items/9521000000018", "");
    assertThat(deleted.statusCode()).isEqualTo(405);
    assertThat(deleted.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
    assertThat(send("HEAD", "/healthz", "").statusCode()).isEqualTo(200);
    assertThat(get(PRIVATE, "/metrics").headers().firstValue("Access-Control-Allow-Origin"))
        .isEmpty();
  }

  @Test
  void whoHasTheAnswerIsNotSentItAgain() throws Exception {
    HttpResponse<String> first = send("GET", "/v1/items/9521000000018", "");
    String tag = first.headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> again =
        send("GET", "/v1/items/9521000000018", "", "If-None-Match", "\"x\", W/" + tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
    assertThat(send("GET", "/v1/items/9521000000018", "", "If-None-Match", "\"x\"").statusCode())
        .isEqualTo(200);
    HttpResponse<String> head = send("HEAD", "/v1/items/9521000000018", "");
    assertThat(head.headers().firstValue("ETag")).hasValue(tag);
    assertThat(head.headers().firstValue("Content-Length"))
        .isEqualTo(first.headers().firstValue("Content-Length"));
  }

  @Test
  void pagesOfOtherOriginsMayAsk() throws Exception {
    HttpResponse<String> may = send("OPTIONS", "/v1/gtins", "", "Origin", "https://shop.example");

    assertThat(may.statusCode()).isEqualTo(204);
    assertThat(may.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
    assertThat(may.headers().firstValue("Access-Control-Allow-Methods")).hasValue("POST, OPTIONS");
  }

  @Test
  void metricsArePrivate() throws Exception {
    get(PRIVATE, "/v1/items/9521000000018");

    assertThat(get(PRIVATE, "/metrics").body())
        .contains(
            "gtin_request_duration_seconds_count{code=\"200\",route=\"/v1/items/:code\"}",
            "gtin_lane_waiting{lane=\"searches\"} 0",
            "gtin_lane_refused_total{lane=\"writes\"} 0",
            "gtin_catalogue_away 0");
  }

  @Test
  void whatIsImportedIsServedWithinASecondAndAnImportThatIsKilledChangesNothing() throws Exception {
    int port = FreePort.next();
    String catalogue = folder.resolve(port + ".db").toString();
    try (Program serving = service("all", port, FreePort.next())) {
      awaitReady(port);
      assertThat(get(port, "/v1/items/9529999999993").statusCode()).isEqualTo(404);
      Path few = Files.writeString(folder.resolve("few.csv"), "Code;x\n9529999999993;1\n");
      assertThat(runImport(few, catalogue, 1).printed())
          .contains("found the columns [Code, x], expected one for name", "nothing was changed");
      Files.writeString(few, "ean,Title,Brands\n9529999999993,New,Us\n9529999999990,Wrong,Us\n");

      assertThat(runImport(few, catalogue, 0).printed())
          .contains("2 rows: 1 taken, 0 duplicates, 0 replaced by later rows, 1 rejected; 1 items");

      assertThat(Files.readString(folder.resolve("rejects.csv")))
          .contains("3,check-digit,\"found check digit 0", "\"Wrong\",\"Us\"");
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> get(port, "/v1/items/9529999999993").body().contains("\"name\":\"New\""));

      Path many = folder.resolve("many.jsonl");
      try (var lines = Files.newBufferedWriter(many)) {
        for (long body = 100_000_000_000L; body < 100_003_000_000L; body++) {
          lines.write("{\"gtin\":" + body + check(body) + ",\"name\":\"Item " + body + "\"}\n");
        }
        lines.write("{\"gtin\":9529999999993,\"name\":\"Last\"}\n");
      }
      try (Program killed = importing(many, catalogue)) {
        killed.awaitPrinted("rows/s", Patience.TIME);
        killed.kill();
      }
      assertThat(get(port, "/v1/items/9529999999993").body()).contains("\"name\":\"New\"");
      assertThat(get(port, "/v1/items/1000000000009").statusCode()).isEqualTo(404);
      serving.terminate();
      assertThat(serving.awaitExit(Patience.TIME)).isZero();
    }
  }

  private static int check(long body) {
    return io.sluice.gtin.gtin.Gtin.checkDigit(body);
  }

  private static Program importing(Path file, String catalogue) {
    return Program.start(
        folder.resolve("import.log"),
        List.of(
            program(),
            "import",
            file.toString(),
            "--catalogue",
            catalogue,
            "--rejects",
            folder.resolve("rejects.csv").toString()));
  }

  private static Program runImport(Path file, String catalogue, int status) {
    Program program = importing(file, catalogue);
    assertThat(program.awaitExit(Patience.TIME)).isEqualTo(status);
    return program;
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
      assertThat(old.awaitExit(Patience.TIME)).isZero();
    }
  }

  private static final Pattern COPIED = Pattern.compile("the local copy is whole: [1-9]");

  @Test
  void withoutItsDatabaseAServiceStartsAndSaysThatWhatItKnowsMayBeOld() throws Exception {
    int port = FreePort.next();
    int privatePort = FreePort.next();
    try (Postgres postgres = Postgres.start()) {
      try (Program before = shared(port, privatePort, postgres)) {
        awaitReady(port);
        Awaitility.await().until(() -> COPIED.matcher(before.printed()).find());
        assertThat(get(port, OATS).headers().firstValue("Catalogue-State")).isEmpty();
        before.terminate();
        assertThat(before.awaitExit(Patience.TIME)).isZero();
      }
      postgres.kill();

      try (Program service = shared(port, privatePort, postgres)) {
        awaitReady(port);
        for (String path : List.of(OATS, "/v1/items?q=oat", "/v1/items/9521234543213")) {
          HttpResponse<String> answer = get(port, path);
          assertThat(answer.headers().firstValue("Catalogue-State"))
              .as(path)
              .hasValue("local-copy");
          assertThat(answer.statusCode()).isEqualTo(path.endsWith("213") ? 404 : 200);
        }
        assertThat(send(privatePort, "DELETE", OATS, "").statusCode()).isEqualTo(503);
        service.terminate();
        assertThat(service.awaitExit(Patience.TIME)).isZero();
      }
    }
  }

  private static Program shared(int port, int privatePort, Postgres postgres) {
    return Program.start(
        folder.resolve("shared.log"),
        List.of(
            program(),
            "serve",
            "--listen",
            "127.0.0.1:" + port,
            "--private",
            "127.0.0.1:" + privatePort,
            "--catalogue",
            postgres.url(),
            "--local-copy",
            folder.resolve("shared-copy.db").toString()));
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
        "check 9521234543213 | 0 | 9521234543213: 09521234543213, a GTIN-13 from GTIN-13",
        "check 9521234543210 | 1 | check-digit: found check digit 0 in 9521234543210, expected 3",
        "check --as gtin-8 01234565 | 0 | 01234565: 00000001234565, a GTIN-8 from GTIN-8",
        "export out.csv --catalogue /nowhere.db | 1 | found no file /nowhere.db; nothing was",
        "import /nowhere.csv | 1 | found no readable file /nowhere.csv; nothing was changed",
        "check | 2 | Missing required parameter: 'INPUT'",
        "check | 2 | Try: gtin-service check --help",
        "--version | 0 | gtin-service 0.1.0",
      })
  void theCommandLineSaysWhatItFoundAndWhatItExpected(String arguments, int status, String line)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(Arrays.asList(arguments.split(" ")));
    try (Program program = Program.start(Files.createTempFile("out", ""), command)) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(status);
      assertThat(program.printed()).contains(line);
    }
  }
}
