package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Readers of what strangers send, whatever it is: each takes it for what it is or refuses it with a
 * reason, and it means the same however it was cut. {@code deploy/fuzz} looks for more.
 */
class ReadersFuzzTest {
  private static final int MOST = 4_096;

  static Stream<byte[]> someRequests() {
    return SplitTest.corpus().map(ReadersFuzzTest::bytes);
  }

  @MethodSource("someRequests")
  @FuzzTest(maxDuration = "30s")
  void requests(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MOST) {
      return;
    }
    String whole = SplitTest.read(bytes, bytes.length, bytes.length);
    assertThat(SplitTest.read(bytes, 1, 1)).isEqualTo(whole);
    assertThat(SplitTest.read(bytes, bytes.length / 2 + 1, 3)).isEqualTo(whole);
  }

  static Stream<byte[]> someResponses() {
    return Stream.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nuntil the end",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n")
        .map(ReadersFuzzTest::bytes);
  }

  @MethodSource("someResponses")
  @FuzzTest(maxDuration = "30s")
  void responses(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MOST) {
      return;
    }
    for (AsciiString upgrade : List.of(AsciiString.EMPTY_STRING, AsciiString.of("websocket"))) {
      String whole = response(bytes, bytes.length, upgrade);
      assertThat(response(bytes, 1, upgrade)).isEqualTo(whole);
      assertThat(response(bytes, 7, upgrade)).isEqualTo(whole);
    }
  }

  private static String response(byte[] bytes, int size, AsciiString upgrade) {
    ResponseReader reader = new ResponseReader(HeadLimits.RESPONSE);
    for (int at = 0; at < bytes.length; at += size) {
      ByteBuf in = Unpooled.wrappedBuffer(bytes, at, Math.min(size, bytes.length - at));
      try {
        if (reader.read(in, false, upgrade)) {
          ResponseHead head = reader.head();
          return head.status() + " " + head.framing() + "\n" + head.fields();
        }
        assertThat(in.isReadable()).isFalse();
      } catch (ProxyError refused) {
        assertThat(refused.reason()).isEqualTo(Reason.BAD_RESPONSE);
        return refused.reason().label();
      }
    }
    return "not yet";
  }

  static Stream<byte[]> someBodies() {
    return Stream.of(
            "5\r\nhello\r\n0\r\n\r\n",
            "5;x=\"y\"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
            "ffffffffffffffff\r\n",
            "0\r\nTransfer-Encoding: chunked\r\n\r\n")
        .map(ReadersFuzzTest::bytes);
  }

  @MethodSource("someBodies")
  @FuzzTest(maxDuration = "30s")
  void chunkedBodies(byte[] bytes) {
    if (bytes.length > 0 && bytes.length <= MOST) {
      String whole = body(bytes, bytes.length);
      assertThat(body(bytes, 1)).isEqualTo(whole);
      assertThat(body(bytes, 5)).isEqualTo(whole);
    }
  }

  private static String body(byte[] bytes, int size) {
    BodyReader reader = new BodyReader();
    StringBuilder content = new StringBuilder();
    reader.start(Framing.CHUNKED);
    try {
      for (int at = 0; at < bytes.length; at += size) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes, at, Math.min(size, bytes.length - at));
        while (in.isReadable() && !reader.finished()) {
          ByteBuf piece = reader.next(in);
          if (piece != null) {
            content.append(piece.toString(StandardCharsets.ISO_8859_1));
            piece.release();
          }
        }
      }
    } catch (ProxyError refused) {
      return refused.reason().label();
    }
    return reader.finished() + " " + content + "\n" + (reader.finished() ? reader.trailers() : "");
  }

  static Stream<byte[]> someProxyHeaders() {
    return Stream.of(
        bytes("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET"),
        bytes("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n"),
        bytes("PROXY UNKNOWN\r\n"),
        binary("21110c", "00", "c0000201c000020200010002"),
        binary("212124", "00", "00".repeat(36)),
        binary("200000", "00", ""));
  }

  private static byte[] binary(String versionFamilyLength, String highLength, String rest) {
    String hex =
        "0d0a0d0a000d0a515549540a"
            + versionFamilyLength.substring(0, 4)
            + highLength
            + versionFamilyLength.substring(4)
            + rest;
    return java.util.HexFormat.of().parseHex(hex);
  }

  @MethodSource("someProxyHeaders")
  @FuzzTest(maxDuration = "30s")
  void proxyHeaders(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MOST) {
      return;
    }
    String whole = proxy(bytes, bytes.length);
    for (int length = 1; length < bytes.length; length++) {
      String sooner = proxy(bytes, length);
      // What is decided before all is there is decided so whatever follows.
      if (!sooner.equals("not yet")) {
        assertThat(sooner).isEqualTo(whole);
        return;
      }
    }
  }

  private static String proxy(byte[] bytes, int length) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
    try {
      ProxyHeaderReader.Result result = ProxyHeaderReader.read(in);
      if (result == null) {
        assertThat(in.readableBytes()).isEqualTo(length);
        return "not yet";
      }
      return result.client() + " " + in.readerIndex();
    } catch (ProxyError refused) {
      assertThat(refused.reason()).isEqualTo(Reason.BAD_PROXY_HEADER);
      return refused.reason().label();
    }
  }

  static Stream<byte[]> somePaths() {
    return Stream.of(
            "/", "/a/../b?c=/../d", "/%2e%2e/a", "//a/./b", "/a%2Fb", "/%7Ea", "/a..;/b", "*")
        .map(ReadersFuzzTest::bytes);
  }

  @MethodSource("somePaths")
  @FuzzTest(maxDuration = "30s")
  void paths(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MOST || bytes[0] != '/') {
      return;
    }
    byte[] normal = normal(bytes);
    if (normal != null) {
      assertThat(normal(normal)).isEqualTo(normal);
      String path = new String(normal, StandardCharsets.ISO_8859_1).replaceFirst("(?s)\\?.*", "");
      assertThat(path).startsWith("/").doesNotContain("//", "/./", "/../");
      assertThat(path + "/").doesNotContain("/./", "/../");
    }
  }

  private static byte @Nullable [] normal(byte[] bytes) {
    Fields fields = new Fields();
    int start = fields.append(new AsciiString(bytes, false));
    try {
      PathNormalizer.Range range = PathNormalizer.normalize(fields, start, start + bytes.length);
      return Arrays.copyOfRange(fields.bytes(), range.start(), range.end());
    } catch (ProxyError refused) {
      return null;
    }
  }

  static Stream<byte[]> someHeads() {
    return Stream.of(
            "GET\n/\na\n\nx\ny",
            "POST\n/a/../b\nA.example:80\n\ncontent-length\n5\ncookie\na=b\ncookie\nc=d",
            "CONNECT\n/chat\na\nwebsocket\nsec-websocket-version\n13",
            "OPTIONS\n*\na\n\nhost\na\nte\ntrailers",
            "GET\n/\n\n\nconnection\nclose\ntransfer-encoding\nchunked")
        .map(ReadersFuzzTest::bytes);
  }

  /** A head of HTTP/2 that is let through is one that HTTP/1.1 reads as the same. */
  @MethodSource("someHeads")
  @FuzzTest(maxDuration = "30s")
  void headsOfHttp2(byte[] bytes) {
    String[] parts = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
    // Fewer fields than either version allows, since a Host is added to them here.
    if (parts.length < 4 || parts.length > 150 || bytes.length > MOST) {
      return;
    }
    RequestHead head = new RequestHead();
    try {
      Http2RequestRules.begin(head);
      for (int i = 4; i + 1 < parts.length; i += 2) {
        Http2RequestRules.field(head, parts[i], parts[i + 1], HeadLimits.REQUEST);
      }
      Http2RequestRules.apply(
          head,
          parts[0],
          parts[1],
          parts[2].isEmpty() ? null : parts[2],
          parts[3].isEmpty() ? null : parts[3],
          bytes.length % 2 == 0);
    } catch (ProxyError refused) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(head.method()).append(' ').append(head.target()).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(head.host().isEmpty() ? "a" : head.host()).append("\r\n");
    for (int i = 0; i < head.fields().count(); i++) {
      String name = head.fields().name(i).toString();
      if (!name.equalsIgnoreCase("host")
          && !name.equalsIgnoreCase("content-length")
          && !name.equalsIgnoreCase("expect")) {
        text.append(name).append(": ").append(head.fields().value(i)).append("\r\n");
      }
    }
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    assertThat(reader.read(Unpooled.wrappedBuffer(bytes(text + "\r\n")))).as("%s", text).isTrue();
    assertThat(reader.head().target().toString()).isEqualTo(head.target().toString());
    assertThat(reader.head().method().toString()).isEqualTo(head.method().toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
