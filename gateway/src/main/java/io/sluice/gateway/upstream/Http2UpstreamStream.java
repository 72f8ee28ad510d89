package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.Http2ResponseRules;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.WebSocketKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on an HTTP/2 connection to a server. Made for one exchange and never used again;
 * event loop only.
 *
 * <p>The last piece of the request's body waits for what follows, so that the end of the stream
 * travels with it. Bytes of the response are given back to the server's window when the client
 * takes more.
 */
final class Http2UpstreamStream implements UpstreamStream {
  private static final int MAX_INTERIM = 16;

  private final Http2Upstream connection;
  private final ConnectionSettings settings;
  private final long framesReadBefore;
  private final ResponseHead head = new ResponseHead();
  private final DeadlineWheel.Deadline deadline;
  private @Nullable Http2Stream stream;
  private @Nullable ResponseReceiver receiver;
  private @Nullable ByteBuf lastPiece;
  private @Nullable AsciiString webSocketKey;
  private boolean wantsTunnel;
  private boolean tunnel;
  private boolean toHead;
  private boolean requestSent;
  private boolean headReceived;
  private boolean reading = true;
  private int interims;
  private int heldBytes;
  private long bodyLeft;

  Http2UpstreamStream(
      Http2Upstream connection, ConnectionSettings settings, long framesReadBefore) {
    this.connection = connection;
    this.settings = settings;
    this.framesReadBefore = framesReadBefore;
    this.deadline = connection.pools().deadlines().deadline(this::onDeadline);
  }

  @Override
  public Endpoint endpoint() {
    return connection.endpoint();
  }

  // The request.

  @Override
  public void send(RequestHead request, ResponseReceiver newReceiver) {
    receiver = newReceiver;
    toHead = request.method().contentEquals("HEAD");
    boolean upgrades = !request.upgrade().isEmpty();
    requestSent = !request.hasBody() && !upgrades;
    webSocketKey = upgrades ? key(request) : null;
    endpoint().exchangeBegan();
    if (upgrades && !connection.takesTunnels()) {
      connection.giveBack();
      fail(Reason.UPGRADE_REFUSED, ResponseReceiver.Seen.YES);
      return;
    }
    wantsTunnel = upgrades;
    Http2Headers headers = Http2Messages.request(request, connection.scheme());
    stream = connection.open(this, headers, requestSent);
    if (stream == null) {
      fail(Reason.UPSTREAM_CLOSED, ResponseReceiver.Seen.NO);
    } else {
      restartDeadline();
    }
  }

  private static @Nullable AsciiString key(RequestHead request) {
    AsciiString key = request.fields().first("Sec-WebSocket-Key");
    return key == null ? null : new AsciiString(key.toByteArray(), false);
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (isOver() || requestSent) {
      piece.release();
      return;
    }
    writeLastPiece(false);
    lastPiece = piece;
    restartDeadline();
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (isOver() || requestSent || stream == null) {
      return;
    }
    requestSent = true;
    if (trailers.count() > 0) {
      writeLastPiece(false);
      ChannelHandlerContext ctx = connection.context();
      Http2Headers headers = Http2Messages.trailers(trailers);
      connection.encoder().writeHeaders(ctx, stream.id(), headers, 0, true, ctx.newPromise());
    } else {
      if (lastPiece == null) {
        lastPiece = Unpooled.EMPTY_BUFFER;
      }
      writeLastPiece(true);
    }
    restartDeadline();
  }

  private void writeLastPiece(boolean ends) {
    if (lastPiece != null && stream != null) {
      ByteBuf piece = lastPiece;
      lastPiece = null;
      ChannelHandlerContext ctx = connection.context();
      connection.encoder().writeData(ctx, stream.id(), piece, 0, ends, ctx.newPromise());
    }
  }

  @Override
  public void flush() {
    if (!isOver()) {
      writeLastPiece(false);
      connection.flushSoon();
    }
  }

  @Override
  public boolean isWritable() {
    return stream != null && connection.encoder().flowController().isWritable(stream);
  }

  void onWritabilityChanged(boolean writable) {
    if (receiver != null) {
      restartDeadline();
      receiver.onWritabilityChanged(writable);
    }
  }

  // The response.

  void onHeaders(Http2Headers headers, boolean ends) {
    if (receiver == null) {
      return;
    }
    try {
      if (headReceived) {
        onTrailers(headers);
      } else {
        onHead(headers, ends);
      }
    } catch (ProxyError bad) {
      failAndReset(Reason.BAD_RESPONSE);
    }
  }

