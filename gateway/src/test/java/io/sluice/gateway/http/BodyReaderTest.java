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

class BodyReaderTest {
  private final BodyReader reader = new BodyReader();

  @Test
  void aLengthIsReadToTheByte() {
    reader.start(5);
    ByteBuf in = bytes("helloGET /");

    assertThat(drain(in)).isEqualTo("hello");
    assertThat(reader.finished()).isTrue();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /");
  }

  @Test
  void chunksAreJoinedAndWhatFollowsIsLeft() {
    reader.start(Framing.CHUNKED);
    ByteBuf in = bytes("5\r\nhello\r\n6;x=\"y\"\r\n world\r\n0\r\nX-Sum: 11\r\n\r\nGET /");

    assertThat(drain(in)).isEqualTo("hello world");
    assertThat(reader.finished()).isTrue();
    assertThatObject(reader.trailers().first("x-sum")).hasToString("11");
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /");
  }

  @Test
  void chunksReadTheSameHoweverTheyAreSplit() {
    String text = "00a\r\n0123456789\r\n1;ext\r\nx\r\n0;last\r\nA: b\r\n\r\n";
    for (int cut = 1; cut < text.length(); cut++) {
      BodyReader pieces = new BodyReader();
      pieces.start(Framing.CHUNKED);

      String content =
          drain(pieces, bytes(text.substring(0, cut))) + drain(pieces, bytes(text.substring(cut)));

      assertThat(content).isEqualTo("0123456789x");
      assertThat(pieces.finished()).isTrue();
      assertThat(pieces.trailers().count()).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "BAD_CHUNK | 5 ~hello~0~~",
        "BAD_CHUNK | 0x5~hello~0~~",
        "BAD_CHUNK | +5~hello~0~~",
        "BAD_CHUNK | -5~hello~0~~",
        "BAD_CHUNK | 1_0~hello~0~~",
        "BAD_CHUNK | ~hello~0~~",
        "BAD_CHUNK | g~hello~0~~",
        "BAD_CHUNK | 5^hello~0~~",
        "BAD_CHUNK | 5§hello~0~~",
        "BAD_CHUNK | 5~hello^0~~",
        "BAD_CHUNK | 5~helloX0~~",
        "BAD_CHUNK | 5;a^b~hello~0~~",
        "BAD_CHUNK | 5;a§b~hello~0~~",
        "BAD_CHUNK | fffffffffffffffff~hello~0~~",
        "BARE_LF | 0~X: y^~",
        "BARE_LF | 0~^",
        "BAD_FIELD_NAME | 0~X : y~~",
        "OBSOLETE_FOLDING | 0~X: y~ z~~",
      })
  void doubtfulChunksAreRefused(Reason reason, String body) {
    reader.start(Framing.CHUNKED);
    String text = body.replace("~", "\r\n").replace('^', '\n').replace('§', '\r');

    assertThatThrownBy(() -> drain(bytes(text))).isSameAs(reason.error());
  }

  @Test
  void extensionsWithoutEndAreRefused() {
    reader.start(Framing.CHUNKED);

    assertThatThrownBy(() -> drain(bytes("5;" + "a".repeat(5_000))))
        .isSameAs(Reason.BAD_CHUNK.error());
  }

  private String drain(ByteBuf in) {
    return drain(reader, in);
  }

  private static String drain(BodyReader reader, ByteBuf in) {
    StringBuilder content = new StringBuilder();
    while (in.isReadable() && !reader.finished()) {
      ByteBuf piece = reader.next(in);
      if (piece != null) {
        content.append(piece.toString(StandardCharsets.ISO_8859_1));
        piece.release();
      }
    }
    return content.toString();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }
}
