package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.Http2ResponseRules;
import io.sluice.gateway.http.InterimBudget;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.http.WebSocketKey;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.wire.DeadlineWheel;
import io.sluice.gateway.wire.Http2Messages;
import io.sluice.gateway.wire.StreamOutput;
import io.sluice.gateway.wire.WindowDebt;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on an HTTP/2 connection to a server. Made for one exchange and never used again;
 * event loop only.
 *
 * <p>Bytes of the response are given back to the server's window when the client takes more.
 */
final class Http2UpstreamStream implements UpstreamStream, Holder {
  /** What there is of a tunnel. */
  private enum Tunnel {
    NOT_WANTED,
    /** The client has asked for one. */
    WANTED,
    /** Both sides say what they want; each direction ends by itself. */
    OPEN,
    /** Its server goes, and it has its time to end. */
    DRAINING
  }

  /** How much of the response has come. */
  private enum Response {
    NOTHING,
    /** Interim heads, perhaps. */
    SOMETHING,
    HEAD,
    /** All of a tunnel's direction; any other response is over with its end. */
    ENDED
  }

  private final Http2Upstream connection;
  private final ConnectionSettings settings;
  private final long framesReadBefore;
  private final boolean pooled;
  private final ResponseHead head = new ResponseHead();
  private final DeadlineWheel.Deadline deadline;
  private final StreamOutput output;
  private final WindowDebt debt;
  private final Account unsent;
  private @Nullable Http2Stream stream;
  private @Nullable ResponseReceiver receiver;
  private @Nullable AsciiString webSocketKey;
  private Tunnel tunnel = Tunnel.NOT_WANTED;
  private Response response = Response.NOTHING;
  private boolean toHead;
  private boolean requestSent;
  private boolean streams;
  private boolean reading = true;
  private final InterimBudget interims = new InterimBudget();
  private long queued;
  private long bodyLeft;

  /**
   * @param pooled whether the connection has served others, so that it may have died unnoticed
   */
  Http2UpstreamStream(
      Http2Upstream connection,
      ConnectionSettings settings,
      long framesReadBefore,
      boolean pooled) {
    this.connection = connection;
    this.settings = settings;
    this.framesReadBefore = framesReadBefore;
    this.pooled = pooled;
    this.deadline = connection.pools().loop().deadlines().deadline(this::onDeadline);
    this.output = new StreamOutput(connection);
    this.debt = new WindowDebt(connection);
    this.unsent = connection.pools().loop().ledger().account(Budget.UNSENT, this);
  }

  @Override
  public Endpoint endpoint() {
    return connection.endpoint();
  }

  // The request.

  @Override
  public void send(UpstreamRequest request, ResponseReceiver newReceiver) {
    receiver = newReceiver;
    toHead = request.method().contentEquals("HEAD");
    boolean upgrades = !request.upgrade().isEmpty();
    requestSent = !request.hasBody() && !upgrades;
    webSocketKey = upgrades ? key(request) : null;
    endpoint().exchangeBegan();
    if (upgrades) {
      tunnel = Tunnel.WANTED;
      restartDeadline();
      connection.whenTunnelsAreKnown(this, () -> openTunnel(request));
    } else {
      open(request);
    }
  }

  /** The server has said whether it knows the extended CONNECT. */
  private void openTunnel(UpstreamRequest request) {
    if (isOver()) {
      return;
    }
    if (connection.tunnels() == Http2Upstream.Tunnels.TAKEN) {
      open(request);
      connection.flushSoon();
      onWritabilityChanged(isWritable());
    } else {
      connection.giveBack();
      fail(Reason.UPGRADE_REFUSED, ResponseReceiver.Seen.NO);
    }
  }

  private void open(UpstreamRequest request) {
    Http2Headers headers =
        Http2Messages.request(request, connection.scheme(), endpoint().authority());
    stream = connection.open(this, headers, requestSent);
    if (stream == null) {
      fail(Reason.UPSTREAM_CLOSED, ResponseReceiver.Seen.NO);
    } else {
      output.goesTo(stream);
      restartDeadline();
    }
  }

  private static @Nullable AsciiString key(UpstreamRequest request) {
    AsciiString key = request.fields().first("Sec-WebSocket-Key");
    return key == null ? null : new AsciiString(key.toByteArray(), false);
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (isOver() || requestSent) {
      piece.release();
      return;
    }
    output.piece(piece);
    account();
    restartDeadline();
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (isOver() || requestSent || stream == null) {
      return;
    }
    requestSent = true;
    output.end(trailers, connection.context().newPromise());
    if (response == Response.ENDED) {
      finish(Fields.EMPTY);
      connection.flushSoon();
      return;
    }
    account();
    restartDeadline();
  }

