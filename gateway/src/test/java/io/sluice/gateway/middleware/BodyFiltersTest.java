package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.Telemetry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of bodies on their way back. */
class BodyFiltersTest {
  private static final String LONG = "text that says the same again and again, ".repeat(200);

  private static MiddlewareChain chain(String... stages) {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    for (int i = 0; i < stages.length; i += 2) {
      String record =
          "{'Type':'%s','Priority':%d,'Middleware':%s}".formatted(stages[i], i, stages[i + 1]);
      tree.put(
          "frontends/f/middlewares/m" + i,
          record.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
    var config = new ConfigReader().read(tree.done());
    assertThat(config.problems()).isEmpty();
    List<Middleware> written = config.middlewares().get("f");
    return MiddlewareChain.of(
        written,
        MiddlewareChain.EMPTY,
        new StageContext(new Sources(new SharedBudget(1 << 20)), () -> 0),
        new Telemetry().frontend("f"));
  }

  /**
   * An answer on its way through, with its body in pieces of seven bytes, and a pause behind each.
   */
  private static byte[] answered(
      MiddlewareChain chain, FakeExchange exchange, ResponseHead head, String body) {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    MiddlewareChain.Passage passage = chain.enter(exchange);
    assertThat(passage.onRequest()).isInstanceOf(Verdict.Proceed.class);
    passage.onResponse(head);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at += 700) {
      ByteBuf piece = Unpooled.copiedBuffer(bytes, at, Math.min(700, bytes.length - at));
      take(sent, passage.onBody(piece));
      take(sent, passage.onBodyPause());
    }
    take(sent, passage.onBodyEnd());
    passage.onFinish();
    return sent.toByteArray();
  }

  private static void take(ByteArrayOutputStream sent, ByteBuf piece) {
    sent.writeBytes(ByteBufUtil.getBytes(piece));
    piece.release();
  }

  private static ResponseHead head(int status, String type, long length) {
    ResponseHead head = new ResponseHead().set(status, length < 0 ? Framing.CHUNKED : length);
    head.fields().add("Content-Type", type);
    if (length >= 0) {
      head.fields().add("Content-Length", Long.toString(length));
    }
    head.fields().add("ETag", "\"t\"");
    return head;
  }

  private static String decoded(String coding, byte[] bytes) throws IOException {
    try (InputStream in =
        switch (coding) {
          case "gzip" -> new GZIPInputStream(new ByteArrayInputStream(bytes));
          case "br" -> new BrotliInputStream(new ByteArrayInputStream(bytes));
          default -> new ZstdInputStream(new ByteArrayInputStream(bytes));
        }) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void aBodyIsTheSameInEachCodingWhateverItsPieces(String coding) throws IOException {
    for (long length : new long[] {LONG.length(), -1}) {
      ResponseHead head = head(200, "text/plain; charset=utf-8", length);
      FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h~Accept-Encoding: " + coding);

      byte[] sent = answered(chain("compress", "{}"), exchange, head, LONG);

      assertThat(decoded(coding, sent)).isEqualTo(LONG);
      assertThat(sent.length).isLessThan(LONG.length() / 2);
      assertThat(head.framing()).isEqualTo(Framing.CHUNKED);
      assertThat(head.fields().toString())
          .contains(
              "Content-Encoding: " + coding + "\n", "ETag: W/\"t\"\n", "Vary: Accept-Encoding\n")
          .doesNotContain("Content-Length");
    }
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, br | br",
        "gzip;q=1, br;q=0.5 | gzip",
        "gzip;q=0 | ",
        "*;q=0.1 | br",
        "br;q=0, * | zstd",
        "identity | ",
        "'' | ",
        "GZIP | gzip",
        "deflate, x-gzip | ",
        "gzip;q=nonsense | ",
      })
  void theClientsFavouriteIsTakenAndOfSeveralTheOperators(String accept, String coding) {
    ResponseHead head = head(200, "text/plain", -1);
    answered(
        chain("compress", "{}"),
        new FakeExchange("GET / HTTP/1.1~Host: h~Accept-Encoding: " + accept),
        head,
        LONG);

    var found = head.fields().first("Content-Encoding");
    assertThat(found == null ? null : found.toString()).isEqualTo(coding);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | image/png | 5000 | ",
        "200 | text/plain | 10 | ",
        "206 | text/plain | 5000 | ",
        "204 | text/plain | 0 | ",
        "200 | text/plain | 5000 | Content-Encoding: gzip",
        "200 | text/plain | 5000 | Cache-Control: public, No-Transform",
      })
  void whatIsNotWorthItStaysAsItIs(int status, String type, long length, String field) {
    ResponseHead head = head(status, type, length);
    if (field != null) {
      String[] parts = field.split(": ");
      head.fields().add(parts[0], parts[1]);
    }
    String before = head.fields().toString();

    byte[] sent =
        answered(
            chain("compress", "{}"),
            new FakeExchange("GET / HTTP/1.1~Host: h~Accept-Encoding: gzip"),
            head,
            "whatever");

    assertThat(new String(sent, StandardCharsets.UTF_8)).isEqualTo("whatever");
    assertThat(head.fields().toString()).isEqualTo(before);
  }

