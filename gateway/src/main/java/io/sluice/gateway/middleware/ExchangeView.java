package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.trace.SideSpan;
import java.net.InetAddress;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a stage sees of an exchange, and may change of it. One thread, that of its event loop. */
public interface ExchangeView {
  /** The address of the client. */
  InetAddress client();

  /** {@link #client} in digits. */
  AsciiString clientText();

  /** The request as the client sent it. */
  RequestHead request();

  /** The same, as routes look at it. */
  RouteInput asRouted();

  /** What a server will be asked; stages may change it until they let the request proceed. */
  UpstreamRequest outgoing();

  /** By what the request is found again. */
  String requestId();

  /** The TLS version of the client's connection, such as {@code TLSv1.3}; empty in clear. */
  String tlsVersion();

  /** The certificate that the client showed, as RFC 9440 section 2.1 writes it; null for none. */
  @Nullable AsciiString clientCertificate();

  /**
   * Sends a copy of what a server will be asked to another backend, too, when the request is sent.
   *
   * @param begins asked then whether there may be one more
   * @param ended told whether it was answered, on the exchange's event loop
   */
  void copyTo(String backendId, BooleanSupplier begins, Consumer<Boolean> ended);

  /**
   * No server is asked before the request's body is here as a whole.
   *
   * @param mostBytes a larger one is refused
   * @param memBytes how much of it is kept in memory
   * @param disk takes a job that reads or writes a file, or says that it has too many
   */
  void holdBody(long mostBytes, int memBytes, Predicate<Runnable> disk);

  /** Adds a header field to the final response, whoever gives it. */
  void answerWith(CharSequence name, CharSequence value);

  /** The client is this one, as a stage has found; for the access log. */
  void identified(String client);

  /**
   * Begins the span of a request that is sent besides, where the exchange is recorded.
   *
   * @param what for, such as {@code forwardauth}
   */
  default SideSpan aside(String what, String method, String host, int port) {
    return SideSpan.NONE;
  }

  /** The status that the client got; 0 while it has none. */
  int status();

  /** Since the head of the request, in nanoseconds. */
  long elapsedNanos();

  /** Whether the client came over TLS: to this gateway, or to a proxy that is trusted. */
  default boolean isSecure() {
    AsciiString scheme = outgoing().fields().first(HeaderName.X_FORWARDED_PROTO);
    return scheme != null && scheme.contentEqualsIgnoreCase("https");
  }
}
