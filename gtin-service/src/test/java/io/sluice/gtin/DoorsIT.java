package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.testkit.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever door a code, a file or a link comes through, the same becomes of it. */
class DoorsIT extends RunningService {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String REMOVED = "9527000000010";

  private static final List<String> CODES =
      List.of(
          "9521000000018",
          "952-1000-000018",
          "9521000000010",
          "9521000000108",
          "9521234543213",
          REMOVED,
          "01234565",
          "3003408887",
          "3003408880",
          "95200000455",
          "6.11E+12",
          "ISBN 0-201-75041-4",
          "(02)09521234543213",
          "x",
          "",
          "https://id.gs1.org/01/09521000000018/10/A?01=09521000000025");

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A status and a body, as one of many has them. */
  private static ObjectNode alone(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(PUBLIC, path);
    ObjectNode body = (ObjectNode) JSON.readTree(answer.body());
    return body.put("status", answer.statusCode());
  }

  @Test
  void oneOfManyIsAnsweredAsItWouldBeAlone() throws Exception {
    write("PUT", "/v1/items/" + REMOVED, "{\"name\":\"Gone\"}");
    write("DELETE", "/v1/items/" + REMOVED, "");
    List<String> codes = CODES.stream().filter(code -> !code.isEmpty()).toList();
    String inputs = "{\"inputs\":" + JSON.writeValueAsString(codes) + "}";
    JsonNode numbers = JSON.readTree(write("POST", "/v1/gtins", inputs).body()).path("results");
    JsonNode items =
        JSON.readTree(write("POST", "/v1/items:lookup", inputs).body()).path("results");
    String[] lines =
        send(
                PUBLIC,
                "POST",
                "/v1/items:lookup",
                String.join("\n", codes) + "\n",
                "Content-Type",
                "application/x-ndjson")
            .body()
            .split("\n");

    for (int i = 0; i < codes.size(); i++) {
      String code = codes.get(i);
      assertThat(numbers.get(i)).as(code).isEqualTo(alone("/v1/gtins/" + encoded(code)));
      assertThat(items.get(i)).as(code).isEqualTo(alone("/v1/items/" + encoded(code)));
      ObjectNode line = (ObjectNode) JSON.readTree(lines[i]);
      assertThat(line.remove("line").asInt()).isEqualTo(i + 1);
      if (line.path("requested").isTextual()) {
        assertThat(line).as(code).isEqualTo(items.get(i));
      }
      assertThat(items.get(i).path("requested").asText()).isEqualTo(code);
    }
    assertThat(items.get(codes.indexOf(REMOVED)).path("status").asInt()).isEqualTo(410);
    assertThat(numbers.get(codes.indexOf("9521000000108")).path("suggestions")).isNotEmpty();
  }

  @Test
  void everyResultNamesItsInputAsItWasSent() throws Exception {
    String inputs =
        "[\"9521000000018\",95200000455,9521000000018.0,1e400,true,null,[1],{\"a\":1},"
            + "{\"input\":\"00026123\",\"as\":\"gtin-8\"},{\"input\":\"x\",\"as\":\"klingon\"},"
            + "{\"input\":\"x\",\"az\":1},\"\"]";
    JsonNode sent = JSON.readTree(inputs);
    for (String path : List.of("/v1/gtins", "/v1/items:lookup")) {
      JsonNode results =
          JSON.readTree(write("POST", path, "{\"inputs\":" + inputs + "}").body()).path("results");
      assertThat(results).hasSameSizeAs(sent);
      for (int i = 0; i < sent.size(); i++) {
        JsonNode input = sent.get(i).has("input") ? sent.get(i).get("input") : sent.get(i);
        assertThat(results.get(i).get("requested").asText()).as(path).isEqualTo(input.asText());
        assertThat(results.get(i).path("status").asInt()).isPositive();
      }
      assertThat(results.get(3).path("code").asText()).isEqualTo("precision-lost");
      assertThat(results.get(9).path("code").asText()).isEqualTo("unknown-form");
      assertThat(results.get(10).path("detail").asText()).contains("az");
    }
  }

  @Test
  void everyLineIsAnsweredByItsNumber() throws Exception {
    String[] answers =
        send(
                PUBLIC,
                "POST",
                "/v1/items:lookup",
                "9521000000018\n\nx\n{\"input\":\"9521000000018\"}\n",
                "Content-Type",
                "application/x-ndjson")
            .body()
            .split("\n");

    assertThat(answers).hasSize(4);
    for (int i = 0; i < answers.length; i++) {
      assertThat(JSON.readTree(answers[i]).path("line").asInt()).isEqualTo(i + 1);
      assertThat(JSON.readTree(answers[i]).has("requested")).isTrue();
    }
  }

