package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.sluice.gateway.client.ClientDeadline.Wait;
import io.sluice.gateway.exchange.ClientStream;
import io.sluice.gateway.exchange.ExchangeHandler;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.GrpcStatus;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.memory.KeptBytes;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.Http2Messages;
import io.sluice.gateway.wire.StreamOutput;
import io.sluice.gateway.wire.WindowDebt;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request of an HTTP/2 connection and the way back for its response. Lives as long as its
 * stream; event loop only.
 *
 * <p>Flow control goes end to end: bytes of the request are given back to the client's window when
 * the server takes more, and the response is read no faster than the client's window opens. What
 * comes for a tunnel before the server has agreed to one stays owed to the window, so there is
 * never more of it than the window is wide.
 */
final class Http2ClientStream implements ClientStream, Holder {
  private static final int SMALL_HEAD_BYTES = 2 * 1024;

  /** What has become of the client's wish for a tunnel. */
  private enum Tunnel {
    NOT_ASKED,
    ASKED,
    OPEN,
    REFUSED
  }

  /** How much of the request the client has sent. */
  private enum Request {
    /** A head that says there is no body, but not its end yet. */
    END_IS_DUE,
    COMING,
    WHOLE;

    static Request of(boolean ends) {
      return ends ? WHOLE : COMING;
    }
  }

  /** How much of the response the client has been sent. */
  private enum Response {
    NOTHING,
    HEAD,
    /** All of it; of a tunnel, all of the server's direction. */
    ALL
  }

  private enum Life {
    OPEN,
    /** The client has reset it, and the codec closes it next. */
    RESET,
    CLOSED
  }

  private final Http2Connection connection;
  private final Http2Stream stream;
  private final ExchangeHandler handler;
  private final RequestHead head = new RequestHead();
  private final ClientDeadline deadline;
  private final BodyPace pace;
  private final StreamOutput output;
  private final WindowDebt debt;
  private final KeptBytes early;
  private final Account unread;
  private final Account heads;
  private Tunnel tunnel = Tunnel.NOT_ASKED;
  private Life life = Life.OPEN;
  private boolean paused;
  private Request request = Request.COMING;
  private Response response = Response.NOTHING;

  /** Why the rest of the response does not come; the stream is reset when the client has it. */
  private @Nullable Reason cutFor;

  private long queued;

  Http2ClientStream(Http2Connection connection, ProxyContext proxy, Http2Stream stream) {
    this.connection = connection;
    this.stream = stream;
    this.handler = new ExchangeHandler(proxy, this);
    this.pace =
        new BodyPace(connection.terms().limits().bodyRate(), connection.pools().loop()::now);
    this.output = new StreamOutput(connection);
    output.goesTo(stream);
    this.debt = new WindowDebt(connection);
    LoopLedger ledger = connection.pools().loop().ledger();
    this.early = new KeptBytes(ledger);
    this.unread = ledger.account(Budget.UNREAD, this);
    this.heads = ledger.account(Budget.HEADS);
    this.deadline =
        new ClientDeadline(
            connection.terms().timeouts(),
            connection.pools().loop().deadlines(),
            this::holds,
            this::onExpired);
  }

  // What the client sends.

