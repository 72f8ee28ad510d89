package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.DeadlineWheel;
import io.sluice.gateway.wire.MultiplexedConnection;
import io.sluice.gateway.wire.Outgoing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection of a client (RFC 9113): Netty's codec below, one {@link Http2ClientStream}
 * for each request above. Event loop only.
 *
 * <p>What is written is flushed once for all streams, at the end of a read or of the loop's turn. A
 * connection is drained in two steps (RFC 9113 section 6.8): a GOAWAY that names no last stream,
 * and when the client has seen it, one that does; then it ends with its last stream.
 */
final class Http2Connection extends MultiplexedConnection implements ClientConnection {
  private static final int MAX_HEADER_LIST_BYTES = 32 * 1024;
  private static final int STREAM_WINDOW = 64 * 1024 - 1;
  private static final long DRAIN_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long DRAIN_PING = 0x736c75696365L;

  private final ProxyContext proxy;
  private final BoundSocket socket;
  private final ServerLoop loop;
  private final Channel channel;
  private final Peer peer;
  private final ClientTerms terms;
  private final io.netty.handler.codec.http2.Http2Connection.PropertyKey key;
  private final DeadlineWheel.Deadline deadline;
  private final DeadlineWheel.Deadline headDeadline;
  private final HeadWatch headWatch =
      new HeadWatch(Http2CodecUtil.connectionPrefaceBuf().readableBytes());
  private final Account unread;
  private final Account heads;
  private final FrameBudget budget;
  private final Conduct conduct;
  private final RecentResets resets = new RecentResets();

  @Bounded("by the frames that one read of a socket holds")
  private final List<Http2ClientStream> received = new ArrayList<>();

  private boolean draining;
  private long lastUsed;

  private Http2Connection(
      Codec codec,
      ProxyContext proxy,
      BoundSocket socket,
      ServerLoop loop,
      Channel channel,
      Peer peer,
      ClientTerms terms) {
    super(codec);
    this.proxy = proxy;
    this.socket = socket;
    this.loop = loop;
    this.channel = channel;
    this.peer = peer;
    this.terms = terms;
    this.budget = new FrameBudget(loop.pools().loop()::now);
    this.key = connection().newKey();
    this.deadline = loop.pools().loop().deadlines().deadline(this::onDeadline);
    this.headDeadline = loop.pools().loop().deadlines().deadline(this::onHeadLate);
    this.conduct = new Conduct(terms.limits().resets(), loop.pools().loop()::now);
    this.lastUsed = loop.pools().loop().deadlines().now();
    LoopLedger ledger = loop.pools().loop().ledger();
    this.unread = ledger.account(Budget.UNREAD, new Unread());
    this.heads = ledger.account(Budget.HEADS, new HeadUnderWay());
    deadline.in(terms.timeouts().idle().toNanos());
    decoder().frameListener(new Http2Frames(this, budget));
    encoder().flowController().listener(this::onWritabilityChanged);
    connection().addListener(new StreamEnds());
  }

  /** The handler for a connection whose client speaks HTTP/2. */
  static Http2Connection on(
      ProxyContext proxy,
      BoundSocket socket,
      ServerLoop loop,
      Channel channel,
      Peer peer,
      ClientTerms terms) {
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(terms.limits().streams())
            .connectProtocolEnabled(true)
            .maxHeaderListSize(MAX_HEADER_LIST_BYTES)
            .initialWindowSize(STREAM_WINDOW);
    return make(
        channel,
        true,
        settings,
        codec -> new Http2Connection(codec, proxy, socket, loop, channel, peer, terms));
  }

  @Override
  public BoundSocket socket() {
    return socket;
  }

  LoopPools pools() {
    return loop.pools();
  }

  Peer peer() {
    return peer;
  }

  // What the client sends; called by Http2Frames.

  void onHeaders(int id, Http2Headers headers, boolean ends) throws Http2Exception {
    Http2ClientStream known = find(id);
    if (known != null) {
      received.add(known);
      known.onTrailers(headers);
      return;
    }
    deadline.cancel();
    Http2ClientStream stream = new Http2ClientStream(this, proxy, connection().stream(id));
    connection().stream(id).setProperty(key, stream);
    stream.onHeaders(headers, ends);
    received.add(stream);
  }