  @Test
  void whatIsAmbiguousIsWrittenNowhereAndAWordDecidesAtEachDoor() throws Exception {
    for (String[] each :
        new String[][] {
          {"00026123", "gtin-8", "00000000026123"}, {"0201750414", "isbn-10", "09780201750416"}
        }) {
      String code = each[0];
      String as = each[1];
      String gtin = each[2];
      assertThat(get(PUBLIC, "/v1/gtins/" + code).statusCode()).isEqualTo(300);
      assertThat(write("PUT", "/v1/items/" + code, "{\"name\":\"A\"}").statusCode()).isEqualTo(300);
      JsonNode refused = imported("gtin,name\n" + code + ",A\n", "", "failed");
      assertThat(get(PRIVATE, refused.path("rejects").asText()).body()).contains("ambiguous", gtin);

      assertThat(get(PUBLIC, "/v1/gtins/" + code + "?as=" + as).body()).contains(gtin);
      for (String body :
          List.of(
              "{\"inputs\":[\"" + code + "\"],\"as\":\"" + as + "\"}",
              "{\"inputs\":[{\"input\":\"" + code + "\",\"as\":\"" + as + "\"}]}")) {
        assertThat(write("POST", "/v1/gtins", body).body()).contains("\"gtin\":\"" + gtin);
        assertThat(write("POST", "/v1/gtins?as=" + as, "{\"inputs\":[\"" + code + "\"]}").body())
            .contains("\"gtin\":\"" + gtin);
      }
      JsonNode taken = imported("gtin,name\n" + code + ",A\n", "?as=" + as, "done");
      assertThat(taken.path("result").path("taken").asInt()).isEqualTo(1);
      assertThat(get(PUBLIC, "/v1/items/" + gtin).statusCode()).isEqualTo(200);
      assertThat(write("DELETE", "/v1/items/" + code + "?as=" + as, "").statusCode())
          .isEqualTo(204);
    }
  }

  private static JsonNode imported(String rows, String query, String state) throws Exception {
    return imported(
        rows.getBytes(StandardCharsets.UTF_8), query, state, "Content-Type", "text/csv");
  }