  void onHeaders(Http2Headers headers, boolean ends) {
    request = Request.of(ends);
    Http2RequestRules.begin(head);
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
      keepHead();
    } catch (ProxyError refused) {
      handler.onRejected(head, refused.reason());
      return;
    }
    if (!head.upgrade().isEmpty()) {
      tunnel = Tunnel.ASKED;
    }
    watch();
    if (ends || head.hasBody() || tunnel == Tunnel.ASKED) {
      handler.onRequest(head);
    } else {
      request = Request.END_IS_DUE;
    }
  }

  /** A small head is within what an exchange may take anyway. */
  private void keepHead() {
    int bytes = head.fields().capacity();
    if (bytes > SMALL_HEAD_BYTES && !heads.take(bytes)) {
      throw Reason.OVERLOADED.error();
    }
  }

  /** Returns how many bytes may be given back to the client's window now. */
  int onData(ByteBuf data, int padding, boolean ends) {
    int bytes = data.readableBytes() + padding;
    boolean noneIsDue = request == Request.END_IS_DUE;
    if (noneIsDue && !data.isReadable() && !ends) {
      return bytes;
    }
    request = Request.of(ends);
    if (noneIsDue) {
      onEndAfterNoBody(data.isReadable());
      return bytes;
    }
    if (tunnel == Tunnel.ASKED || tunnel == Tunnel.REFUSED) {
      debt.owe(bytes);
      if (tunnel == Tunnel.ASKED && !early.add(data)) {
        handler.onRejected(head, Reason.OVERLOADED);
      }
      return 0;
    }
    pace.received(bytes);
    if (!ends && tunnel == Tunnel.NOT_ASKED && pace.isTooSlow() && !isStream()) {
      handler.onRejected(head, Reason.BODY_TOO_SLOW);
      return bytes;
    }
    if (data.isReadable()) {
      handler.onRequestBody(data.retain());
    }
    if (ends) {
      handler.onRequestEnd(Fields.EMPTY);
    }
    watch();
    if (paused && (response != Response.ALL || tunnel == Tunnel.OPEN)) {
      debt.owe(bytes);
      return 0;
    }
    return bytes;
  }

  private void onEndAfterNoBody(boolean hasBody) {
    if (hasBody) {
      handler.onRejected(head, Reason.UNEXPECTED_BODY);
    } else {
      watch();
      handler.onRequest(head);
    }
  }

  void onTrailers(Http2Headers headers) throws Http2Exception {
    boolean noneIsDue = request == Request.END_IS_DUE;
    request = Request.WHOLE;
    if (noneIsDue) {
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
    if (wanted && !isClosed() && (tunnel == Tunnel.NOT_ASKED || tunnel == Tunnel.OPEN)) {
      debt.pay(stream);
    }
    watch();
  }

  // What the client gets.

  @Override
  public LoopPools pools() {
    return connection.pools();
  }

  @Override
  public @Nullable CompiledListener listener(RoutingTable table) {
    return connection.socket().listener(table);
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
  public void sendHead(ResponseHead answer) {
    if (!isOver() && answer.framing() == Framing.TUNNEL) {
      beginTunnel(answer);
    } else if (!isOver()) {
      refuseTunnel();
      boolean ends = answer.framing() == 0;
      response = ends ? Response.ALL : Response.HEAD;
      writeHeaders(Http2Messages.response(answer), ends);
    }
  }

  /** RFC 8441 section 5: 200 says what 101 says in HTTP/1.1. */
  private void beginTunnel(ResponseHead answer) {
    tunnel = Tunnel.OPEN;
    answer.tunnel(200);
    answer.fields().remove("Sec-WebSocket-Accept");
    writeHeaders(Http2Messages.response(answer), false);
    if (early.size() > 0) {
      handler.onRequestBody(early.take());
      handler.onRequestPause();
    }
    if (request == Request.WHOLE) {
      handler.onRequestEnd(Fields.EMPTY);
    }
    if (!paused && !isClosed()) {
      debt.pay(stream);
    }
  }

  /** What came for the tunnel is not wanted; it stays owed, so that no more of it comes. */
  private void refuseTunnel() {
    if (tunnel == Tunnel.ASKED) {
      tunnel = Tunnel.REFUSED;
      early.release();
    }
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (isOver()) {
      piece.release();
      return;
    }
    output.piece(piece);
    connection.sentData();
    account();
    if (request != Request.WHOLE) {
      watch();
    }
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (!isOver()) {
      output.end(trailers, promise(connection.context(), true));
      connection.sentData();
      response = Response.ALL;
      account();
    }
    watch();
  }

  @Override
  public void endTunnelOutput() {
    if (!isOver()) {
      output.end(Fields.EMPTY, connection.context().newPromise());
      response = Response.ALL;
      account();
      connection.flushSoon();
    }
  }

  private void writeHeaders(Http2Headers headers, boolean ends) {
    ChannelHandlerContext ctx = connection.context();
    connection.encoder().writeHeaders(ctx, stream.id(), headers, 0, ends, promise(ctx, ends));
  }

  /**
   * A request that is answered before it has been read is ended without blame, once its response is
   * out (RFC 9113 section 8.1).
   */
  private ChannelPromise promise(ChannelHandlerContext ctx, boolean ends) {
    ChannelPromise promise = ctx.newPromise();
    if (ends && request != Request.WHOLE) {
      promise.addListener(sent -> cancelRequest());
    }
    return promise;
  }

  private void cancelRequest() {
    if (!isClosed() && request != Request.WHOLE) {
      connection.reset(stream, Http2Error.NO_ERROR);
    }
  }

  @Override
  public void flush() {
    if (!isClosed()) {
      output.flush();
      watch();
      connection.flushSoon();
    }
  }

  @Override
  public boolean isWritable() {
    return !isClosed() && connection.isWritable(stream);
  }

  /** So many bytes wait in the codec for the client's window. */
  void onQueued(long bytes) {
    queued = bytes;
    account();
  }

  private void account() {
    unread.set(holds());
    if (cutFor != null && holds() == 0) {
      // Not from within the codec, which tells this while it writes.
      connection.pools().loop().execute(this::cutWhenSent);
    }
  }

  @Override
  public long holds() {
    return isClosed() ? 0 : queued + output.waitingBytes();
  }

  /** What waits for a window that is open goes out at the end of the loop's turn. */
  @Override
  public long unreadBytes() {
    return isWritable() ? 0 : holds() + connection.unreadBytes();
  }

  @Override
  public void cut() {
    onExpired(Wait.READING);
  }

  void onWritabilityChanged() {
    boolean writable = isWritable();
    if (writable && !isClosed()) {
      output.flush();
      connection.flushSoon();
    }
    if (handler.isBusy()) {
      handler.onWritabilityChanged(writable);
    }
    watch();
  }

  private boolean isClosed() {
    return life == Life.CLOSED;
  }

  private boolean isOver() {
    return isClosed() || cutFor != null || response == Response.ALL;
  }

  // What it waits for.

  private void watch() {
    if (!isClosed()) {
      deadline.expect(waitsFor());
    }
  }

  private Wait waitsFor() {
    if (!isWritable() || cutFor != null) {
      return Wait.READING;
    }
    boolean bodyIsDue = request != Request.WHOLE && !paused && tunnel == Tunnel.NOT_ASKED;
    if (!bodyIsDue) {
      return Wait.NOTHING;
    }
    return isStream() ? Wait.STREAM : Wait.BODY;
  }

  /** Whether the client need not hurry with its request. */
  private boolean isStream() {
    return response != Response.NOTHING || GrpcStatus.isCall(head);
  }

  private void onExpired(Wait wait) {
    if (wait == Wait.READING) {
      handler.onClosed(Reason.CLIENT_STALLED);
      connection.resetFor(stream, Reason.CLIENT_STALLED, Http2Error.CANCEL);
    } else if (!isOver()) {
      handler.onRejected(head, wait == Wait.STREAM ? Reason.STREAM_IDLE : Reason.REQUEST_TIMEOUT);
    }
  }

  void shed(long stalledNanos, boolean ofCrowded) {
    if (handler.mayBeShed(ofCrowded) && deadline.stalledNanos() >= stalledNanos) {
      deadline.giveUp();
    }
  }

  // How it ends.

  @Override
  public void abort(Reason reason) {
    if (!isClosed() && cutFor == null) {
      cutFor = reason;
      output.flush();
      cutWhenSent();
    }
  }

  /** What the client has been sent comes before the reset, in which it would be lost. */
  private void cutWhenSent() {
    if (isClosed() || cutFor == null) {
      return;
    }
    if (holds() == 0) {
      connection.resetFor(stream, cutFor, Http2Error.INTERNAL_ERROR);
    } else {
      watch();
      connection.flushSoon();
    }
  }

  @Override
  public void onFault(Reason reason) {
    connection.onFault(reason);
  }

  /** The stream is closed: by its end, by either side's reset, or with its connection. */
  void onClosed() {
    if (response == Response.ALL) {
      connection.endedWell();
    }
    boolean wasReset = life == Life.RESET;
    life = Life.CLOSED;
    // Both directions of a tunnel have ended here, and what the client sent last may still be on
    // its way to the server.
    boolean tunnelEnded =
        tunnel == Tunnel.OPEN && request == Request.WHOLE && response == Response.ALL;
    boolean underWay = tunnelEnded && !wasReset && connection.context().channel().isActive();
    deadline.remove();
    output.discard();
    early.release();
    unread.close();
    heads.close();
    if (!underWay) {
      handler.onClosed(Reason.CLIENT_GONE);
    }
  }

  /** The client has reset it. */
  void onReset() {
    life = Life.RESET;
  }

  /** Whether there is no more of the response, so that a reset of the client's changes nothing. */
  boolean isAnswered() {
    return cutFor != null || response == Response.ALL;
  }
}
