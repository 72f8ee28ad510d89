package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private final RequestReader reader = new RequestReader(HeadLimits.REQUEST);

  @Test
  void readsWhatItIsGiven() {
    RequestHead head =
        read(
            "POST /v1/items?q=%20a HTTP/1.1\r\n"
                + "Host: Example.COM:8080\r\n"
                + "content-length:  12 \r\n"
                + "X-A: b c\t\r\n\r\n");

    assertThatObject(head.method()).hasToString("POST");
    assertThatObject(head.target()).hasToString("/v1/items?q=%20a");
    assertThatObject(head.path()).hasToString("/v1/items");
    assertThatObject(head.host()).hasToString("example.com");
    assertThat(head.framing()).isEqualTo(12);
    assertThatObject(head.fields().first("x-a")).hasToString("b c");
  }

  @Test
  void leavesWhatFollowsTheHead() {
    ByteBuf in = bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next");

    assertThat(reader.read(in)).isTrue();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /next");
  }

  @Test
  void readsTheSameHoweverItIsSplit() {
    String text =
        "\r\n"
            + "PUT /a/b?c HTTP/1.1\r\n"
            + "Host: h.example\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "X-Empty:\r\n\r\n";
    for (int cut = 1; cut < text.length(); cut++) {
      RequestReader pieces = new RequestReader(HeadLimits.REQUEST);

      assertThat(pieces.read(bytes(text.substring(0, cut)))).isFalse();
      assertThat(pieces.read(bytes(text.substring(cut)))).isTrue();
      assertThat(pieces.head().framing()).isEqualTo(Framing.CHUNKED);
      assertThatObject(pieces.head().fields().first("X-Empty")).hasToString("");
      assertThatObject(pieces.head().target()).hasToString("/a/b?c");
    }
  }

  @Test
  void aReaderIsAsNewAfterReset() {
    read("GET /one HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n\r\n");
    reader.reset();

    RequestHead head = read("GET /two HTTP/1.1\r\nHost: b\r\n\r\n");

    assertThatObject(head.path()).hasToString("/two");
    assertThatObject(head.fields().first("X-One")).isNull();
  }

  @Test
  void namesWithUnderscoresAreDropped() {
    RequestHead head =
        read("GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 6.6.6.6\r\nX-Ok: 1\r\n\r\n");

    assertThatObject(head.fields().first("X_Forwarded_For")).isNull();
    assertThatObject(head.fields().first("X-Ok")).hasToString("1");
  }

  @Test
  void anAbsoluteTargetWithTheSameHostIsReducedToItsPath() {
    RequestHead head = read("GET http://a.example:80/x?y HTTP/1.1\r\nHost: a.example:80\r\n\r\n");

    assertThatObject(head.target()).hasToString("/x?y");
  }

  @ParameterizedTest(name = "{0} becomes {1}")
  @CsvSource({
    "/a/../b, /b",
    "/a/./b, /a/b",
    "//a///b, /a/b",
    "/a/%2e%2E/b, /b",
    "/a/.%2e, /",
    "/a/b/.., /a/",
    "/a/., /a/",
    "/.well-known/x, /.well-known/x",
    "/...a, /...a",
    "/a%2fb, /a%2Fb",
    "/a/b/?x=/../y, /a/b/?x=/../y",
    "/%252e%252e/a, /%252e%252e/a",
    "/%61dmin/%7Ex, /admin/~x",
    "/a%20b%c3%a9, /a%20b%C3%A9",
    "/a/, /a/",
    "/a//, /a/",
    "/, /",
  })
  void pathsHaveOneSpelling(String sent, String normal) {
    assertThatObject(read("GET " + sent + " HTTP/1.1\r\nHost: a\r\n\r\n").target())
        .hasToString(normal);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        // reason | head, with ␍␊ written as ~ and a lone LF as ^, CR as §, TAB as →, NUL as ø
        "BARE_LF | GET / HTTP/1.1^Host: a~~",
        "BARE_LF | GET / HTTP/1.1~Host: a^~",
        "BARE_LF | GET / HTTP/1.1~Host: a~^",
        "BAD_REQUEST_LINE | ~~GET / HTTP/1.1~Host: a~~",
        "BAD_REQUEST_LINE | GET~Host: a~~",
        "BAD_REQUEST_LINE | GET /~Host: a~~",
        "BAD_REQUEST_LINE | GET  / HTTP/1.1~Host: a~~",
        "BAD_REQUEST_LINE | GET→/ HTTP/1.1~Host: a~~",
        "BAD_METHOD | ' GET / HTTP/1.1~Host: a~~'",
        "BAD_REQUEST_LINE | G@T / HTTP/1.1~Host: a~~",
        "BAD_VERSION | GET /  HTTP/1.1~Host: a~~",
        "BAD_VERSION | 'GET / HTTP/1.1 ~Host: a~~'",
        "BAD_VERSION | GET / http/1.1~Host: a~~",
        "BAD_VERSION | GET / HTTP/1.10~Host: a~~",
        "BAD_VERSION | GET / HTTP/01.1~Host: a~~",
        "BAD_VERSION | GET / XTTP/1.1~Host: a~~",
        "BAD_VERSION | GET /a b HTTP/1.1~Host: a~~",
        "UNSUPPORTED_VERSION | GET / HTTP/1.2~Host: a~~",
        "UNSUPPORTED_VERSION | GET / HTTP/2.0~Host: a~~",
        "UNSUPPORTED_VERSION | GET / HTTP/0.9~Host: a~~",
        "BAD_TARGET | GET /a#b HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a\\b HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a§b HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /aøb HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /aéb HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET a HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET * HTTP/1.1~Host: a~~",
        "BAD_TARGET | OPTIONS * HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET ftp://a/ HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET http://a HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /../a HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /%2e%2e/a HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a/../../b HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a%00b HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a%5cb HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a%zz HTTP/1.1~Host: a~~",
        "BAD_TARGET | GET /a%2 HTTP/1.1~Host: a~~",
        "METHOD_NOT_ALLOWED | CONNECT a:443 HTTP/1.1~Host: a~~",
        "METHOD_NOT_ALLOWED | TRACE / HTTP/1.1~Host: a~~",
        "MISSING_HOST | GET / HTTP/1.1~~",
        "DUPLICATE_HOST | GET / HTTP/1.1~Host: a~Host: a~~",
        "BAD_HOST | GET / HTTP/1.1~Host:~~",
        "BAD_HOST | GET / HTTP/1.1~Host: a/b~~",
        "BAD_HOST | GET / HTTP/1.1~Host: u@a~~",
        "BAD_HOST | GET / HTTP/1.1~Host: a b~~",
        "BAD_HOST | GET / HTTP/1.1~Host: a:80x~~",
        "BAD_HOST | GET / HTTP/1.1~Host: a:123456~~",
        "BAD_HOST | GET / HTTP/1.1~Host: [::1~~",
        "BAD_HOST | GET / HTTP/1.1~Host: [g]~~",
        "HOST_MISMATCH | GET http://a/ HTTP/1.1~Host: b~~",
        "HOST_MISMATCH | GET http://u@a/ HTTP/1.1~Host: a~~",
        "BAD_FIELD_NAME | GET / HTTP/1.1~Host : a~~",
        "BAD_FIELD_NAME | GET / HTTP/1.1~Host: a~X→: b~~",
        "BAD_FIELD_NAME | GET / HTTP/1.1~Host: a~: b~~",
        "BAD_FIELD_NAME | GET / HTTP/1.1~Host: a~X~~",
        "BAD_FIELD_NAME | GET / HTTP/1.1~Host: a~X(y): b~~",
        "OBSOLETE_FOLDING | GET / HTTP/1.1~ Host: a~~",
        "OBSOLETE_FOLDING | GET / HTTP/1.1~Host: a~X: b~ c~~",
        "OBSOLETE_FOLDING | GET / HTTP/1.1~Host: a~Transfer-Encoding:~→chunked~~",
        "BAD_FIELD_VALUE | GET / HTTP/1.1~Host: a~X: b§c~~",
        "BAD_FIELD_VALUE | GET / HTTP/1.1~Host: a~X: bøc~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 03~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: +3~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: -0~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 0x3~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 3 3~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 3, 3~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length:~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 1_000~~",
        "BAD_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~",
        "DUPLICATE_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 3~~",
        "DUPLICATE_CONTENT_LENGTH | POST / HTTP/1.1~Host: a~Content-Length: 3~content-length: 4~~",
        "LENGTH_AND_CHUNKED | POST / HTTP/1.1~Host: a~Content-Length: 6~Transfer-Encoding:"
            + " chunked~~",
        "LENGTH_AND_CHUNKED | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length:"
            + " 6~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding:"
            + " chunked~Transfer-Encoding: chunked~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked,~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: identity, chunked~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked;a=b~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: \"chunked\"~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, chunked~~",
        "BAD_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding:~~",
        "UNSUPPORTED_TRANSFER_ENCODING | POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip,"
            + " chunked~~",
        "CHUNKED_IN_HTTP_1_0 | POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~",
        "UNEXPECTED_BODY | GET / HTTP/1.1~Host: a~Content-Length: 3~~",
        "UNEXPECTED_BODY | HEAD / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~",
        "UNSUPPORTED_EXPECTATION | POST / HTTP/1.1~Host: a~Expect: 200-ok~~",
        "PROTECTED_FIELD_IN_CONNECTION | GET / HTTP/1.1~Host: a~Connection: X-Forwarded-For~~",
        "PROTECTED_FIELD_IN_CONNECTION | GET / HTTP/1.1~Host: a~Connection: close, Authorization~~",
        "PROTECTED_FIELD_IN_CONNECTION | GET / HTTP/1.1~Host: a~Connection: close~Connection:"
            + " cookie~~",
      })
  void doubtfulHeadsAreRefused(Reason reason, String head) {
    assertThatThrownBy(() -> read(unescape(head))).isSameAs(reason.error());
  }

  @Test
  void aLineThatIsTooLongIsRefusedBeforeItEnds() {
    assertThatThrownBy(() -> read("GET /" + "a".repeat(9_000)))
        .isSameAs(Reason.TARGET_TOO_LONG.error());
  }

  @Test
  void aHeadThatIsTooLargeIsRefusedBeforeItEnds() {
    assertThatThrownBy(() -> read("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(40_000)))
        .isSameAs(Reason.HEAD_TOO_LARGE.error());
  }

  @Test
  void tooManyFieldsAreRefused() {
    assertThatThrownBy(
            () -> read("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(101) + "\r\n"))
        .isSameAs(Reason.TOO_MANY_FIELDS.error());
  }

  @ParameterizedTest
  @ValueSource(strings = {"chunked", "Chunked", "CHUNKED"})
  void chunkedIsKnownInAnyCase(String coding) {
    assertThat(
            read("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + "\r\n\r\n")
                .framing())
        .isEqualTo(Framing.CHUNKED);
  }

  private RequestHead read(String text) {
    assertThat(reader.read(bytes(text))).isTrue();
    return reader.head();
  }

  private static String unescape(String text) {
    return text.replace("~", "\r\n")
        .replace('^', '\n')
        .replace('§', '\r')
        .replace('→', '\t')
        .replace('ø', '\0');
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }
}
