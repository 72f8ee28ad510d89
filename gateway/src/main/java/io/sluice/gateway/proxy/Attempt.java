package io.sluice.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.upstream.ConnectionWaiter;
import io.sluice.gateway.upstream.Endpoint;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.upstream.ResponseReceiver;
import io.sluice.gateway.upstream.UpstreamStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one exchange to get an answer from its backend.
 *
 * <p>Another endpoint is tried when none of the request can have been seen: the connection was not
 * made. A pooled connection that died before it answered is replaced once by a new one to the same
 * endpoint, if the request has no body and may be repeated (RFC 9110 section 9.2.2). Nothing is
 * tried again once a byte of the response has come. Event loop only.
 */
final class Attempt implements ConnectionWaiter, ResponseReceiver {
  private static final int MOST = 3;
  private static final AsciiString[] REPEATABLE = {
    AsciiString.cached("GET"),
    AsciiString.cached("HEAD"),
    AsciiString.cached("PUT"),
    AsciiString.cached("DELETE"),
    AsciiString.cached("OPTIONS")
  };

  private final Exchange exchange;
  private final LoopPools pools;
  private final CompiledBackend backend;
  private final RequestHead request;
  private final boolean passHost;
  private final List<ByteBuf> waiting = new ArrayList<>(0);
  private List<Endpoint> failed = List.of();
  private @Nullable Endpoint endpoint;
  private @Nullable UpstreamStream connection;
  private @Nullable Fields endWaiting;
  private boolean replaced;
  private boolean ended;
  private int count;
  private long startedNanos;
  private long durationNanos;

  Attempt(
      Exchange exchange,
      LoopPools pools,
      CompiledBackend backend,
      RequestHead request,
      boolean passHost) {
    this.exchange = exchange;
    this.pools = pools;
    this.backend = backend;
    this.request = request;
    this.passHost = passHost;
  }

  /** Picks an endpoint that this exchange has not failed on and asks for a connection to it. */
  void start() {
    Endpoint picked = backend.balancer().pick(failed);
    if (picked == null) {
      exchange.refuse(failed.isEmpty() ? Reason.NO_ENDPOINT : Reason.CONNECT_FAILED);
      return;
    }
    endpoint = picked;
    count++;
    startedNanos = System.nanoTime();
    pools.acquire(picked, backend.settings(), this);
  }

  int count() {
    return count;
  }

  String endpointName() {
    return endpoint == null ? "" : endpoint.name();
  }

  long durationNanos() {
    return durationNanos;
  }

  /** The exchange is over: whatever is still under way is given up. */
  void end() {
    if (!ended) {
      ended = true;
      durationNanos = count == 0 ? 0 : System.nanoTime() - startedNanos;
      releaseWaiting();
      if (connection != null) {
        connection.abort();
      }
    }
  }

  // The request, from the exchange.

  void sendBody(ByteBuf piece) {
    if (connection == null) {
      waiting.add(piece);
    } else {
      connection.sendBody(piece);
    }
  }

  void sendEnd(Fields trailers) {
    if (connection == null) {
      endWaiting = trailers;
    } else {
      connection.sendEnd(trailers);
    }
  }

  void flush() {
    if (connection != null) {
      connection.flush();
    }
  }

  /** Whether more of the body may be read from the client now. */
  boolean takesBody() {
    return connection != null && connection.isWritable();
  }

  /** Stops or goes on reading the response. */
  void reading(boolean wanted) {
    if (connection != null && !ended) {
      connection.reading(wanted);
    }
  }

  // The connection.

  @Override
  public void onConnected(UpstreamStream connected) {
    if (ended) {
      connected.giveBack();
      return;
    }
    connection = connected;
    if (!passHost || !request.fields().has(HeaderName.HOST)) {
      request.fields().set(HeaderName.HOST, connected.endpoint().authority());
    }
    connected.send(request, this);
    if (connection != connected) {
      return;
    }
    List<ByteBuf> pieces = List.copyOf(waiting);
    waiting.clear();
    pieces.forEach(connected::sendBody);
    if (endWaiting != null) {
      connected.sendEnd(endWaiting);
    }
    connected.flush();
    exchange.onAttemptTakesBody(connected.isWritable());
  }

  @Override
  public void onConnectFailed(Reason reason) {
    if (ended || endpoint == null) {
      return;
    }
    if (failed.isEmpty()) {
      failed = new ArrayList<>(MOST);
    }
    failed.add(endpoint);
    if (count < MOST && backend.wanted().size() > failed.size()) {
      start();
    } else {
      exchange.refuse(reason);
    }
  }

  // The response, from the connection.

  @Override
  public void onInterim(ResponseHead head) {
    exchange.onInterim(head);
  }

  @Override
  public void onHead(ResponseHead head) {
    exchange.onHead(head);
  }

  @Override
  public void onBody(ByteBuf piece) {
    exchange.onBody(piece);
  }

  @Override
  public void onEnd(Fields trailers) {
    connection = null;
    exchange.onEnd(trailers);
  }

  @Override
  public void onPause() {
    exchange.onResponsePause();
  }

  @Override
  public void onWritabilityChanged(boolean writable) {
    exchange.onAttemptTakesBody(writable);
  }

  @Override
  public void onFailure(Reason reason, Seen seen) {
    connection = null;
    boolean repeatable = seen == Seen.NO || (seen == Seen.PERHAPS && isIdempotent());
    if (repeatable && !replaced && endpoint != null && exchange.hasNoBody()) {
      replaced = true;
      count++;
      pools.connect(endpoint, backend.settings(), this);
    } else {
      exchange.refuse(reason);
    }
  }

  private boolean isIdempotent() {
    for (AsciiString method : REPEATABLE) {
      if (method.contentEquals(request.method())) {
        return true;
      }
    }
    return false;
  }

  private void releaseWaiting() {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }
}