  private static JsonNode imported(byte[] rows, String query, String state, String... headers)
      throws Exception {
    HttpResponse<String> begun =
        HTTP.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + PRIVATE + "/v1/imports" + query))
                .timeout(Patience.TIME)
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofByteArray(rows))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
    String location = begun.headers().firstValue("Location").orElseThrow();
    JsonNode[] status = new JsonNode[1];
    Awaitility.await()
        .until(
            () -> {
              status[0] = JSON.readTree(get(PRIVATE, location).body());
              return List.of("done", "failed", "cancelled")
                  .contains(status[0].path("state").asText());
            });
    assertThat(status[0].path("state").asText()).as(status[0].toString()).isEqualTo(state);
    return status[0];
  }

  @Test
  void aJsonArrayIsImportedAndItsBadElementsComeBackAsLines() throws Exception {
    String array =
        "[\n {\"gtin\": \"9527700000037\", \"name\": \"first\"},\n"
            + " {\"gtin\": \"9527700000038\", \"name\": \"wrong\"},\n"
            + " {\"gtin\": \"9527700000044\",\n  \"name\": \"open},\n"
            + " {\"gtin\": \"9527700000044\", \"name\": \"last\"}\n]\n";
    JsonNode told =
        imported(
            array.getBytes(StandardCharsets.UTF_8), "", "done", "Content-Type", "application/json");
    assertThat(told.path("result").path("rejected").asInt()).isEqualTo(2);
    assertThat(get(PRIVATE, "/v1/items/9527700000037").body()).contains("first");
    assertThat(get(PRIVATE, "/v1/items/9527700000044").body()).contains("last");

    HttpResponse<String> rejects = get(PRIVATE, told.path("rejects").asText());
    assertThat(rejects.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
    assertThat(rejects.body().lines()).hasSize(2).allMatch(line -> line.startsWith("{"));
    JsonNode mended =
        imported(
            rejects
                .body()
                .replace("9527700000038", "9527700000051")
                .getBytes(StandardCharsets.UTF_8),
            "",
            "done",
            "Content-Type",
            "application/x-ndjson");
    assertThat(mended.path("result").path("rejected").asInt()).isEqualTo(1);
    assertThat(get(PRIVATE, "/v1/items/9527700000051").body()).contains("wrong");
  }

  @Test
  void whoeverSeesTheEndOfAnImportCanFetchItsRowsAtOnce() throws Exception {
    for (int i = 0; i < 15; i++) {
      JsonNode failed = imported("gtin,name\nx,A\n", "", "failed");
      assertThat(get(PRIVATE, failed.path("rejects").asText()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anImportSaysWhatItRepairedAndWhichColumnsItUsed() throws Exception {
    String rows = "EAN13;Titel;title\n95200000455;x;Juice\n952-1000-000018;y;Oats\n";
    JsonNode dry = imported(rows, "?dry-run=true", "done").path("result");
    assertThat(dry.path("taken").asInt()).isEqualTo(2);
    assertThat(dry.path("repaired").path("leading-zeros-restored").asInt()).isEqualTo(1);
    assertThat(dry.path("columns").path("name").asText()).isEqualTo("title");
    assertThat(get(PUBLIC, OATS).body()).doesNotContain("\"name\":\"Oats\"");

    JsonNode strict = imported(rows, "?strict=true&dry-run=true", "done").path("result");
    assertThat(strict.path("rejected").asInt()).isEqualTo(1);
  }

  @Test
  void importsAreListedAndOneThatIsCancelledChangesNothing() throws Exception {
    StringBuilder rows = new StringBuilder("gtin,name\n");
    for (int i = 0; i < 400_000; i++) {
      rows.append("9527100000019,Never ").append(i).append('\n');
    }
    HttpResponse<String> begun =
        send(PRIVATE, "POST", "/v1/imports", rows.toString(), "Content-Type", "text/csv");
    String location = begun.headers().firstValue("Location").orElseThrow();
    assertThat(get(PRIVATE, "/v1/imports").body()).contains(location.replaceAll(".*/", ""));
    assertThat(send(PRIVATE, "DELETE", location, "").statusCode()).isIn(200, 202);

    Awaitility.await()
        .until(() -> get(PRIVATE, location).body().contains("\"state\":\"cancelled\""));
    assertThat(get(PUBLIC, "/v1/items/9527100000019").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "Text/CSV | gzip | 202",
        "text/csv; charset=windows-1252 | - | 202",
        "text/csv; charset=klingon | - | 415",
        "text/csvfoo | - | 415",
        "application/json | - | 202",
        "application/json; charset=utf-16 | - | 415",
        "application/xml | - | 415",
        "text/csv | br | 415",
        "application/gzip | body | 202",
      })
  void typeCharsetAndCodingAreHonouredOrRefusedBeforeTheBody(String type, String coding, int status)
      throws Exception {
    byte[] rows =
        "gtin,name\n9521000000087,Müsli\n"
            .getBytes(type.contains("1252") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(gzip)) {
      out.write(rows);
    }
    boolean small = coding.equals("gzip") || coding.equals("body");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + PRIVATE + "/v1/imports?dry-run=true"))
            .timeout(Patience.TIME)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(small ? gzip.toByteArray() : rows));
    if (coding.equals("gzip") || coding.equals("br")) {
      request.header("Content-Encoding", coding);
    }
    HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).doesNotContain("/tmp", "--");
    if (status == 202) {
      String location = answer.headers().firstValue("Location").orElseThrow();
      Awaitility.await().until(() -> get(PRIVATE, location).body().contains("\"state\":\"done\""));
    }
  }

  @Test
  void aFailedImportTellsNoPathOfTheServer() throws Exception {
    JsonNode failed =
        imported(
            "gtin,name\n1,\u00fc\n".getBytes(StandardCharsets.ISO_8859_1),
            "",
            "failed",
            "Content-Type",
            "text/csv");
    assertThat(failed.path("detail").asText())
        .contains("no text in the file's encoding")
        .doesNotContain("/", "--");
    assertThat(imported("foo,bar\n1,A\n", "", "failed").path("detail").asText())
        .contains("[foo, bar]");
    assertThat(imported("<html><body>Log in</body></html>", "", "failed").path("detail").asText())
        .contains("a page");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/items?brnd=x",
        "GET /v1/items/9521000000018?a=b",
        "GET /v1/items/9521000000018?as=gtin-13&as=gtin-8",
        "GET /v1/items/9521000000018?format=pdf",
        "GET /v1/items/9521000000018?as=klingon",
        "GET /v1/items/9521000000018/history?limit=1",
        "GET /v1/gtins/9521000000018?x=1",
        "GET /v1/gtins/9521000000018?as=klingon",
        "POST /v1/gtins?x=1",
        "POST /v1/gtins?as=klingon",
        "POST /v1/items:lookup?x=1",
        "PUT /v1/items/9521000000018?x=1",
        "DELETE /v1/items/9521000000018?if=1",
        "POST /v1/imports?encodng=utf-8",
        "POST /v1/imports?as=klingon",
        "POST /v1/imports?dry-run=perhaps",
        "GET /v1/imports?x=1",
        "GET /v1/export?format=xml",
        "GET /v1/problems?x=1",
        "GET /openapi.json?x=1",
        "GET /healthz?x=1",
        "GET /?x=1",
      })
  void aParameterThatIsNotDescribedIsRefused(String request) throws Exception {
    String[] parts = request.split(" ");
    String type = parts[1].startsWith("/v1/imports") ? "text/csv" : "application/json";
    HttpResponse<String> answer =
        send(
            PRIVATE,
            parts[0],
            parts[1],
            parts[0].equals("POST") || parts[0].equals("PUT") ? "{\"inputs\":[]}" : "",
            "Content-Type",
            type);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(code(answer)).isIn("malformed-parameter", "unknown-form");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?as=klingon",
        "?format=nonsense&x=%41",
        "?17=261231&utm_source=a%26b",
        "?via=x",
        "?linkType=gs1:pip&q=1",
        "?linkType=https://ref.gs1.org/voc/masterData&as=x"
      })
  void everyLinkLeadsToItsItemWhateverItsQuery(String query) throws Exception {
    HttpResponse<String> redirect = get(PUBLIC, "/01/09521000000018/10/LOT" + query);
    assertThat(redirect.statusCode()).isEqualTo(307);
    HttpResponse<String> item =
        get(PUBLIC, redirect.headers().firstValue("Location").orElseThrow());
    assertThat(item.statusCode()).as(item.body()).isEqualTo(200);
    assertThat(item.body()).contains("Oat biscuits");
  }

  @Test
  void eachLinkOfALinksetLeadsToWhatItSays() throws Exception {
    JsonNode set = JSON.readTree(get(PUBLIC, "/01/09521000000018?linkType=linkset").body());
    assertThat(set.has("@context")).isTrue();
    JsonNode links = set.path("linkset").get(0);
    List<String> types = new ArrayList<>();
    links.fieldNames().forEachRemaining(types::add);
    types.remove("anchor");
    assertThat(types).hasSizeGreaterThanOrEqualTo(3);
    for (String type : types) {
      for (JsonNode link : links.path(type)) {
        HttpResponse<String> there = get(PUBLIC, link.path("href").asText());
        assertThat(there.statusCode()).isEqualTo(200);
        if (link.has("type")) {
          assertThat(there.headers().firstValue("Content-Type").orElse(""))
              .startsWith(link.path("type").asText());
        }
      }
      for (String spelling : List.of(type, type.replace("https://ref.gs1.org/voc/", "gs1:"))) {
        HttpResponse<String> asked =
            get(PUBLIC, "/01/09521000000018?linkType=" + encoded(spelling));
        assertThat(asked.headers().firstValue("Location"))
            .as(spelling)
            .hasValue(links.path(type).get(0).path("href").asText());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/01/09521000000018/foo, 400",
    "/01/09521000000018/10/, 400",
    "/01/09521000000018/21/S/10/L, 400",
    "/01/09521000000018?01=09521000000025, 400",
    "/01/09999999999994, 404",
    "/01/09999999999994?linkType=linkset, 404",
    "/01/9521000000018, 307",
    "/ARFKk4XB0CDKWcnpq, 404",
    "/nonsense, 404",
    "/nonsense-and-more, 404",
  })
  void aPathIsLedOnExactlyWhenAllOfItIsALink(String path, int status) throws Exception {
    HttpResponse<String> answer = get(PUBLIC, path);
    assertThat(answer.statusCode()).isEqualTo(status);
    if (status == 400) {
      assertThat(code(answer)).isIn("malformed-link", "several-items");
    }
  }

  @Test
  void whatALinkFieldHasIsWhatTheServiceMeans() throws Exception {
    HttpResponse<String> answer = get(PUBLIC, "/01/09521000000018/10/A%3E%22%3B%20b");
    assertThat(answer.statusCode()).isEqualTo(400);
    HttpResponse<String> lot = get(PUBLIC, "/01/09521000000018/10/A%3E%22?x=%3E");
    String field = lot.headers().firstValue("Link").orElse("");
    assertThat(field).contains("/10/A%3E%22>; rel=\"owl:sameAs\"");
    assertThat(field.chars().filter(c -> c == '<').count()).isEqualTo(3);
    assertThat(field.chars().filter(c -> c == '>').count()).isEqualTo(3);
  }

  @Test
  void aBrowserGetsAPageWhereverItIsLed() throws Exception {
    String browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (String path :
        List.of(
            "/",
            "/01/09521000000018",
            "/v1/items/9521000000018",
            "/v1/items/9521234543213",
            "/v1/items?q=oat",
            "/v1/gtins/01234565",
            "/v1/gtins/x",
            "/v1/problems/unknown-item",
            "/nothing/here")) {
      HttpResponse<String> page = get(PUBLIC, path, browser);
      if (page.statusCode() == 307) {
        page = get(PUBLIC, page.headers().firstValue("Location").orElseThrow(), browser);
      }
      assertThat(page.headers().firstValue("Content-Type"))
          .as(path)
          .hasValue("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'");
      assertThat(page.body()).contains("<h1>");
    }
    write("PUT", "/v1/items/9527200000018", "{\"name\":\"<script>alert(1)</script>\"}");
    assertThat(get(PUBLIC, "/v1/items/9527200000018", browser).body())
        .doesNotContain("<script>")
        .contains("&lt;script&gt;");
  }

  private static HttpResponse<String> get(int port, String path, String accept)
      throws IOException, InterruptedException {
    return send(port, "GET", path, "", "Accept", accept);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9527300000017", "09527300000017", "952-7300-00001-7", "]E09527300000017"})
  void theTagOfAnAddressIsGoodForAWriteAtThatAddress(String code) throws Exception {
    String path = "/v1/items/" + encoded(code);
    write("PUT", path, "{\"name\":\"A\"}");
    String tag = get(PUBLIC, path).headers().firstValue("ETag").orElseThrow();

    assertThat(write("PUT", path, "{\"name\":\"B\"}", "If-Match", tag).statusCode()).isEqualTo(200);
    assertThat(write("PUT", path, "{\"name\":\"C\"}", "If-Match", tag).statusCode()).isEqualTo(412);
    HttpResponse<String> now = get(PUBLIC, path);
    assertThat(write("PUT", path, now.body()).statusCode())
        .as("what GET gives PUT takes")
        .isEqualTo(200);
    assertThat(get(PUBLIC, path).body()).isEqualTo(now.body());
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "PATCH | application/json-patch+json | - | 415",
        "PATCH | application/jsonx | - | 415",
        "PATCH | application/json; charset=utf-16 | - | 415",
        "PATCH | application/merge-patch+json | - | 200",
        "PUT | application/jsonx | - | 415",
        "PUT | application/json | br | 415",
        "PUT | application/json | zstd | 415",
      })
  void whatABodyIsNotIsRefusedAsThat(String method, String type, String coding, int status)
      throws Exception {
    String path = "/v1/items/9527400000016";
    write("PUT", path, "{\"name\":\"A\"}");
    HttpResponse<String> answer =
        coding == null
            ? send(PRIVATE, method, path, "{\"name\":\"B\"}", "Content-Type", type)
            : send(
                PRIVATE,
                method,
                path,
                "{\"name\":\"B\"}",
                "Content-Type",
                type,
                "Content-Encoding",
                coding);
    assertThat(answer.statusCode()).isEqualTo(status);
    if (method.equals("PATCH")) {
      assertThat(answer.headers().firstValue("Accept-Patch"))
          .hasValue("application/merge-patch+json");
    }
  }

  @Test
  void answersAreCompressedWhereThatIsWorthItAndKeepTheirTags() throws Exception {
    HttpResponse<byte[]> small =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PUBLIC + "/openapi.json"))
                .header("Accept-Encoding", "br, gzip;q=0.5")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(small.headers().firstValue("Content-Encoding")).hasValue("gzip");
    String plain = get(PUBLIC, "/openapi.json").body();
    assertThat(
            new String(
                new GZIPInputStream(new java.io.ByteArrayInputStream(small.body())).readAllBytes(),
                StandardCharsets.UTF_8))
        .isEqualTo(plain);
    String tag = small.headers().firstValue("ETag").orElseThrow();
    assertThat(
            send(
                    PUBLIC,
                    "GET",
                    "/openapi.json",
                    "",
                    "Accept-Encoding",
                    "gzip",
                    "If-None-Match",
                    tag)
                .statusCode())
        .isEqualTo(304);
    assertThat(send(PUBLIC, "GET", OATS, "", "If-Match", "\"nope\"").statusCode()).isEqualTo(412);
    assertThat(
            send(PUBLIC, "GET", OATS, "", "Accept-Encoding", "gzip;q=0")
                .headers()
                .firstValue("Content-Encoding"))
        .isEmpty();
  }

  @Test
  void aProblemQuotesABoundedPartOfWhatWasSent() throws Exception {
    String nested = "[".repeat(50) + "1".repeat(900) + "]".repeat(50);
    JsonNode result =
        JSON.readTree(write("POST", "/v1/gtins", "{\"inputs\":[" + nested + "]}").body())
            .path("results")
            .get(0);
    assertThat(result.path("detail").asText()).hasSizeLessThan(200);
    assertThat(get(PUBLIC, "/v1/items?cursor=%00").body()).contains("U+0000");
  }

  @Test
  void whatIsPrintedUnderABarCodeFindsTheItem() throws Exception {
    write("PUT", "/v1/items/614141999996", "{\"name\":\"Of twelve\"}");
    write("PUT", "/v1/items/95200002", "{\"name\":\"Of eight\"}");
    for (String digits : List.of("614141999996", "6141419", "0614141", "6 14141 99999 6")) {
      assertThat(get(PUBLIC, "/v1/items?q=" + encoded(digits)).body())
          .as(digits)
          .contains("Of twelve");
    }
    for (String digits : List.of("95200002", "9520000", "0000009520")) {
      assertThat(get(PUBLIC, "/v1/items?q=" + digits).body()).as(digits).contains("Of eight");
    }
    assertThat(get(PUBLIC, "/v1/items?q=200+oat").body()).contains("Oat biscuits");
  }

  @Test
  void brandsAreComparedWithoutCaseAndBlanks() throws Exception {
    write("PUT", "/v1/items/9527500000015", "{\"name\":\"A\",\"brand\":\" \u00dcber Brand \"}");
    assertThat(get(PUBLIC, "/v1/items/9527500000015").body()).contains("\"\u00dcber Brand\"");
    for (String brand : List.of("\u00fcber brand", "\u00dcBER BRAND ", " \u00dcber Brand")) {
      assertThat(get(PUBLIC, "/v1/items?brand=" + encoded(brand)).body()).contains("9527500000015");
    }
  }

  @Test
  void exportsAreWhatAnImportReads() throws Exception {
    for (String format : List.of("csv", "ndjson")) {
      HttpResponse<String> all = get(PRIVATE, "/v1/export?format=" + format);
      assertThat(all.body()).contains("09521000000018", "Oat biscuits");
      JsonNode result =
          imported(
                  all.body().getBytes(StandardCharsets.UTF_8),
                  "?dry-run=true",
                  "done",
                  "Content-Type",
                  format.equals("csv") ? "text/csv" : "application/x-ndjson")
              .path("result");
      assertThat(result.path("rejected").asInt()).isZero();
      assertThat(result.path("added").asInt()).isZero();
    }
    assertThat(get(PUBLIC, "/v1/export").statusCode()).isEqualTo(404);
  }

  @Test
  void anItemsOwnLinksAreFollowedByLanguageLotAndSerial() throws Exception {
    String item = "/v1/items/9527600000014";
    HttpResponse<String> put =
        write(
            "PUT",
            item,
            """
            {"name":"Linked","attributes":{"gpc":"10000045","names":{"fr":"Lié"},"links":[
              {"type":"gs1:recipeInfo","href":"https://shop.example/en","lang":"en"},
              {"type":"gs1:recipeInfo","href":"https://shop.example/fr","lang":"fr"},
              {"type":"gs1:recipeInfo","href":"https://shop.example/lot","lot":"L1"},
              {"type":"https://ref.gs1.org/voc/hasRetailers","href":"https://a.example/"},
              {"type":"gs1:hasRetailers","href":"https://b.example/"}]}}
            """);
    assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
    assertThat(location("?linkType=gs1:recipeInfo", "fr-CH, en;q=0.5"))
        .isEqualTo("https://shop.example/fr");
    assertThat(location("?linkType=gs1:recipeInfo&a=b", "en"))
        .isEqualTo("https://shop.example/en?a=b");
    assertThat(location("/10/L1?linkType=gs1:recipeInfo", "fr"))
        .isEqualTo("https://shop.example/lot");
    assertThat(location("/10/L2?linkType=https://ref.gs1.org/voc/recipeInfo", "fr"))
        .isEqualTo("https://shop.example/fr");
    HttpResponse<String> several = get(PUBLIC, "/01/09527600000014?linkType=gs1:hasRetailers");
    assertThat(several.statusCode()).isEqualTo(300);
    assertThat(several.body()).contains("https://a.example/", "https://b.example/");
    assertThat(get(PUBLIC, "/01/09527600000014?linkType=linkset").body())
        .contains("https://shop.example/en", "\"hreflang\":[\"fr\"]");

    write(
        "PATCH",
        item,
        "{\"attributes\":{\"links\":null,\"netContent\":{\"value\":2.50,\"unit\":\"kg\"}}}");
    JsonNode now = JSON.readTree(get(PUBLIC, item).body()).path("item").path("attributes");
    assertThat(now.has("links")).isFalse();
    assertThat(now.path("names").path("fr").asText()).isEqualTo("Lié");
    assertThat(now.path("netContent").path("value").asText()).isEqualTo("2.5");
  }

  private static String location(String behind, String language) throws Exception {
    return send(PUBLIC, "GET", "/01/09527600000014" + behind, "", "Accept-Language", language)
        .headers()
        .firstValue("Location")
        .orElse("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"x\"",
        "{\"gpc\":\"1\"}",
        "{\"names\":[]}",
        "{\"image\":\"javascript:alert(1)\"}",
        "{\"links\":[{\"type\":\"gs1:pip\",\"href\":\"/relative\"}]}",
        "{\"links\":[{\"type\":\"gs1:pip\",\"href\":\"https://a.example/\\n\"}]}",
        "{\"netContent\":\"200 g\"}"
      })
  void attributesThatMeanSomethingAreChecked(String attributes) throws Exception {
    String item = "{\"name\":\"A\",\"attributes\":" + attributes + "}";
    HttpResponse<String> put = write("PUT", "/v1/items/9527600000021", item);
    assertThat(put.statusCode()).isEqualTo(400);
    assertThat(put.body()).contains("attributes");
    JsonNode refused =
        imported(
            item.replace("{\"name\"", "{\"gtin\":\"9527600000021\",\"name\"")
                .getBytes(StandardCharsets.UTF_8),
            "",
            "failed",
            "Content-Type",
            "application/x-ndjson");
    assertThat(get(PRIVATE, refused.path("rejects").asText()).body()).contains("attributes");
  }

  @Test
  void whoBroughtAndChangedAnItemIsFollowedThroughEveryDoor() throws Exception {
    String path = "/v1/items/9527700000013";
    String since = JSON.readTree(all("/v1/changes?limit=1000")).path("since").asText();
    write("PUT", path, "{\"name\":\"by hand\"}", "X-Request-Id", "one");
    imported(
        "gtin,name\n9527700000013,by import\n9527700000020,new\n".getBytes(StandardCharsets.UTF_8),
        "",
        "done",
        "Content-Type",
        "text/csv",
        "X-Request-Id",
        "two");
    write("DELETE", path, "", "X-Request-Id", "three");

    JsonNode history = JSON.readTree(get(PRIVATE, path + "/history").body()).path("changes");
    assertThat(history)
        .extracting(change -> change.path("request").asText())
        .containsExactly("one", "two", "three");
    assertThat(history.get(2).path("before").path("name").asText()).isEqualTo("by import");
    JsonNode feed = JSON.readTree(get(PRIVATE, "/v1/changes?since=" + since).body());
    assertThat(feed.path("changes"))
        .extracting(change -> change.path("request").asText())
        .containsExactly("one", "two", "two", "two", "three");
    assertThat(feed.path("changes").get(1).path("import").asBoolean()).isTrue();
    assertThat(feed.path("changes").get(2).path("gtin").asText()).isEqualTo("09527700000020");
    assertThat(feed.path("changes").get(2).path("after").path("name").asText()).isEqualTo("new");
    assertThat(get(PRIVATE, "/v1/changes?since=1.x").statusCode()).isEqualTo(400);
    JsonNode brought = JSON.readTree(get(PRIVATE, "/v1/items/9527700000020/history").body());
    assertThat(brought.path("changes").get(0).path("request").asText()).isEqualTo("two");
  }

  /** The last page. */
  private static String all(String path) throws Exception {
    String page = get(PRIVATE, path).body();
    while (JSON.readTree(page).path("more").asBoolean()) {
      page = get(PRIVATE, path + "&since=" + JSON.readTree(page).path("since").asText()).body();
    }
    return page;
  }

  @Test
  void howeverDeepAValueIsItIsAnswered() throws Exception {
    for (int depth : new int[] {40, 60, 70, 500, 998, 5_000}) {
      String nested = "[".repeat(depth) + "1" + "]".repeat(depth);
      for (String path : List.of("/v1/gtins", "/v1/items:lookup")) {
        assertThat(write("POST", path, "{\"inputs\":[" + nested + "]}").statusCode())
            .isIn(200, 400);
      }
      HttpResponse<String> lines =
          send(
              PUBLIC,
              "POST",
              "/v1/items:lookup",
              nested + "\n9521000000018\n",
              "Content-Type",
              "application/x-ndjson");
      assertThat(lines.body().lines()).hasSize(2);
      String object = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
      assertThat(
              write(
                      "PUT",
                      "/v1/items/9527800000012",
                      "{\"name\":\"x\",\"attributes\":" + object + "}")
                  .statusCode())
          .isEqualTo(400);
    }
    String allowed = "{\"a\":".repeat(31) + "{}" + "}".repeat(31);
    assertThat(
            write(
                    "PUT",
                    "/v1/items/9527800000012",
                    "{\"name\":\"x\",\"attributes\":" + allowed + "}")
                .statusCode())
        .isEqualTo(201);
    assertThat(get(PRIVATE, "/v1/items/9527800000012/history").statusCode()).isEqualTo(200);
    assertThat(get(PUBLIC, "/v1/items?prefix=9527800").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{}", "hello", "{\"inputs\":1}"})
  void aBodyThatIsNoneIsTheClientsFault(String body) throws Exception {
    for (String path : List.of("/v1/gtins", "/v1/items:lookup")) {
      assertThat(write("POST", path, body).statusCode()).isEqualTo(400);
      assertThat(write("POST", path, body, "Content-Encoding", "gzip").statusCode()).isEqualTo(400);
    }
    assertThat(write("PUT", "/v1/items/9527800000029", body).statusCode()).isEqualTo(400);
  }

  @Test
  void whatWasCutOffOrBrokenInGzipIsNotTaken() throws Exception {
    StringBuilder rows = new StringBuilder("gtin,name\n");
    for (int i = 0; i < 20_000; i++) {
      rows.append("9527900000011,").append(Integer.toHexString(i * 7919)).append('\n');
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(whole)) {
      out.write(rows.toString().getBytes(StandardCharsets.UTF_8));
    }
    byte[] cut = java.util.Arrays.copyOf(whole.toByteArray(), whole.size() / 2);
    byte[] flipped = whole.toByteArray();
    flipped[flipped.length / 2] ^= 0x55;
    for (byte[] broken : List.of(cut, flipped, "no gzip".getBytes(StandardCharsets.US_ASCII))) {
      imported(broken, "", "failed", "Content-Type", "text/csv", "Content-Encoding", "gzip");
      imported(broken, "", "failed", "Content-Type", "application/gzip");
    }
    assertThat(get(PUBLIC, "/v1/items/9527900000011").statusCode()).isEqualTo(404);
    imported(
        whole.toByteArray(),
        "?dry-run=true",
        "done",
        "Content-Type",
        "text/csv",
        "Content-Encoding",
        "gzip");
  }

  @Test
  void numbersInAttributesKeepAllOfTheirDigitsThroughEveryDoor() throws Exception {
    String numbers = "{\"p\":12345678901234567890.123456789,\"i\":1E+400}";
    String path = "/v1/items/9528000000017";
    write("PUT", path, "{\"name\":\"x\",\"attributes\":" + numbers + "}");
    assertThat(get(PUBLIC, path).body()).contains("12345678901234567890.123456789", "1E+400");
    write("PATCH", path, "{\"brand\":\"b\"}");
    write("PUT", path, get(PUBLIC, path).body());
    assertThat(get(PRIVATE, "/v1/export?format=ndjson").body())
        .contains("12345678901234567890.123456789", "1E+400");
    assertThat(
            write("PUT", path, "{\"name\":\"x\",\"attributes\":{\"e\":\"\\ud800\"}}").statusCode())
        .isEqualTo(400);
    assertThat(
            write("PATCH", path, "{\"item\":{\"name\":\"n\",\"gtin\":\"9521000000025\"}}")
                .statusCode())
        .isEqualTo(400);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "Accept | text/html;q=0, application/json | https://a.example/json#x",
        "Accept | application/json;q=0.1,text/html | https://a.example/html",
        "Accept | text/* | https://a.example/html",
        "Accept | */* | -",
      })
  void theClientsWeightsChooseBetweenLinks(String field, String value, String location)
      throws Exception {
    write(
        "PUT",
        "/v1/items/9528100000016",
        """
        {"name":"x","attributes":{"links":[
          {"type":"gs1:recipeInfo","href":"https://a.example/html","media":"text/html"},
          {"type":"gs1:recipeInfo","href":"https://a.example/json#x","media":"application/json"}]}}
        """);
    HttpResponse<String> answer =
        send(PUBLIC, "GET", "/01/09528100000016?linkType=gs1:recipeInfo", "", field, value);
    assertThat(answer.headers().firstValue("Vary").orElse("")).contains("Accept-Language");
    assertThat(answer.headers().firstValue("Location").orElse(null)).isEqualTo(location);
    assertThat(
            send(
                    PUBLIC,
                    "GET",
                    "/01/09528100000016?linkType=gs1:recipeInfo&a=b",
                    "",
                    "Accept",
                    "application/json")
                .headers()
                .firstValue("Location"))
        .hasValue("https://a.example/json?a=b#x");
  }

  @Test
  void aPackedLinkIsTheLinkThatWasPacked() throws Exception {
    write(
        "PUT",
        "/v1/items/09521000000032",
        "{\"name\":\"x\",\"attributes\":{\"links\":[{\"type\":\"gs1:defaultLink\",\"href\":"
            + "\"https://recall.example/\",\"lot\":\"12\"}]}}");
    for (String path : List.of("/01/09521000000032/10/12", "/ARFRj6VUQCAEM")) {
      HttpResponse<String> answer = get(PUBLIC, path);
      assertThat(answer.headers().firstValue("Location"))
          .as(path)
          .hasValue("https://recall.example/");
      assertThat(answer.headers().firstValue("Link").orElse("")).contains("/10/12>");
    }
    assertThat(get(PUBLIC, "/ARFRj6VUQCAEM?01=09521000000018").statusCode()).isEqualTo(400);
    assertThat(get(PUBLIC, "/01/09521000000032?%301=09521000000018").statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "json-ld", "linkset", "html", "svg"})
  void theTagOfEveryFormIsGoodForAWrite(String format) throws Exception {
    String path = "/v1/items/9528200000015";
    write("PUT", path, "{\"name\":\"A\"}");
    String tag = get(PUBLIC, path + "?format=" + format).headers().firstValue("ETag").orElseThrow();
    assertThat(write("PUT", path, "{\"name\":\"" + format + "\"}", "If-Match", tag).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip;q=0, * | false",
        "gzipx | false",
        "* | true",
        "br, GZIP | true",
        "gzip;foo=1;q=0 | false"
      })
  void aCodingThatIsRefusedIsNotSent(String accepted, boolean small) throws Exception {
    assertThat(
            send(PUBLIC, "GET", "/v1/problems", "", "Accept-Encoding", accepted)
                .headers()
                .firstValue("Content-Encoding")
                .isPresent())
        .isEqualTo(small);
  }

  @Test
  void whatIsNoRequestHasAProblemDocument() throws Exception {
    assertThat(raw("GET /v1/items/" + "9".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
        .contains(" 414 ", "target-too-long");
    assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"))
        .contains(" 431 ", "headers-too-large");
    assertThat(raw("GET / HTTP/1.1\r\n\r\n")).contains(" 400 ", "malformed-host");
    assertThat(raw("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))
        .contains(" 204 ", "Allow: GET, HEAD, OPTIONS, POST");
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PUBLIC)) {
      socket.setSoTimeout(Patience.MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aLineIsReadAsItIsAlone() throws Exception {
    for (String code : List.of("9521000000018\u001d", " 9521000000018", "\u001d0109521000000018")) {
      JsonNode line =
          JSON.readTree(
              send(
                      PUBLIC,
                      "POST",
                      "/v1/items:lookup",
                      code + "\r\n",
                      "Content-Type",
                      "application/x-ndjson")
                  .body());
      assertThat(line.path("status")).isEqualTo(alone("/v1/items/" + encoded(code)).path("status"));
      assertThat(line.path("requested").asText().strip()).isEqualTo(code.strip());
    }
  }
}