  @Override
  public void flush() {
    if (!isOver()) {
      output.flush();
      connection.flushSoon();
    }
  }

  /** So many bytes wait in the codec for the server's window. */
  void onQueued(long bytes) {
    queued = bytes;
    account();
  }

  private void account() {
    unsent.set(holds());
  }

  @Override
  public long holds() {
    return isOver() ? 0 : queued + output.waitingBytes();
  }

  /** Others need the room of what this server does not take. */
  @Override
  public void cut() {
    failAndReset(Reason.RESPONSE_TIMEOUT);
  }

  @Override
  public boolean mayGoUnseen() {
    return true;
  }

  @Override
  public boolean isWritable() {
    return stream != null && connection.encoder().flowController().isWritable(stream);
  }

  /** Its server goes: a tunnel ends by itself within this time, or is ended. */
  void endTunnelIn(Duration time) {
    if (tunnel == Tunnel.OPEN) {
      tunnel = Tunnel.DRAINING;
      deadline.in(time.toNanos());
    }
  }

  ConnectionSettings settings() {
    return settings;
  }

  void onWritabilityChanged(boolean writable) {
    if (receiver != null) {
      if (writable) {
        output.flush();
        connection.flushSoon();
      }
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
      if (response == Response.HEAD) {
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
    streams = head.isStream();
    response = Response.SOMETHING;
    restartDeadline();
    if (head.isInterim()) {
      interims.take(head, connection.pools().loop().deadlines().now());
      receiver().onInterim(head);
      return;
    }
    response = Response.HEAD;
    if (tunnel == Tunnel.WANTED && head.status() == 200 && !ends) {
      head.tunnel(101);
      if (webSocketKey != null) {
        head.fields().add("Sec-WebSocket-Accept", WebSocketKey.accept(webSocketKey));
      }
      tunnel = Tunnel.OPEN;
      bodyLeft = Long.MAX_VALUE;
      restartDeadline();
      if (endpoint().state() != Endpoint.State.ACTIVE) {
        endTunnelIn(settings.timeouts().tunnelDrain());
      }
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
    if (response != Response.HEAD || bodyLeft < 0) {
      failAndReset(Reason.BAD_RESPONSE);
      return bytes;
    }
    restartDeadline();
    if (data.isReadable()) {
      receiver().onBody(data.retain());
    }
    if (ends && isTunnel() && !requestSent) {
      response = Response.ENDED;
      receiver().onServerEnded();
    } else if (ends) {
      finish(Fields.EMPTY);
    } else if (receiver != null) {
      receiver.onPause();
      if (!reading) {
        debt.owe(bytes);
        return 0;
      }
    }
    return bytes;
  }

  @Override
  public void reading(boolean wanted) {
    reading = wanted;
    if (wanted && stream != null && !isOver()) {
      debt.pay(stream);
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
    boolean perhaps = pooled && response == Response.NOTHING;
    fail(
        Reason.UPSTREAM_CLOSED,
        unseen
            ? ResponseReceiver.Seen.NO
            : perhaps ? ResponseReceiver.Seen.PERHAPS : ResponseReceiver.Seen.YES);
  }

  /** The connection ended before the stream was opened. */
  void onNeverOpened() {
    fail(Reason.UPSTREAM_CLOSED, ResponseReceiver.Seen.NO);
  }

  private void onDeadline() {
    if (isTunnel()) {
      failAndReset(tunnel == Tunnel.DRAINING ? Reason.TUNNEL_DRAINED : Reason.TUNNEL_IDLE);
      return;
    }
    connection.onSilence(framesReadBefore);
    failAndReset(Reason.RESPONSE_TIMEOUT);
  }

  private void failAndReset(Reason reason) {
    fail(reason, ResponseReceiver.Seen.YES);
    letGo();
  }

  /** Whatever became of it, the connection is not used for it any more. */
  private void letGo() {
    if (stream != null) {
      connection.reset(stream);
    } else {
      connection.giveBackUnopened(this);
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
      letGo();
    }
  }

  private boolean isTunnel() {
    return tunnel == Tunnel.OPEN || tunnel == Tunnel.DRAINING;
  }

  private boolean isOver() {
    return receiver == null;
  }

  private void end() {
    receiver = null;
    endpoint().exchangeEnded();
    deadline.remove();
    output.discard();
    unsent.close();
  }

  /** Runs while it is the server's turn, as for HTTP/1.1. */
  private void restartDeadline() {
    if (isOver()) {
      return;
    }
    if (isTunnel()) {
      if (tunnel == Tunnel.OPEN) {
        deadline.in(settings.timeouts().tunnelIdle().toNanos());
      }
    } else if (reading && (requestSent || tunnel == Tunnel.WANTED || !isWritable())) {
      deadline.in(settings.timeouts().silence(streams).toNanos());
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
