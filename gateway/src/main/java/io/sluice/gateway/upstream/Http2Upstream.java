package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.wire.DeadlineWheel;
import io.sluice.gateway.wire.FrameListener;
import io.sluice.gateway.wire.MultiplexedConnection;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to a server, shared by the exchanges of its event loop: each has an {@link
 * Http2UpstreamStream}.
 *
 * <p>Takes new exchanges until its server says goodbye (GOAWAY), its endpoint retires or a stream
 * of it was never answered; then it ends with its last stream. Event loop only.
 */
final class Http2Upstream extends MultiplexedConnection {
  private static final int STREAM_WINDOW = 256 * 1024;
  private static final int MAX_STREAMS = 100;
  private static final int MAX_HEADER_LIST_BYTES = 64 * 1024;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final LoopPools pools;
  private final Endpoint endpoint;
  private final Channel channel;
  private final AsciiString scheme;
  private final io.netty.handler.codec.http2.Http2Connection.PropertyKey key;
  private final DeadlineWheel.Deadline deadline;
  private final DeadlineWheel.Deadline greeting;
  private final Greeted greeted;
  private final long openedAt;
  private int reserved;
  private boolean leaving;
  private boolean used;
  private Tunnels tunnels = Tunnels.UNKNOWN;

  @Bounded("by the streams of the connection")
  private final Map<Http2UpstreamStream, Runnable> waiting = new LinkedHashMap<>(0);

  private long framesRead;

  /** Whether the server knows the extended CONNECT (RFC 8441 section 3). */
  enum Tunnels {
    /** Its SETTINGS have not come yet. */
    UNKNOWN,
    TAKEN,
    REFUSED
  }

  /** Told once: whether the server has said what it takes. */
  interface Greeted {
    /** Its SETTINGS have come. */
    void known();

    /** They have not come in time, or the server has ended the connection before. */
    void never(Reason reason);

    /** This side has ended the connection before, for it is wanted no more. */
    void left();
  }

  private Http2Upstream(
      Codec codec, LoopPools pools, Endpoint endpoint, Channel channel, Greeted greeted) {
    super(codec);
    this.greeted = greeted;
    this.pools = pools;
    this.endpoint = endpoint;
    this.channel = channel;
    this.scheme = AsciiString.cached(endpoint.key().tls() == null ? "http" : "https");
    this.openedAt = pools.loop().now();
    this.key = connection().newKey();
    this.deadline = pools.loop().deadlines().deadline(this::leave);
    this.greeting = pools.loop().deadlines().deadline(this::onNoGreeting);
    decoder().frameListener(new Frames());
    encoder().flowController().listener(this::onWritabilityChanged);
    connection().addListener(new StreamEnds());
  }

  /**
   * Speaks HTTP/2 on a channel.
   *
   * @param timing how long the server's SETTINGS may take: as long as a connection
   */
  static Http2Upstream on(
      LoopPools pools,
      Endpoint endpoint,
      Channel channel,
      ConnectionSettings timing,
      Greeted greeted) {
    Http2Settings settings =
        new Http2Settings()
            .pushEnabled(false)
            .maxHeaderListSize(MAX_HEADER_LIST_BYTES)
            .initialWindowSize(STREAM_WINDOW);
    Http2Upstream made =
        make(
            channel,
            false,
            settings,
            codec -> new Http2Upstream(codec, pools, endpoint, channel, greeted));
    made.greeting.in(timing.timeouts().dial().toNanos());
    return made;
  }

