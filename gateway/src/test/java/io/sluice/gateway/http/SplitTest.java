package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.testbed.Attack;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However a connection's bytes are cut into packets, they mean the same. */
class SplitTest {
  private static final List<String> GOOD =
      List.of(
          "GET /a/../b?c=/../d HTTP/1.1\r\nHost: A.example:80\r\nX: y\r\n\r\n",
          "\r\nGET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
              + "5;x=\"y\"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
          "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Key: x\r\n\r\n",
          "GET / HTTP/1.0\r\n\r\n");

  static Stream<String> corpus() {
    return Stream.concat(GOOD.stream(), Attack.all().stream().map(Attack::request));
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void whereTheBytesAreCutChangesNothing(String request) {
    byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
    String whole = read(bytes, bytes.length, bytes.length);

    for (int first = 1; first < bytes.length; first++) {
      assertThat(read(bytes, first, bytes.length)).isEqualTo(whole);
    }
    assertThat(read(bytes, 1, 1)).isEqualTo(whole);
  }

  /** What becomes of one request that comes in a first piece and then in pieces of a size. */
  static String read(byte[] bytes, int first, int size) {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    BodyReader body = new BodyReader();
    StringBuilder content = new StringBuilder();
    boolean headRead = false;
    int at = 0;
    try {
      while (at < bytes.length) {
        int length = Math.min(at == 0 ? first : size, bytes.length - at);
        ByteBuf in = Unpooled.wrappedBuffer(bytes, at, length);
        at += length;
        while (in.isReadable()) {
          if (!headRead) {
            if (reader.read(in)) {
              headRead = true;
              body.start(reader.head().framing());
            }
          } else if (body.finished()) {
            break;
          } else {
            ByteBuf piece = body.next(in);
            if (piece != null) {
              content.append(piece.toString(StandardCharsets.ISO_8859_1));
              piece.release();
            }
          }
        }
        in.release();
      }
    } catch (ProxyError refused) {
      return refused.reason().label();
    }
    RequestHead head = reader.head();
    return headRead
        + " "
        + head.method()
        + " "
        + head.target()
        + " "
        + head.host()
        + " "
        + head.upgrade()
        + " "
        + head.framing()
        + "\n"
        + head.fields()
        + content
        + "\n"
        + (headRead && body.finished() ? body.trailers() : "");
  }
}
