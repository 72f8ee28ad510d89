package io.sluice.gateway.fleet;

import io.netty.util.AsciiString;
import io.sluice.gateway.exchange.RequestInput;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.middleware.ExchangeView;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.table.MatchFailures;
import java.net.InetAddress;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A request that is shown to stages and sent to nobody. */
final class RehearsedExchange implements ExchangeView {
  private final RequestHead head;
  private final UpstreamRequest outgoing;
  private final InetAddress client;
  private final boolean secure;

  RehearsedExchange(RequestHead head, InetAddress client, boolean secure) {
    this.head = head;
    this.client = client;
    this.secure = secure;
    Fields fields = new Fields(head.fields());
    fields.set(HeaderName.X_FORWARDED_PROTO, secure ? "https" : "http");
    fields.remove(HeaderName.HOST);
    this.outgoing = new UpstreamRequest(head, fields, null, false);
  }

  @Override
  public InetAddress client() {
    return client;
  }

  @Override
  public AsciiString clientText() {
    return AsciiString.of(client.getHostAddress());
  }

  @Override
  public RequestHead request() {
    return head;
  }

  @Override
  public RouteInput asRouted() {
    return new RequestInput(head, new MatchFailures());
  }

  @Override
  public UpstreamRequest outgoing() {
    return outgoing;
  }

  @Override
  public String requestId() {
    return "explained";
  }

  @Override
  public String tlsVersion() {
    return secure ? "TLSv1.3" : "";
  }

  @Override
  public @Nullable AsciiString clientCertificate() {
    return null;
  }

  @Override
  public void copyTo(String backendId, BooleanSupplier begins, Consumer<Boolean> ended) {
    // Nothing is sent.
  }

  @Override
  public void holdBody(long mostBytes, int memBytes, Predicate<Runnable> disk) {
    // There is none.
  }

  @Override
  public void answerWith(CharSequence name, CharSequence value) {
    // Nobody hears it.
  }

  @Override
  public void identified(String user) {
    // Nor this.
  }

  @Override
  public int status() {
    return 0;
  }

  @Override
  public long elapsedNanos() {
    return 0;
  }
}