  /** Where it leads; null once it is closed. */
  @Nullable SocketAddress remote() {
    return channel.remoteAddress();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  LoopPools pools() {
    return pools;
  }

  AsciiString scheme() {
    return scheme;
  }

  // New streams.

  /**
   * Whether another exchange may go here. Before the server has said how many it takes it gets one:
   * what it refuses for want of room may end the connection for all.
   */
  boolean takesMore() {
    int open = connection().numActiveStreams() + reserved;
    int most = tunnels == Tunnels.UNKNOWN ? 1 : connection().local().maxActiveStreams();
    return !leaving
        && channel.isActive()
        && open < Math.min(most, MAX_STREAMS)
        && !connection().goAwayReceived();
  }

  /** Whether it takes another request of a backend with these settings, and leaves where not. */
  boolean staysYoung(ConnectionSettings wanted) {
    boolean young = !wanted.isTooOld(pools.loop().now() - openedAt);
    if (!young) {
      leaving = true;
      pools.loop().execute(this::endIfUnused);
    }
    return young;
  }

  /** A stream that becomes one with its request's head. */
  Http2UpstreamStream reserve(ConnectionSettings settings) {
    reserved++;
    deadline.cancel();
    boolean pooled = used;
    used = true;
    return new Http2UpstreamStream(this, settings, framesRead, pooled);
  }

  /**
   * Opens the stream of a reserved exchange by sending its request's head; null when it may not.
   */
  @Nullable Http2Stream open(Http2UpstreamStream ours, Http2Headers head, boolean ends) {
    reserved--;
    int id = connection().local().incrementAndGetNextStreamId();
    ChannelHandlerContext ctx = context();
    encoder().writeHeaders(ctx, id, head, 0, ends, ctx.newPromise());
    Http2Stream stream = connection().stream(id);
    if (stream != null) {
      stream.setProperty(key, ours);
    }
    return stream;
  }

  Tunnels tunnels() {
    return tunnels;
  }

  /** Runs this for a reserved exchange as soon as {@link #tunnels} is known; now, if it is. */
  void whenTunnelsAreKnown(Http2UpstreamStream stream, Runnable then) {
    if (tunnels == Tunnels.UNKNOWN) {
      waiting.put(stream, then);
    } else {
      then.run();
    }
  }

  /** A reserved exchange that may wait for the server's SETTINGS does not come. */
  void giveBackUnopened(Http2UpstreamStream stream) {
    waiting.remove(stream);
    giveBack();
  }

  /** A reserved exchange does not come. */
  void giveBack() {
    reserved--;
    endIfUnused();
  }

  // What the server sends.

  private final class Frames extends FrameListener {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean ends)
        throws Http2Exception {
      framesRead++;
      Http2UpstreamStream stream = find(id);
      if (stream != null) {
        stream.onHeaders(headers, ends);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean ends) {
      framesRead++;
      Http2UpstreamStream stream = find(id);
      return stream == null ? data.readableBytes() + padding : stream.onData(data, padding, ends);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
      framesRead++;
      Http2UpstreamStream stream = find(id);
      if (stream != null) {
        stream.onReset(code);
      }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      indexNothing();
      boolean first = tunnels == Tunnels.UNKNOWN;
      boolean taken = Boolean.TRUE.equals(settings.connectProtocolEnabled());
      if (taken || tunnels == Tunnels.UNKNOWN) {
        tunnels = taken ? Tunnels.TAKEN : Tunnels.REFUSED;
      }
      if (first) {
        greeting.remove();
        greeted.known();
      }
      List<Runnable> known = List.copyOf(waiting.values());
      waiting.clear();
      known.forEach(Runnable::run);
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug) {
      leaving = true;
      endIfUnused();
    }
  }

  private @Nullable Http2UpstreamStream find(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  @Override
  protected void onQueued(Http2Stream stream, long bytes) {
    Http2UpstreamStream ours = stream.getProperty(key);
    if (ours != null) {
      ours.onQueued(bytes);
    }
  }

  private void onWritabilityChanged(Http2Stream stream) {
    Http2UpstreamStream ours = stream.getProperty(key);
    if (ours != null) {
      ours.onWritabilityChanged(encoder().flowController().isWritable(stream));
    }
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    Http2UpstreamStream stream = find(error.streamId());
    // One of ours is the end of a stream that something else has ended, which says why.
    if (stream != null && !outbound) {
      stream.onMalformed();
    }
    super.onStreamError(ctx, outbound, cause, error);
  }

  void reset(Http2Stream stream) {
    ChannelHandlerContext ctx = context();
    resetStream(ctx, stream.id(), Http2Error.CANCEL.code(), ctx.newPromise());
    flushSoon();
  }

  // How it ends.

  /** Its server goes: it ends with its last stream, and tunnels have their time. */
  void retire() {
    leave();
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                Http2UpstreamStream ours = stream.getProperty(key);
                if (ours != null) {
                  ours.endTunnelIn(ours.settings().timeouts().tunnelDrain());
                }
                return true;
              });
    } catch (Http2Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Takes nothing new and ends with its last stream. */
  void leave() {
    leaving = true;
    endIfUnused();
  }

  /**
   * A stream got no answer in time. If the server has sent nothing at all since that stream began,
   * the connection itself may be dead, and new exchanges had better go elsewhere.
   */
  void onSilence(long framesReadBefore) {
    if (framesRead == framesReadBefore) {
      leave();
    }
  }

  private void onNoGreeting() {
    leaving = true;
    endGreeting(Reason.CONNECT_TIMEOUT);
    endIfUnused();
  }

  /**
   * @param reason why the server's SETTINGS do not come; null where this side has left
   */
  private void endGreeting(@Nullable Reason reason) {
    greeting.remove();
    if (tunnels != Tunnels.UNKNOWN) {
      return;
    }
    tunnels = Tunnels.REFUSED;
    if (reason == null) {
      greeted.left();
    } else {
      greeted.never(reason);
    }
  }

  private void endIfUnused() {
    if (connection().numActiveStreams() > 0 || reserved > 0 || !channel.isActive()) {
      return;
    }
    if (leaving || endpoint.state() != Endpoint.State.ACTIVE) {
      leaving = true;
      channel.close();
    } else {
      deadline.in(IDLE_NANOS);
    }
  }

  private final class StreamEnds extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2UpstreamStream ours = stream.getProperty(key);
      if (ours != null) {
        boolean unseen =
            connection().goAwayReceived()
                && stream.id() > connection().local().lastStreamKnownByPeer();
        ours.onClosed(unseen);
      }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      endIfUnused();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    boolean left = leaving;
    leaving = true;
    deadline.remove();
    endGreeting(left ? null : Reason.UPSTREAM_CLOSED);
    List<Http2UpstreamStream> unopened = List.copyOf(waiting.keySet());
    waiting.clear();
    unopened.forEach(Http2UpstreamStream::onNeverOpened);
    pools.forget(this);
    super.channelInactive(ctx);
  }

  @Override
  protected String otherEnd() {
    return endpoint.name();
  }
}
