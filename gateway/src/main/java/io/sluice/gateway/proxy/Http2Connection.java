package io.sluice.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.upstream.DeadlineWheel;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.upstream.TurnFlush;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection of a client (RFC 9113): Netty's codec below, one {@link Http2ClientStream}
 * for each request above. Event loop only.
 *
 * <p>What is written is flushed once for all streams, at the end of a read or of the loop's turn. A
 * connection is drained in two steps (RFC 9113 section 6.8): a GOAWAY that names no last stream,
 * and when the client has seen it, one that does; then it ends with its last stream.
 */
final class Http2Connection extends Http2ConnectionHandler implements ClientConnection {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);
  private static final int MAX_HEADER_LIST_BYTES = 32 * 1024;
  private static final int STREAM_WINDOW = 64 * 1024 - 1;
  private static final int CONNECTION_WINDOW = 1024 * 1024;
  private static final int RESETS = 200;
  private static final int RESET_SECONDS = 30;
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
  private final FrameBudget budget = new FrameBudget();
  private final RecentResets resets = new RecentResets();
  private final List<Http2ClientStream> received = new ArrayList<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable TurnFlush flush;
  private boolean draining;

  private Http2Connection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      ProxyContext proxy,
      BoundSocket socket,
      ServerLoop loop,
      Channel channel,
      Peer peer,
      ClientTerms terms) {
    super(decoder, encoder, settings);
    this.proxy = proxy;
    this.socket = socket;
    this.loop = loop;
    this.channel = channel;
    this.peer = peer;
    this.terms = terms;
    this.key = connection().newKey();
    this.deadline = loop.pools().deadlines().deadline(this::onDeadline);
    deadline.in(terms.timeouts().idle().toNanos());
    gracefulShutdownTimeoutMillis(-1);
    decoder.frameListener(new Http2Frames(this, budget));
    encoder.flowController().listener(this::onWritabilityChanged);
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
    return new Builder(proxy, socket, loop, channel, peer, terms).connect();
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Connection, Builder> {
    private final ProxyContext proxy;
    private final BoundSocket socket;
    private final ServerLoop loop;
    private final Channel channel;
    private final Peer peer;
    private final ClientTerms terms;

    Builder(
        ProxyContext proxy,
        BoundSocket socket,
        ServerLoop loop,
        Channel channel,
        Peer peer,
        ClientTerms terms) {
      this.proxy = proxy;
      this.socket = socket;
      this.loop = loop;
      this.channel = channel;
      this.peer = peer;
      this.terms = terms;
    }

    Http2Connection connect() {
      var connection = new DefaultHttp2Connection(true);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new UniformStreamByteDistributor(connection)));
      connection(connection);
      initialSettings(
          Http2Settings.defaultSettings()
              .maxConcurrentStreams(terms.limits().streams())
              .connectProtocolEnabled(true)
              .maxHeaderListSize(MAX_HEADER_LIST_BYTES)
              .initialWindowSize(STREAM_WINDOW));
      validateHeaders(true);
      validateRequiredPseudoHeaders(true);
      decoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS);
      encoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS);
      return build();
    }

    @Override
    protected Http2Connection build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Http2Connection(
          decoder, encoder, settings, proxy, socket, loop, channel, peer, terms);
    }
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

  ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    flush = new TurnFlush(ctx);
    super.handlerAdded(ctx);
    // Every stream may fill its window without starving the others.
    if (ctx.channel().isActive()) {
      var flow = connection().local().flowController();
      flow.incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW - STREAM_WINDOW);
    }
  }

  // What the client sends; called by Http2Frames.

  void onHeaders(int id, Http2Headers headers, boolean ends) throws Http2Exception {
    Http2ClientStream known = find(id);
    if (known != null) {
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

  private @Nullable Http2ClientStream find(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    hold(true);
    super.channelRead(ctx, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    for (Http2ClientStream stream : received) {
      stream.onPause();
    }
    received.clear();
    hold(false);
    super.channelReadComplete(ctx);
  }

  private void hold(boolean held) {
    if (flush != null) {
      flush.hold(held);
    }
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
    proxy.telemetry().rejected(Reason.PROTOCOL_ERROR.label());
    Http2Stream stream = connection().stream(error.streamId());
    if (outbound || (stream == null && resets.contains(error.streamId()))) {
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
    // No stream outlives an error of the connection.
    gracefulShutdownTimeoutMillis(0);
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

  void flushSoon() {
    if (flush != null) {
      flush.ask();
    }
  }

  void reset(Http2Stream stream, Http2Error error) {
    resetStream(context(), stream.id(), error.code(), context().newPromise());
    flushSoon();
  }

  // How it ends.

  @Override
  public void closeWhenIdle() {
    if (draining || context == null) {
      return;
    }
    draining = true;
    goAway(
        context,
        Integer.MAX_VALUE,
        Http2Error.NO_ERROR.code(),
        Unpooled.EMPTY_BUFFER,
        context.newPromise());
    encoder().writePing(context, false, DRAIN_PING, context.newPromise());
    flush(context);
    deadline.in(DRAIN_STEP_NANOS);
  }

  private void sayLastStream() {
    ChannelHandlerContext ctx = context();
    goAway(
        ctx,
        connection().remote().lastStreamCreated(),
        Http2Error.NO_ERROR.code(),
        Unpooled.EMPTY_BUFFER,
        ctx.newPromise());
    flush(ctx);
    deadline.cancel();
    // From the end of the pipeline, so that the codec waits for the streams that are open.
    channel.close();
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
      if (connection().numActiveStreams() == 0 && !draining) {
        deadline.in(terms.timeouts().idle().toNanos());
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    deadline.remove();
    super.channelInactive(ctx);
    loop.connections().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof IOException) {
      channel.close();
      return;
    }
    if (io.netty.handler.codec.http2.Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
      LOG.error("unexpected failure on a connection from {}", peer.text(), cause);
    }
    super.exceptionCaught(ctx, cause);
  }
}
