package io.sluice.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.upstream.DeadlineWheel;
import io.sluice.gateway.upstream.Http2Messages;
import io.sluice.gateway.upstream.LoopPools;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request of an HTTP/2 connection and the way back for its response. Lives as long as its
 * stream; event loop only.
 *
 * <p>Flow control goes end to end: bytes of the request are given back to the client's window when
 * the server takes more, and the response is read no faster than the client's window opens. The
 * last piece of a body waits for what follows, so that the end of the stream travels with it.
 */
final class Http2ClientStream implements ClientStream {
  private final Http2Connection connection;
  private final Http2Stream stream;
  private final ExchangeHandler handler;
  private final RequestHead head = new RequestHead();
  private final DeadlineWheel.Deadline deadline;
  private final BodyPace pace;
  private @Nullable ByteBuf lastPiece;
  private @Nullable ByteBuf early;
  private boolean tunnel;
  private boolean paused;
  private boolean awaitsEnd;
  private boolean requestEnded;
  private boolean responseEnded;
  private boolean closed;
  private int heldBytes;

  Http2ClientStream(Http2Connection connection, ProxyContext proxy, Http2Stream stream) {
    this.connection = connection;
    this.stream = stream;
    this.handler = new ExchangeHandler(proxy, this, connection.socket());
    this.pace = new BodyPace(connection.terms().limits().bodyRate());
    this.deadline = connection.pools().deadlines().deadline(this::onDeadline);
  }

  // What the client sends.

