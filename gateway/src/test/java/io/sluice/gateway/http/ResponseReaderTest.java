package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseReaderTest {
  @ParameterizedTest(name = "{0} (to HEAD: {1}) has framing {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK~Content-Length: 3~~ | false | 3",
        "HTTP/1.1 200 OK~Content-Length: 3~~ | true | 0",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~ | false | -1",
        "HTTP/1.1 200 OK~~ | false | -2",
        "HTTP/1.0 200 OK~~ | false | -2",
        "HTTP/1.1 200~Content-Length: 0~~ | false | 0",
        "HTTP/1.1 204 No Content~Content-Length: 3~~ | false | 0",
        "HTTP/1.1 304 Not Modified~Content-Length: 3~~ | false | 0",
        "HTTP/1.1 103 Early Hints~Link: x~~ | false | 0",
      })
  void theBodysLengthFollowsStatusAndFields(String head, boolean toHead, long framing) {
    assertThat(read(head, toHead).framing()).isEqualTo(framing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 99 X~~",
        "HTTP/1.1 1000 X~~",
        "HTTP/1.1 600 X~~",
        "HTTP/1.1 101 Switching Protocols~Upgrade: x~~",
        "HTTP/3.0 200 OK~~",
        "HTTP/1.2 200 OK~~",
        "http/1.1 200 OK~~",
        "HTTP/1.1  200 OK~~",
        "HTTP/1.1 200OK~~",
        "HTTP/1.1 200 OK^~",
        "HTTP/1.1 200 OK~X : y~~",
        "HTTP/1.1 200 OK~X: y~ z~~",
        "HTTP/1.1 200 OK~X: y§z~~",
        "HTTP/1.1 200 OK~Transfer-Encoding: gzip~~",
        "HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length: 3~~",
        "HTTP/1.0 200 OK~Transfer-Encoding: chunked~~",
        "HTTP/1.1 200 OK~Content-Length: 3~Content-Length: 3~~",
        "HTTP/1.1 200 OK~Content-Length: 03~~",
        "~HTTP/1.1 200 OK~~",
      })
  void doubtfulResponsesAreRefused(String head) {
    assertThatThrownBy(() -> read(head, false)).isSameAs(Reason.BAD_RESPONSE.error());
  }

  private static ResponseHead read(String head, boolean toHead) {
    ResponseReader reader = new ResponseReader(HeadLimits.RESPONSE);
    String text = head.replace("~", "\r\n").replace('^', '\n').replace('§', '\r');
    assertThat(
            reader.read(
                Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1),
                toHead,
                io.netty.util.AsciiString.EMPTY_STRING))
        .isTrue();
    return reader.head();
  }
}