  @Test
  void anEventReachesTheClientBeforeTheNextOneComes() throws IOException {
    ResponseHead head = head(200, "text/event-stream", -1);
    MiddlewareChain.Passage passage =
        chain("compress", "{}")
            .enter(new FakeExchange("GET / HTTP/1.1~Host: h~Accept-Encoding: gzip"));
    passage.onRequest();
    passage.onResponse(head);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    take(sent, passage.onBody(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8)));
    take(sent, passage.onBodyPause());

    GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(sent.toByteArray()));
    assertThat(new String(in.readNBytes(9), StandardCharsets.UTF_8)).isEqualTo("data: 1\n\n");
    passage.onFinish();
  }

  @ParameterizedTest(name = "{0} for {1} is {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "503 | text/html | <h1>down</h1>",
        "500 | application/json | {\"down\":1}",
        "500 | */* | <h1>down</h1>",
        "500 | text/html;q=0.1, application/json | {\"down\":1}",
        "404 | text/html | gone",
        "403 | text/html | as it was",
        "200 | text/html | as it was",
      })
  void errorsHaveThePagesOfTheOperator(int status, String accept, String body) {
    MiddlewareChain chain =
        chain(
            "errors",
            "{'Pages':[{'Status':'500-599','Body':'<h1>down</h1>'},{'Status':'500-599','Body':'{\\\"down\\\":1}','ContentType':'application/json'},{'Status':'404','Body':'gone'}]}");
    ResponseHead head = head(status, "text/plain", 9);

    byte[] sent =
        answered(
            chain, new FakeExchange("GET / HTTP/1.1~Host: h~Accept: " + accept), head, "as it was");

    assertThat(new String(sent, StandardCharsets.UTF_8)).isEqualTo(body);
    assertThat(head.fields().first("Content-Length").parseInt()).isEqualTo(sent.length);
    assertThat(head.framing()).isEqualTo(sent.length);
    assertThat(head.fields().first("ETag") == null).isEqualTo(!body.equals("as it was"));
  }

  @Test
  void aPageIsCompressedWhereTheFirstStageDoesThat() throws IOException {
    MiddlewareChain chain =
        chain(
            "compress",
            "{'MinBytes':1}",
            "errors",
            "{'Pages':[{'Status':'500','Body':'" + LONG + "'}]}");
    ResponseHead head = head(500, "application/octet-stream", 4);

    byte[] sent =
        answered(
            chain, new FakeExchange("GET / HTTP/1.1~Host: h~Accept-Encoding: gzip"), head, "boom");

    assertThat(decoded("gzip", sent)).isEqualTo(LONG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v={{.Request.Header.Get `X-Who`}} m={{.Request.Method}} p={{.Request.URL.Path}} | v=me"
            + " m=GET p=/b",
        "plain | plain",
        "a {{ b | a {{ b",
        "a {{.Nope}} b | a {{.Nope}} b",
        "{'a':{'b':{}}} | {'a':{'b':{}}}",
        "€ {{ .Request.Method }} | € GET",
      })
  void aBodyMayAskOfTheRequestAndKeepsWhatIsNoQuestion(String body, String expected) {
    ResponseHead head = head(200, "text/plain", body.length());
    byte[] sent =
        answered(
            chain("rewrite", "{'Regexp':'/a','Replacement':'/b','RewriteBody':true}"),
            new FakeExchange("GET /a HTTP/1.1~Host: h~X-Who: me"),
            head,
            body);

    assertThat(new String(sent, StandardCharsets.UTF_8)).isEqualTo(expected);
    assertThat(head.fields().toString()).doesNotContain("Content-Length");
  }

  @Test
  void aBodyOfAnotherUrlOrInACodingOrTooLargeToKeepPassesAsItIs() {
    MiddlewareChain chain =
        chain("rewrite", "{'Regexp':'/a','Replacement':'/b','RewriteBody':true}");
    List<String> sent = new ArrayList<>();
    ResponseHead coded = head(200, "text/plain", 10);
    coded.fields().add("Content-Encoding", "gzip");
    String question = "{{.Request.Method}}";
    String large = question + "x".repeat(2 << 20);
    for (byte[] each :
        List.of(
            answered(
                chain,
                new FakeExchange("GET /x HTTP/1.1~Host: h"),
                head(200, "text/plain", 19),
                question),
            answered(chain, new FakeExchange("GET /a HTTP/1.1~Host: h"), coded, question),
            answered(
                chain,
                new FakeExchange("GET /a HTTP/1.1~Host: h"),
                head(200, "text/plain", -1),
                large))) {
      sent.add(new String(each, StandardCharsets.UTF_8));
    }

    assertThat(sent).containsExactly(question, question, large);
  }
}
