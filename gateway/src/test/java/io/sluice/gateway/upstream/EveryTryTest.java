package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.HeadWriter;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestReader;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.wire.Http2Messages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every try of a request is the same request but for its Host, whatever was tried before it. */
class EveryTryTest {
  private static final AsciiString A = AsciiString.of("a.example:81");
  private static final AsciiString B = AsciiString.of("b.example");
  private static final AsciiString HTTP = AsciiString.of("http");

  /** A request of each kind, by how it is read. */
  static List<UpstreamRequest> requests() {
    List<UpstreamRequest> requests = new ArrayList<>();
    for (String text :
        new String[] {
          "GET / HTTP/1.1~Host: client.example~~",
          "GET / HTTP/1.0~~",
          "GET / HTTP/1.1~Host: client.example~TE: trailers~Connection: TE, X-Hop~X-Hop: 1~~",
          "POST /p HTTP/1.1~Host: client.example~Content-Length: 3~~",
          "POST /p HTTP/1.1~Host: client.example~~",
          "POST /p HTTP/1.1~Host: client.example~Transfer-Encoding: chunked~TE: trailers~~",
          "GET /ws HTTP/1.1~Host: client.example~Connection: Upgrade, TE~Upgrade: websocket~"
              + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==~TE: trailers~~",
          "GET /tcp HTTP/1.1~Host: client.example~Connection: Upgrade~Upgrade: tcp~~",
        }) {
      for (boolean passHost : new boolean[] {true, false}) {
        requests.add(request(http1(text), passHost));
      }
    }
    requests.add(request(http2("POST", null), true));
    requests.add(request(http2("CONNECT", "websocket"), false));
    return requests;
  }

  private static RequestHead http1(String text) {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    ByteBuf in =
        Unpooled.wrappedBuffer(text.replace("~", "\r\n").getBytes(StandardCharsets.US_ASCII));
    assertThat(reader.read(in)).isTrue();
    return reader.head();
  }

  private static RequestHead http2(String method, String protocol) {
    RequestHead head = new RequestHead();
    Http2RequestRules.begin(head);
    Http2RequestRules.field(head, "te", "trailers", HeadLimits.REQUEST);
    Http2RequestRules.apply(head, method, "/p", "client.example", protocol, protocol == null);
    return head;
  }

  private static UpstreamRequest request(RequestHead head, boolean passHost) {
    Fields fields = new Fields(head.fields());
    boolean trailers = HopByHop.wantsTrailers(fields);
    HopByHop.strip(fields);
    fields.remove(HeaderName.HOST);
    return new UpstreamRequest(head, fields, passHost ? head.authority() : null, trailers);
  }

  private static String http1(UpstreamRequest request, AsciiString server) {
    HeadWriter writer = new HeadWriter();
    writer.encode(request, server);
    ByteBuf out = Unpooled.buffer();
    writer.copyTo(out);
    return out.toString(StandardCharsets.US_ASCII);
  }

  private static String http2(UpstreamRequest request, AsciiString server) {
    Http2Headers headers = Http2Messages.request(request, HTTP, server);
    StringBuilder text = new StringBuilder();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      text.append(field.getKey()).append(": ").append(field.getValue()).append('\n');
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aTryDoesNotDependOnTheTriesBeforeIt(UpstreamRequest request) {
    String first1 = http1(request, A);
    String first2 = http2(request, A);

    http1(request, B);
    http2(request, B);

    assertThat(http1(request, A)).isEqualTo(first1);
    assertThat(http2(request, A)).isEqualTo(first2);
    String passed = request.hostAt(A) == A ? B.toString() : request.hostAt(A).toString();
    assertThat(http1(request, B))
        .isEqualTo(first1.replace("Host: " + request.hostAt(A), "Host: " + passed));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void whatBelongsToAConnectionIsWrittenForItsProtocolAlone(UpstreamRequest request) {
    assertThat(http2(request, A))
        .doesNotContain("connection: ", "\nupgrade: ", "transfer-encoding: ", "sec-websocket-key")
        .doesNotContain("te: chunked", "x-hop");
    assertThat(http1(request, A)).doesNotContain("X-Hop").containsOnlyOnce("Host: ");
    String text = http1(request, A);
    assertThat(text.contains("Upgrade: ")).isEqualTo(!request.upgrade().isEmpty());
    assertThat(text.contains("Transfer-Encoding: chunked")).isEqualTo(request.framing() < 0);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aServerIsToldOfNoBodyWhereTheMethodGivesContentAMeaning(UpstreamRequest request) {
    boolean told = http1(request, A).contains("Content-Length: ");
    boolean mustKnow = request.method().contentEquals("POST");

    assertThat(told).isEqualTo(mustKnow && request.framing() >= 0);
  }
}
