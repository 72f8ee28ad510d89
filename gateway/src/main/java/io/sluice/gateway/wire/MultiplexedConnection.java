package io.sluice.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.StreamByteDistributor;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What HTTP/2 connections to clients and to servers have in common: Netty's codec as we set it up,
 * one flush for all streams at the end of a read or of the loop's turn, and how failures are told.
 * Event loop only.
 */
public abstract class MultiplexedConnection extends Http2ConnectionHandler {
  /** The parts that Netty's builder makes for one connection. */
  public record Codec(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      FrameGathering gathering) {}

  private static final Logger LOG = LoggerFactory.getLogger(MultiplexedConnection.class);

  /** What may be under way between two of our window updates, in bytes. */
  private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;

  /** A window is opened again when so much of it is used. */
  private static final float HALF_USED = 0.5f;

  private final FrameGathering gathering;
  private @Nullable ChannelHandlerContext context;
  private @Nullable TurnFlush flush;

  protected MultiplexedConnection(Codec codec) {
    super(codec.decoder, codec.encoder, codec.settings);
    this.gathering = codec.gathering;
  }

  /** Makes a codec with these settings, and the connection on top of it. */
  public static <T extends MultiplexedConnection> T make(
      Channel channel, boolean server, Http2Settings settings, Function<Codec, T> connection) {
    return new Builder<>(channel, connection).make(server, settings);
  }

  private static final class Builder<T extends MultiplexedConnection>
      extends AbstractHttp2ConnectionHandlerBuilder<T, Builder<T>> {
    private final Function<Codec, T> maker;
    private final FrameGathering gathering;
    private @Nullable T built;

    Builder(Channel channel, Function<Codec, T> maker) {
      this.gathering = new FrameGathering(channel);
      this.maker = maker;
    }

    T make(boolean server, Http2Settings settings) {
      var connection = new DefaultHttp2Connection(server);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new Distributor(new UniformStreamByteDistributor(connection))));
      // The connection's bytes are given back as they come, and a stream's when they are taken: so
      // a stream that nobody reads costs the others nothing (RFC 9113 section 5.2), and what waits
      // is bounded by the streams' windows and the loop's budgets.
      connection
          .local()
          .flowController(new DefaultHttp2LocalFlowController(connection, HALF_USED, true));
      var encoder =
          new AnswerLimit(
              new DefaultHttp2ConnectionEncoder(connection, new FrameWriter(gathering)));
      initialSettings(settings);
      // A connection that is closed waits for its streams, however long they take.
      gracefulShutdownTimeoutMillis(-1);
      // Resets are counted where it is known whose doing they are.
      decoderEnforceMaxRstFramesPerWindow(0, 0);
      codec(decoder(connection, encoder, settings), encoder);
      return build();
    }

    private static Http2ConnectionDecoder decoder(
        Http2Connection connection, Http2ConnectionEncoder encoder, Http2Settings settings) {
      boolean validates = true;
      var heads =
          new DefaultHttp2HeadersDecoder(
              validates, Objects.requireNonNull(settings.maxHeaderListSize()));
      return new DefaultHttp2ConnectionDecoder(
          connection,
          encoder,
          new DefaultHttp2FrameReader(heads),
          Http2PromisedRequestVerifier.ALWAYS_VERIFY,
          /* autoAckSettings= */ true,
          /* autoAckPing= */ true,
          validates,
          /* validateRequiredPseudoHeaders= */ connection.isServer());
    }

    @Override
    protected T build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      built = maker.apply(new Codec(decoder, encoder, settings, gathering));
      return built;
    }

    /** Tells the connection how much of each stream waits for its window. */
    private final class Distributor implements StreamByteDistributor {
      private final StreamByteDistributor inner;

      Distributor(StreamByteDistributor inner) {
        this.inner = inner;
      }

      @Override
      public void updateStreamableBytes(StreamState state) {
        inner.updateStreamableBytes(state);
        if (built != null) {
          built.onQueued(state.stream(), state.pendingBytes());
        }
      }

      @Override
      public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        inner.updateDependencyTree(child, parent, weight, exclusive);
      }

      @Override
      public boolean distribute(int most, Writer writer) throws Http2Exception {
        return inner.distribute(most, writer);
      }
    }
  }

  /** So many bytes of a stream were written and wait for its window, or the connection's. */
  protected abstract void onQueued(Http2Stream stream, long bytes);

  /** Who is at the other end, for the log. */
  protected abstract String otherEnd();

  public final ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    flush = new TurnFlush(ctx);
    ctx.pipeline().addBefore(ctx.name(), null, gathering);
    super.handlerAdded(ctx);
    if (ctx.channel().isActive()) {
      connection()
          .local()
          .flowController()
          .incrementWindowSize(
              connection().connectionStream(),
              CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    hold(true);
    super.channelRead(ctx, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    hold(false);
    super.channelReadComplete(ctx);
  }

  private void hold(boolean held) {
    if (flush != null) {
      flush.hold(held);
    }
  }

  /** Sends what was written: now at the end of a read, else at the end of the loop's turn. */
  public final void flushSoon() {
    if (flush != null) {
      flush.ask();
    }
  }

  /** The static table alone, as HAProxy does it: nothing has to be kept for the next message. */
  public final void indexNothing() throws Http2Exception {
    encoder().configuration().headersConfiguration().maxHeaderTableSize(0);
  }

  /** No stream outlives an error of the connection. */
  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception error) {
    gracefulShutdownTimeoutMillis(0);
    super.onConnectionError(ctx, outbound, cause, error);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (Outgoing.isOfTheNetwork(cause)) {
      ctx.channel().close();
      return;
    }
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
      LOG.error("unexpected failure on the connection with {}", otherEnd(), cause);
    }
    super.exceptionCaught(ctx, cause);
  }
}