  void onHeaders(Http2Headers headers, boolean ends) {
    requestEnded = ends;
    try {
      CharSequence authority = null;
      CharSequence protocol = null;
      CharSequence method = AsciiString.EMPTY_STRING;
      CharSequence path = AsciiString.EMPTY_STRING;
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        CharSequence name = field.getKey();
        if (name.length() == 0 || name.charAt(0) != ':') {
          Http2RequestRules.field(head, name, field.getValue(), connection.terms().headLimits());
        } else if (Http2Headers.PseudoHeaderName.METHOD.value().contentEquals(name)) {
          method = field.getValue();
        } else if (Http2Headers.PseudoHeaderName.PATH.value().contentEquals(name)) {
          path = field.getValue();
        } else if (Http2Headers.PseudoHeaderName.AUTHORITY.value().contentEquals(name)) {
          authority = field.getValue();
        } else if (Http2Headers.PseudoHeaderName.PROTOCOL.value().contentEquals(name)) {
          protocol = field.getValue();
        }
      }
      Http2RequestRules.apply(head, method, path, authority, protocol, ends);
    } catch (ProxyError refused) {
      handler.onRejected(head, refused.reason());
      return;
    }
    watch();
    if (ends || head.hasBody() || !head.upgrade().isEmpty()) {
      handler.onRequest(head);
    } else {
      awaitsEnd = true;
    }
  }

  /** Returns how many bytes may be given back to the client's window now. */
  int onData(ByteBuf data, int padding, boolean ends) {
    int bytes = data.readableBytes() + padding;
    requestEnded = ends;
    if (awaitsEnd) {
      onEndAfterNoBody(data.isReadable());
      return bytes;
    }
    pace.received(bytes);
    if (!ends && head.upgrade().isEmpty() && pace.isTooSlow()) {
      handler.onRejected(head, Reason.BODY_TOO_SLOW);
      return bytes;
    }
    if (data.isReadable()) {
      onPiece(data.retain());
    }
    if (ends) {
      handler.onRequestEnd(Fields.EMPTY);
    }
    watch();
    if (paused && !responseEnded) {
      heldBytes += bytes;
      return 0;
    }
    return bytes;
  }

  private void onPiece(ByteBuf piece) {
    if (head.upgrade().isEmpty() || tunnel) {
      handler.onRequestBody(piece);
    } else {
      // The server has not agreed yet: until it has, nothing but a request may reach it.
      early = early == null ? piece : Unpooled.wrappedBuffer(early, piece);
    }
  }

  private void onEndAfterNoBody(boolean hasBody) {
    if (hasBody) {
      awaitsEnd = false;
      handler.onRejected(head, Reason.UNEXPECTED_BODY);
    } else if (requestEnded) {
      awaitsEnd = false;
      watch();
      handler.onRequest(head);
    }
  }

  void onTrailers(Http2Headers headers) throws Http2Exception {
    requestEnded = true;
    if (awaitsEnd) {
      onEndAfterNoBody(false);
      return;
    }
    Fields trailers = new Fields();
    try {
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        Http2RequestRules.trailer(trailers, field.getKey(), field.getValue());
      }
    } catch (ProxyError refused) {
      throw Http2Exception.streamError(
          stream.id(), Http2Error.PROTOCOL_ERROR, refused.reason().text());
    }
    watch();
    handler.onRequestEnd(trailers);
  }

  /** All that the client's socket held for now has been delivered. */
  void onPause() {
    if (handler.isBusy()) {
      handler.onRequestPause();
    }
  }

  @Override
  public void reading(boolean wanted) {
    paused = !wanted;
    pace.paused(paused);
    if (wanted && heldBytes > 0 && !closed) {
      giveBack();
      connection.flushSoon();
    }
    watch();
  }

  private void giveBack() {
    int bytes = heldBytes;
    heldBytes = 0;
    try {
      connection.connection().local().flowController().consumeBytes(stream, bytes);
    } catch (Http2Exception broken) {
      connection.onError(connection.context(), false, broken);
    }
  }

  // What the client gets.

  @Override
  public LoopPools pools() {
    return connection.pools();
  }

  @Override
  public Peer peer() {
    return connection.peer();
  }

  @Override
  public void sendInterim(ResponseHead interim) {
    if (!isOver()) {
      writeHeaders(Http2Messages.response(interim), false);
    }
  }

  @Override
  public void sendHead(ResponseHead response) {
    if (!isOver() && response.framing() == Framing.TUNNEL) {
      beginTunnel(response);
    } else if (!isOver()) {
      responseEnded = response.framing() == 0;
      writeHeaders(Http2Messages.response(response), responseEnded);
    }
  }

  /** RFC 8441 section 5: 200 says what 101 says in HTTP/1.1. */
  private void beginTunnel(ResponseHead response) {
    tunnel = true;
    response.tunnel(200);
    response.fields().remove("Sec-WebSocket-Accept");
    writeHeaders(Http2Messages.response(response), false);
    if (early != null) {
      ByteBuf waiting = early;
      early = null;
      handler.onRequestBody(waiting);
      handler.onRequestPause();
    }
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (isOver()) {
      piece.release();
      return;
    }
    writeLastPiece(false);
    lastPiece = piece;
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (!isOver()) {
      if (trailers.count() > 0) {
        writeLastPiece(false);
        writeHeaders(Http2Messages.trailers(trailers), true);
      } else {
        if (lastPiece == null) {
          lastPiece = Unpooled.EMPTY_BUFFER;
        }
        writeLastPiece(true);
      }
      responseEnded = true;
    }
    watch();
  }

  private void writeHeaders(Http2Headers headers, boolean ends) {
    ChannelHandlerContext ctx = connection.context();
    connection.encoder().writeHeaders(ctx, stream.id(), headers, 0, ends, promise(ctx, ends));
  }

  private void writeLastPiece(boolean ends) {
    if (lastPiece != null) {
      ByteBuf piece = lastPiece;
      lastPiece = null;
      ChannelHandlerContext ctx = connection.context();
      connection.encoder().writeData(ctx, stream.id(), piece, 0, ends, promise(ctx, ends));
      connection.sentData();
    }
  }

  /**
   * A request that is answered before it has been read is ended without blame, once its response is
   * out (RFC 9113 section 8.1).
   */
  private ChannelPromise promise(ChannelHandlerContext ctx, boolean ends) {
    ChannelPromise promise = ctx.newPromise();
    if (ends && !requestEnded) {
      promise.addListener(sent -> cancelRequest());
    }
    return promise;
  }

  private void cancelRequest() {
    if (!closed && !requestEnded) {
      connection.reset(stream, Http2Error.NO_ERROR);
    }
  }

  @Override
  public void flush() {
    if (!closed) {
      writeLastPiece(false);
      watch();
      connection.flushSoon();
    }
  }

  @Override
  public boolean isWritable() {
    return !closed && connection.isWritable(stream);
  }

  void onWritabilityChanged() {
    boolean writable = isWritable();
    if (handler.isBusy()) {
      handler.onWritabilityChanged(writable);
    }
    watch();
  }

  private boolean isOver() {
    return closed || responseEnded;
  }

  // What it waits for.

  private void watch() {
    if (closed) {
      return;
    }
    if (!isWritable()) {
      deadline.in(connection.terms().timeouts().write().toNanos());
    } else if (!requestEnded && !paused && head.upgrade().isEmpty()) {
      deadline.in(connection.terms().timeouts().body().toNanos());
    } else {
      deadline.cancel();
    }
  }

  private void onDeadline() {
    if (!isWritable()) {
      handler.onClosed(Reason.CLIENT_STALLED);
      connection.reset(stream, Http2Error.CANCEL);
    } else {
      handler.onRejected(head, Reason.REQUEST_TIMEOUT);
    }
  }

  // How it ends.

  @Override
  public void abort() {
    if (!closed) {
      connection.reset(stream, Http2Error.INTERNAL_ERROR);
    }
  }

  /** The stream is closed: by its end, by either side's reset, or with its connection. */
  void onClosed() {
    closed = true;
    deadline.remove();
    if (lastPiece != null) {
      lastPiece.release();
      lastPiece = null;
    }
    if (early != null) {
      early.release();
      early = null;
    }
    handler.onClosed(Reason.CLIENT_GONE);
  }
}
