package io.sluice.gateway.middleware;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestReader;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.route.RouteInput;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One request as stages see it, without a gateway around it. */
final class FakeExchange implements ExchangeView {
  final List<String> copies = new ArrayList<>();
  List<String> told = new ArrayList<>();
  final UpstreamRequest outgoing;
  String client = "10.0.0.1";
  String user = "";
  int status = 200;
  long elapsedNanos;
  @Nullable AsciiString certificate;

  private final RequestHead head;

  /**
   * @param request its line and fields, {@code ~} for the ends of lines, such as {@code GET /a
   *     HTTP/1.1~Host: h}
   */
  FakeExchange(String request) {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    reader.read(
        Unpooled.copiedBuffer(
            request.replaceAll("~+$", "").replace("~", "\r\n") + "\r\n\r\n",
            StandardCharsets.US_ASCII));
    head = reader.head();
    outgoing = new UpstreamRequest(head, new Fields(head.fields()), null, false);
    secure(false);
  }

  FakeExchange secure(boolean secure) {
    outgoing.fields().set(HeaderName.X_FORWARDED_PROTO, secure ? "https" : "http");
    return this;
  }

  FakeExchange from(String address) {
    client = address;
    return this;
  }

  /** What is added to the response goes into this list. */
  void toldTo(List<String> list) {
    told = list;
  }

  String sent(String header) {
    AsciiString value = outgoing.fields().first(header);
    return value == null ? "" : value.toString();
  }

  @Override
  public InetAddress client() {
    try {
      return InetAddress.getByName(client);
    } catch (UnknownHostException wrong) {
      throw new AssertionError(wrong);
    }
  }

  @Override
  public AsciiString clientText() {
    return AsciiString.of(client);
  }

  @Override
  public RequestHead request() {
    return head;
  }

  @Override
  public RouteInput asRouted() {
    return new RouteInput() {
      @Override
      public AsciiString host() {
        return head.host();
      }

      @Override
      public AsciiString path() {
        return head.path();
      }

      @Override
      public AsciiString method() {
        return head.method();
      }

      @Override
      public @Nullable AsciiString header(CharSequence name) {
        return head.fields().first(name);
      }

      @Override
      public void failed(String route) {
        throw new AssertionError(route);
      }
    };
  }

  @Override
  public UpstreamRequest outgoing() {
    return outgoing;
  }

  @Override
  public String requestId() {
    return "id-1";
  }

  @Override
  public String tlsVersion() {
    return isSecure() ? "TLSv1.3" : "";
  }

  @Override
  public @Nullable AsciiString clientCertificate() {
    return certificate;
  }

  @Override
  public void answerWith(CharSequence name, CharSequence value) {
    told.add(name + ": " + value);
  }

  @Override
  public void copyTo(String backendId, BooleanSupplier begins, Consumer<Boolean> ended) {
    copies.add(backendId);
  }

  @Override
  public void holdBody(long mostBytes, int memBytes, Predicate<Runnable> disk) {
    copies.add("body of at most " + mostBytes);
  }

  @Override
  public void identified(String id) {
    user = id;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public long elapsedNanos() {
    return elapsedNanos;
  }
}
