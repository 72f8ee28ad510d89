package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.MultiFormatReader;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API answers beyond a lookup. */
class ApiIT extends RunningService {
  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest
  @ValueSource(strings = {"/v1/items?q=%zz", "/v1/items/9521000000018?as=%zz"})
  void aQueryThatCannotBeReadIsRefused(String target) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PUBLIC)) {
      String request = "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400 ")
          .contains("malformed-parameter");
    }
  }

  @Test
  void aLineWithoutAnEndIsRefusedAndNotKept() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PUBLIC)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/items:lookup HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                  + "Content-Length: 1000000000\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] piece = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  out.write(piece);
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(isServing()).isTrue();
  }

  @Test
  void pagesOfASearchLeadThroughAllOfIt() throws Exception {
    List<String> found = new ArrayList<>();
    String next = "/v1/items?prefix=952&limit=7";
    while (next != null) {
      JsonNode page = JSON.readTree(send(PUBLIC, "GET", next, "").body());
      page.path("items").forEach(item -> found.add(item.path("gtin").asText()));
      next = page.has("next") ? page.path("next").asText() : null;
    }
    assertThat(found).hasSizeGreaterThanOrEqualTo(50).isSorted().doesNotHaveDuplicates();

    assertThat(send(PUBLIC, "GET", "/v1/items?q=oat+BISC&brand=Weir+%26+Daughters", "").body())
        .contains("09521000000018");
    JsonNode tallied =
        JSON.readTree(send(PUBLIC, "GET", "/v1/items?prefix=952&limit=1&facets=true", "").body());
    assertThat(tallied.path("total").asInt()).isEqualTo(found.size());
    assertThat(tallied.path("total_is").asText()).isEqualTo("exact");
    assertThat(tallied.path("facets").path("brand").toString()).contains("Weir & Daughters");
    assertThat(tallied.path("items")).hasSize(1);
    assertThat(send(PUBLIC, "GET", "/v1/items?prefix=952&facets=false", "").body())
        .doesNotContain("facets", "total");
    for (String bad :
        List.of("facets=1", "limit=0", "limit=x", "prefix=9a", "cursor=%21", "cursor=AAAA")) {
      HttpResponse<String> answer = send(PUBLIC, "GET", "/v1/items?" + bad, "");
      assertThat(answer.statusCode()).as(bad).isEqualTo(400);
      assertThat(code(answer)).isEqualTo("malformed-parameter");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "application/ld+json | application/ld+json | \"@type\":\"Product\"",
        "application/linkset+json | application/linkset+json | defaultLink",
        "image/svg+xml | image/svg+xml | <svg",
        "text/html, */*;q=0.1 | text/html; charset=utf-8 | <h1>Oat biscuits",
        "application/json;q=0.2, application/ld+json;q=0.3 | application/ld+json | Product",
        "image/*, image/svg+xml;q=0 | image/png | PNG",
        "application/json;q=0, text/plain | application/problem+json | not-acceptable",
      })
  void theClientChoosesTheForm(String accept, String type, String part) throws Exception {
    HttpResponse<String> answer = send(PUBLIC, "GET", OATS, "", "Accept", accept);

    assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
    assertThat(answer.headers().firstValue("Vary"))
        .hasValueSatisfying(vary -> assertThat(vary).contains("Accept"));
    assertThat(answer.body()).contains(part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9528888888806", "095288888808", "95288888", "19528888888803"})
  void aScannerReadsTheBarCode(String code) throws Exception {
    write("PUT", "/v1/items/" + code + "?as=gtin-" + code.length(), "{\"name\":\"Any\"}");
    String path = "/v1/items/" + code + "?as=gtin-" + code.length();
    HttpResponse<byte[]> png =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PUBLIC + path))
                .header("Accept", "image/png")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png.body()));
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    String read =
        new MultiFormatReader()
            .decode(
                new BinaryBitmap(
                    new HybridBinarizer(
                        new RGBLuminanceSource(image.getWidth(), image.getHeight(), pixels))))
            .getText();

    assertThat(read).isEqualTo(code);
  }

  @Test
  void manyItemsAreLookedUpAtOnce() throws Exception {
    HttpResponse<String> answer =
        send(
            PUBLIC,
            "POST",
            "/v1/items:lookup",
            "{\"inputs\":[\"9521000000018\",95200000455,\"9521234543213\",\"x\",null]}",
            "Content-Type",
            "application/json");

    JsonNode results = JSON.readTree(answer.body()).path("results");
    assertThat(results)
        .extracting(each -> each.path("status").asInt())
        .containsExactly(200, 200, 404, 400, 400);
    assertThat(results.get(0).path("item").path("name").asText()).startsWith("Oat biscuits");
  }

  @Test
  void linesAreAnsweredWhileTheyComeHoweverManyThereAre() throws Exception {
    int many = 20_000;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PUBLIC)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/items:lookup HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      chunk(out, "9521000000018\n");
      assertThat(answer(in)).contains("\"status\":200");
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < many; i++) {
                        chunk(out, i % 2 == 0 ? "{\"input\":\"x" + i + "\"}\n" : "95200000455\n");
                      }
                      chunk(out, "");
                    } catch (IOException broken) {
                      throw new AssertionError(broken);
                    }
                  });
      for (int i = 0; i < many; i++) {
        String line = answer(in);
        assertThat(line)
            .contains(i % 2 == 0 ? "\"code\":\"characters\"" : "\"gtin\":\"00095200000455\"");
      }
      sender.join();
    }
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    out.write(
        (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** The next line of JSON, whatever chunks it comes in; every answer is a line of its own. */
  private static String answer(BufferedReader in) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("{")) {
        return line;
      }
    }
    throw new IOException("the answer ended");
  }

  @Test
  void aClientThatDoesNotTakeItsAnswersIsNotReadAnyFurther() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PUBLIC)) {
      socket.setReceiveBufferSize(4096);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/items:lookup HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                  + "Content-Length: 1000000000\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] lines = "9521000000018\n".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        out.write(lines);
                      }
                    } catch (IOException closed) {
                      // The test is over.
                    }
                  });
      Awaitility.await()
          .during(Duration.ofSeconds(1))
          .until(() -> sender.getState() == Thread.State.WAITING && isServing());
    }
  }

  private static boolean isServing() throws Exception {
    return send(PUBLIC, "GET", OATS, "").statusCode() == 200;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/01/09521000000018 | 307 | /v1/items/09521000000018",
        "/01/09521000000018/10/LOT-7/21/SN?3103=000189 | 307 |"
            + " /v1/items/09521000000018?via=link&3103=000189",
        "/01/09521000000018/ | 307 | /v1/items/09521000000018",
        "/01/09521000000018?linkType=gs1:pip&a=b | 307 |"
            + " /v1/items/09521000000018?format=html&via=link&a=b",
        "/01/09521000000018?linkType=gs1:recipe | 404 | ",
        "/01/09521000000010 | 400 | ",
        "/01/nothing | 400 | ",
      })
  void linksLeadToTheirItems(String path, int status, String location) throws Exception {
    HttpResponse<String> answer = send(PUBLIC, "GET", path, "");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Location").orElse(""))
        .isEqualTo(location == null ? "" : location);
  }

  @Test
  void aLinkTellsOfAllLinksWhereThatIsAsked() throws Exception {
    HttpResponse<String> asked =
        send(PUBLIC, "GET", "/01/09521000000018/10/A?linkType=linkset", "");
    HttpResponse<String> negotiated =
        send(PUBLIC, "GET", "/01/09521000000018", "", "Accept", "application/linkset+json");

    for (HttpResponse<String> answer : List.of(asked, negotiated)) {
      assertThat(answer.headers().firstValue("Vary").orElse("")).contains("Accept");
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode links = JSON.readTree(answer.body()).path("linkset").path(0);
      assertThat(links.path("https://ref.gs1.org/voc/defaultLink")).hasSize(1);
      assertThat(answer.headers().firstValue("Link").orElse(""))
          .contains("owl:sameAs", "rel=\"linkset\"");
    }
    assertThat(send(PUBLIC, "GET", "/.well-known/gs1resolver", "").body())
        .contains("\"resolverRoot\":\"http://127.0.0.1:" + PUBLIC, "\"01\"");
  }

  @ParameterizedTest(name = "{0} {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "GET | /v1/items | /v1/items?prefix=952&limit=2 | 200 | -",
        "GET | /v1/items | /v1/items?limit=x | 400 | -",
        "GET | /v1/items/{code} | /v1/items/9521000000018 | 200 | -",
        "GET | /v1/items/{code} | /v1/items/9521234543213 | 404 | -",
        "GET | /v1/items/{code} | /v1/items/9521000000081 | 400 | -",
        "PUT | /v1/items/{code} | /v1/items/9527777777702 | 201 | {\"name\":\"A\"}",
        "PATCH | /v1/items/{code} | /v1/items/9527777777702 | 200 | {\"brand\":\"B\"}",
        "PATCH | /v1/items/{code} | /v1/items/9527777777702 | 400 | {\"x\":1}",
        "GET | /v1/items/{code}/history | /v1/items/9527777777702/history | 200 | -",
        "POST | /v1/items:lookup | /v1/items:lookup | 200 | {\"inputs\":[\"9521000000018\",\"x\"]}",
        "GET | /v1/gtins/{code} | /v1/gtins/19521000000015 | 200 | -",
        "GET | /v1/gtins/{code} | /v1/gtins/01234565 | 300 | -",
        "POST | /v1/gtins | /v1/gtins | 200 | {\"inputs\":[\"9521000000018\",\"01234565\"]}",
        "POST | /v1/gtins | /v1/gtins | 400 | {}",
        "POST | /v1/imports | /v1/imports | 202 | []",
        "GET | /v1/problems | /v1/problems | 200 | -",
        "GET | /01/{gtin} | /01/09521000000018?linkType=linkset | 200 | -",
        "GET | /01/{gtin} | /01/x | 400 | -",
        "GET | /.well-known/gs1resolver | /.well-known/gs1resolver | 200 | -",
        "GET | /openapi.json | /openapi.json | 200 | -",
        "GET | /healthz | /healthz | 200 | -",
        "GET | /readyz | /readyz | 200 | -",
      })
  void answersAreAsTheDescriptionSays(
      String method, String path, String target, int status, String body) throws Exception {
    JsonNode description = JSON.readTree(send(PUBLIC, "GET", "/openapi.json", "").body());
    JsonNode operation = description.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    HttpResponse<String> answer = write(method, target, body == null ? "" : body);

    assertThat(answer.statusCode()).isEqualTo(status);
    String type = answer.headers().firstValue("Content-Type").orElse("");
    JsonNode schema =
        operation
            .path("responses")
            .path(Integer.toString(status))
            .path("content")
            .path(type)
            .path("schema");
    assertThat(schema.isMissingNode()).as("%s %s of %s", status, type, operation).isFalse();
    ObjectNode whole = schema.deepCopy();
    whole.set("components", description.path("components"));
    assertThat(
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole.toString())
                .validate(answer.body(), InputFormat.JSON))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9524444444400",
        " 952-4444-444400",
        "(01)09524444444400(10)A1",
        "]d20109524444444400",
        "https://id.gs1.org/01/09524444444400/10/A1"
      })
  void oneCodeIsOneNumberWhicheverWayItComes(String code) throws Exception {
    String number = "09524444444400";
    String encoded = URLEncoder.encode(code, StandardCharsets.UTF_8).replace("+", "%20");
    String quoted = JSON.writeValueAsString(code);
    String inputs = "{\"inputs\":[" + quoted + "]}";

    assertThat(send(PUBLIC, "GET", "/v1/gtins/" + encoded, "").body())
        .contains("\"gtin\":\"" + number + "\"");
    assertThat(write("POST", "/v1/gtins", inputs).body()).contains("\"gtin\":\"" + number + "\"");
    write("PUT", "/v1/items/" + encoded, "{\"name\":\"" + code.length() + " written\"}");
    assertThat(write("POST", "/v1/items:lookup", inputs).body())
        .contains("\"gtin\":\"" + number + "\"", code.length() + " written");
    String location =
        send(
                PRIVATE,
                "POST",
                "/v1/imports",
                "{\"gtin\":" + quoted + ",\"name\":\"" + code.length() + " imported\"}\n",
                "Content-Type",
                "application/x-ndjson")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    Awaitility.await()
        .until(() -> send(PRIVATE, "GET", location, "").body().contains("\"taken\":1"));
    assertThat(
            send(
                    PUBLIC,
                    "POST",
                    "/v1/items:lookup",
                    quoted + "\n",
                    "Content-Type",
                    "application/x-ndjson")
                .body())
        .contains("\"gtin\":\"" + number + "\"", code.length() + " imported");
    assertThat(Program.run(Patience.TIME, program(), "check", code)).contains(number);
  }

  @Test
  void whoAsksWithAnIdIsAnsweredWithIt() throws Exception {
    assertThat(
            send(PUBLIC, "GET", OATS, "", "X-Request-Id", "abc")
                .headers()
                .firstValue("X-Request-Id"))
        .hasValue("abc");
  }
}