  private void onHead(Http2Headers headers, boolean ends) {
    Http2ResponseRules.begin(head);
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.length() == 0 || name.charAt(0) != ':') {
        Http2ResponseRules.field(head, name, field.getValue());
      }
    }
    Http2ResponseRules.apply(head, headers.status(), ends, toHead);
    restartDeadline();
    if (head.isInterim()) {
      if (++interims > MAX_INTERIM) {
        throw Reason.BAD_RESPONSE.error();
      }
      receiver().onInterim(head);
      return;
    }
    headReceived = true;
    if (wantsTunnel && head.status() == 200 && !ends) {
      head.tunnel(101);
      if (webSocketKey != null) {
        head.fields().add("Sec-WebSocket-Accept", WebSocketKey.accept(webSocketKey));
      }
      tunnel = true;
      bodyLeft = Long.MAX_VALUE;
      restartDeadline();
      receiver().onHead(head);
      receiver().onPause();
      return;
    }
    bodyLeft = head.framing() == Framing.CHUNKED ? Long.MAX_VALUE : head.framing();
    receiver().onHead(head);
    if (receiver == null) {
      return;
    }
    if (ends) {
      finish(Fields.EMPTY);
    } else {
      receiver().onPause();
    }
  }

  private void onTrailers(Http2Headers headers) {
    Fields trailers = new Fields();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      Http2RequestRules.trailer(trailers, field.getKey(), field.getValue());
    }
    finish(trailers);
  }

  /** Returns how many bytes may be given back to the server's window now. */
  int onData(ByteBuf data, int padding, boolean ends) {
    int bytes = data.readableBytes() + padding;
    if (receiver == null) {
      return bytes;
    }
    bodyLeft -= data.readableBytes();
    if (!headReceived || bodyLeft < 0) {
      failAndReset(Reason.BAD_RESPONSE);
      return bytes;
    }
    restartDeadline();
    if (data.isReadable()) {
      receiver().onBody(data.retain());
    }
    if (ends) {
      finish(Fields.EMPTY);
    } else if (receiver != null) {
      receiver.onPause();
      if (!reading) {
        heldBytes += bytes;
        return 0;
      }
    }
    return bytes;
  }

  @Override
  public void reading(boolean wanted) {
    reading = wanted;
    if (wanted && heldBytes > 0 && stream != null && !isOver()) {
      int bytes = heldBytes;
      heldBytes = 0;
      try {
        connection.connection().local().flowController().consumeBytes(stream, bytes);
      } catch (Http2Exception broken) {
        connection.onError(connection.context(), false, broken);
      }
      connection.flushSoon();
    }
    restartDeadline();
  }

  private void finish(Fields trailers) {
    ResponseReceiver finished = receiver();
    end();
    // A request that the server does not want to read any more.
    if (!requestSent && stream != null) {
      connection.reset(stream);
    }
    finished.onEnd(trailers);
  }

  // How it fails.

  void onReset(long code) {
    boolean unseen = code == Http2Error.REFUSED_STREAM.code();
    fail(
        unseen ? Reason.UPSTREAM_REFUSED : Reason.UPSTREAM_RESET,
        unseen ? ResponseReceiver.Seen.NO : ResponseReceiver.Seen.YES);
  }

  void onMalformed() {
    fail(Reason.BAD_RESPONSE, ResponseReceiver.Seen.YES);
  }

  /**
   * @param unseen whether the server has said that it never looked at the stream
   */
  void onClosed(boolean unseen) {
    fail(Reason.UPSTREAM_CLOSED, unseen ? ResponseReceiver.Seen.NO : ResponseReceiver.Seen.YES);
  }

  private void onDeadline() {
    if (tunnel) {
      failAndReset(Reason.TUNNEL_IDLE);
      return;
    }
    connection.onSilence(framesReadBefore);
    failAndReset(Reason.RESPONSE_TIMEOUT);
  }

  private void failAndReset(Reason reason) {
    fail(reason, ResponseReceiver.Seen.YES);
    if (stream != null) {
      connection.reset(stream);
    }
  }

  private void fail(Reason reason, ResponseReceiver.Seen seen) {
    ResponseReceiver failed = receiver;
    if (failed != null) {
      end();
      endpoint().attemptFailed();
      failed.onFailure(reason, seen);
    }
  }

  @Override
  public void giveBack() {
    connection.giveBack();
  }

  @Override
  public void abort() {
    if (receiver != null) {
      end();
      if (stream != null) {
        connection.reset(stream);
      }
    }
  }

  private boolean isOver() {
    return receiver == null;
  }

  private void end() {
    receiver = null;
    endpoint().exchangeEnded();
    deadline.remove();
    if (lastPiece != null) {
      lastPiece.release();
      lastPiece = null;
    }
  }

  /** Runs while it is the server's turn, as for HTTP/1.1. */
  private void restartDeadline() {
    if (isOver()) {
      return;
    }
    if (tunnel) {
      deadline.in(settings.tunnelIdle().toNanos());
    } else if (reading && (requestSent || !isWritable())) {
      deadline.in(settings.readTimeout().toNanos());
    } else {
      deadline.cancel();
    }
  }

  private ResponseReceiver receiver() {
    if (receiver == null) {
      throw new IllegalStateException("a response without an exchange");
    }
    return receiver;
  }
}