  /** Returns how many bytes of the window may be given back now. */
  int onData(int id, ByteBuf data, int padding, boolean ends) {
    Http2ClientStream stream = find(id);
    if (stream == null) {
      return data.readableBytes() + padding;
    }
    received.add(stream);
    return stream.onData(data, padding, ends);
  }

  void onPingAck(long content) {
    if (draining && content == DRAIN_PING) {
      sayLastStream();
    }
  }

  /** The client floods the connection with frames that carry nothing. */
  void onFlood() throws Http2Exception {
    proxy.telemetry().rejected(Reason.PROTOCOL_ERROR.label());
    throw Http2Exception.connectionError(
        Http2Error.ENHANCE_YOUR_CALM, "too many frames without a request");
  }

  /** The client resets a stream: its right, but not again and again before it is answered. */
  void onReset(int id) throws Http2Exception {
    Http2ClientStream stream = find(id);
    if (stream == null) {
      return;
    }
    stream.onReset();
    if (!stream.isAnswered() && !conduct.forgivesReset()) {
      onFlood();
    }
  }

  /** A stream was answered whole. */
  void endedWell() {
    conduct.endedWell();
  }

  /** A stream ends, or will, for this reason; too many by the client's doing end the connection. */
  void onFault(Reason reason) {
    if (reason.side() == Reason.Side.CLIENT && !conduct.forgivesReset()) {
      tooManyResets();
    }
  }

  private void tooManyResets() {
    Http2Exception flood =
        new Http2Exception(Http2Error.ENHANCE_YOUR_CALM, "too many streams that ended in a reset");
    onError(context(), false, flood);
  }

  private @Nullable Http2ClientStream find(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof ByteBuf bytes) {
      headWatch.look(bytes);
    }
    super.channelRead(ctx, message);
    watchHead();
  }

  /** The time of a head runs from its first byte to its last, in however many frames it comes. */
  private void watchHead() {
    boolean under = headWatch.isOpen();
    if (under && heads.bytes() == 0) {
      heads.set(MAX_HEADER_LIST_BYTES);
      headDeadline.in(terms.timeouts().head().toNanos());
    } else if (!under && heads.bytes() > 0) {
      heads.close();
      headDeadline.cancel();
    }
  }

  private void onHeadLate() {
    proxy.telemetry().rejected(Reason.REQUEST_TIMEOUT.label());
    Http2Exception late =
        new Http2Exception(Http2Error.ENHANCE_YOUR_CALM, Reason.REQUEST_TIMEOUT.text());
    onError(context(), false, late);
  }

  private final class HeadUnderWay implements Holder {
    @Override
    public long holds() {
      return heads.bytes();
    }

    @Override
    public void cut() {
      heads.close();
      onHeadLate();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    for (Http2ClientStream stream : received) {
      stream.onPause();
    }
    received.clear();
    super.channelReadComplete(ctx);
  }

  /**
   * A frame on a stream that is closed breaks the rules for the whole connection, unless it was on
   * its way when this side reset the stream (RFC 9113 section 5.1).
   */
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    if (!outbound) {
      proxy.telemetry().rejected(Reason.PROTOCOL_ERROR.label());
    }
    Http2Stream stream = connection().stream(error.streamId());
    if (!outbound && !conduct.forgivesReset()) {
      tooManyResets();
    } else if (outbound || (stream == null && resets.contains(error.streamId()))) {
      super.onStreamError(ctx, outbound, cause, error);
    } else if (stream == null && error.error() == Http2Error.STREAM_CLOSED) {
      onConnectionError(
          ctx, false, cause, new Http2Exception(Http2Error.STREAM_CLOSED, error.getMessage()));
    } else if (stream != null
        && requestHasEnded(stream)
        && error.error() == Http2Error.PROTOCOL_ERROR) {
      reset(stream, Http2Error.STREAM_CLOSED);
    } else {
      super.onStreamError(ctx, outbound, cause, error);
    }
  }

  private boolean requestHasEnded(Http2Stream stream) {
    return stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE
        && stream.getProperty(key) != null;
  }

  @Override
  public ChannelFuture resetStream(
      ChannelHandlerContext ctx, int id, long code, ChannelPromise promise) {
    resets.add(id);
    return super.resetStream(ctx, id, code, promise);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception error) {
    proxy.telemetry().rejected(Reason.PROTOCOL_ERROR.label());
    super.onConnectionError(ctx, outbound, cause, error);
  }

  // What the client gets.

  boolean isWritable(Http2Stream stream) {
    return encoder().flowController().isWritable(stream);
  }

  private void onWritabilityChanged(Http2Stream stream) {
    Http2ClientStream ours = stream.getProperty(key);
    if (ours != null) {
      ours.onWritabilityChanged();
    }
  }

  @Override
  protected void onQueued(Http2Stream stream, long bytes) {
    Http2ClientStream ours = stream.getProperty(key);
    if (ours != null) {
      ours.onQueued(bytes);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    super.flush(ctx);
    unread.set(Outgoing.unsentBytes(channel));
  }

  /** What the client's socket did not take of all streams together when it was last flushed. */
  long unreadBytes() {
    return unread.bytes();
  }

  /** The same, as it is now. */
  private final class Unread implements Holder {
    @Override
    public long holds() {
      return Outgoing.unsentBytes(channel);
    }

    @Override
    public void cut() {
      proxy.telemetry().rejected(Reason.CLIENT_STALLED.label());
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** Resets a stream for a reason; where that is the client's doing it counts as such. */
  void resetFor(Http2Stream stream, Reason reason, Http2Error error) {
    reset(stream, error);
    onFault(reason);
  }

  void reset(Http2Stream stream, Http2Error error) {
    resetStream(context(), stream.id(), error.code(), context().newPromise());
    flushSoon();
  }

  // How it ends.

  @Override
  public void closeWhenIdle() {
    if (draining) {
      return;
    }
    draining = true;
    ChannelHandlerContext ctx = context();
    sayGoodbye(Integer.MAX_VALUE);
    encoder().writePing(ctx, false, DRAIN_PING, ctx.newPromise());
    flush(ctx);
    deadline.in(DRAIN_STEP_NANOS);
  }

  @Override
  public long idleNanos() {
    boolean idle = connection().numActiveStreams() == 0 && heads.bytes() == 0;
    return idle ? loop.pools().loop().deadlines().now() - lastUsed : -1;
  }

  @Override
  public void closeIdle() {
    channel.unsafe().close(channel.voidPromise());
  }

  @Override
  public void shed(long stalledNanos, boolean ofCrowded) {
    List<Http2ClientStream> all = new ArrayList<>();
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                Http2ClientStream ours = stream.getProperty(key);
                return ours == null || all.add(ours);
              });
    } catch (Http2Exception impossible) {
      throw new IllegalStateException(impossible);
    }
    all.forEach(stream -> stream.shed(stalledNanos, ofCrowded));
  }

  private void sayLastStream() {
    sayGoodbye(connection().remote().lastStreamCreated());
    flush(context());
    deadline.cancel();
    // From the end of the pipeline, so that the codec waits for the streams that are open.
    channel.close();
  }

  private void sayGoodbye(int lastStream) {
    ChannelHandlerContext ctx = context();
    long code = Http2Error.NO_ERROR.code();
    goAway(ctx, lastStream, code, Unpooled.EMPTY_BUFFER, ctx.newPromise());
  }

  private void onDeadline() {
    if (draining) {
      sayLastStream();
    } else if (connection().numActiveStreams() == 0) {
      closeWhenIdle();
    }
  }

  /** A frame of a body was written. */
  void sentData() {
    budget.sent();
  }

  ClientTerms terms() {
    return terms;
  }

  private final class StreamEnds extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2ClientStream ours = stream.getProperty(key);
      if (ours != null) {
        ours.onClosed();
      }
      lastUsed = loop.pools().loop().deadlines().now();
      if (connection().numActiveStreams() == 0 && !draining) {
        deadline.in(terms.timeouts().idle().toNanos());
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    deadline.remove();
    headDeadline.remove();
    heads.close();
    unread.close();
    super.channelInactive(ctx);
    loop.connections().remove(this);
  }

  @Override
  protected String otherEnd() {
    return peer.text().toString();
  }
}
