package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.sluice.gateway.http.BodyReader;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.InterimBudget;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.ResponseReader;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.wire.DeadlineWheel;
import io.sluice.gateway.wire.Outgoing;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection to a server, serving one exchange at a time.
 *
 * <p>Owned by the {@link LoopPools} of its event loop while idle, and by an exchange while busy. It
 * goes back to the pool only when the request was sent whole, the response was read whole, the
 * server keeps the connection open and not a byte more has arrived; in every other case it is
 * closed, so no response can ever reach the wrong exchange. Event loop only.
 */
final class Http1Upstream extends ChannelInboundHandlerAdapter implements UpstreamStream, Holder {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Upstream.class);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private enum State {
    IDLE,
    AWAITING_HEAD,
    READING_BODY,
    TUNNEL,
    /** A tunnel that the server says no more in. */
    HALF_TUNNEL,
    CLOSED;

    boolean isTunnel() {
      return this == TUNNEL || this == HALF_TUNNEL;
    }

    boolean hasExchange() {
      return this != IDLE && this != CLOSED;
    }
  }

  /** What the client has to say: a request's body, or its direction of a tunnel. */
  private enum Request {
    COMING,
    /** All of it is here, perhaps not in the kernel's hands yet. */
    WHOLE,
    /** The kernel has it. */
    SENT
  }

  private final LoopPools pools;
  private final Endpoint endpoint;
  private final ResponseReader heads = new ResponseReader(HeadLimits.RESPONSE);
  private final BodyReader body = new BodyReader();
  private final DeadlineWheel.Deadline deadline;
  private final Channel channel;
  private final Outgoing outgoing;
  private final Account unsent;
  private final InterimBudget interims = new InterimBudget();
  private final long openedAt;
  private ConnectionSettings settings;
  private State state = State.IDLE;

  /**
   * Whether the body that is read ends with the connection; whoever passes its head on may say
   * otherwise.
   */
  private boolean untilClose;

  private @Nullable ResponseReceiver receiver;
  private Request request = Request.SENT;
  private long requestFraming;
  private AsciiString upgrade = AsciiString.EMPTY_STRING;
  private boolean toHead;
  private boolean keepAlive;
  private boolean reading = true;
  private boolean ending;

  /** What can be said of the request should the connection end now. */
  private ResponseReceiver.Seen seen = ResponseReceiver.Seen.YES;

  /** How long the server may be silent when it is its turn. */
  private long silenceNanos;

  private long unsentAtRestart;

  Http1Upstream(LoopPools pools, Endpoint endpoint, ConnectionSettings settings, Channel channel) {
    this.pools = pools;
    this.endpoint = endpoint;
    this.settings = settings;
    this.channel = channel;
    this.outgoing = new Outgoing(channel, pools.loop().heads());
    this.unsent = pools.loop().ledger().account(Budget.UNSENT, this);
    this.openedAt = pools.loop().now();
    this.deadline = pools.loop().deadlines().deadline(this::onDeadline);
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Where it leads; null once it is closed. */
  @Nullable SocketAddress remote() {
    return channel.remoteAddress();
  }

  ConnectionSettings settings() {
    return settings;
  }

  /** Takes it out of the pool for an exchange of a backend with these settings. */
  void use(ConnectionSettings newSettings) {
    settings = newSettings;
    seen = ResponseReceiver.Seen.PERHAPS;
  }

  @Override
  public void send(UpstreamRequest what, ResponseReceiver newReceiver) {
    assert state == State.IDLE;
    receiver = newReceiver;
    state = State.AWAITING_HEAD;
    toHead = what.method().contentEquals("HEAD");
    upgrade = what.upgrade();
    requestFraming = what.framing();
    request = what.hasBody() ? Request.COMING : Request.WHOLE;
    silenceNanos = settings.timeouts().silence(false).toNanos();
    interims.begin();
    heads.reset();
    endpoint.exchangeBegan();
    restartDeadline();
    outgoing.head(what, endpoint.authority());
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (!state.hasExchange()) {
      piece.release();
      return;
    }
    if (requestFraming == Framing.CHUNKED) {
      outgoing.chunk(piece);
    } else {
      outgoing.piece(piece);
    }
    restartDeadline();
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (!state.hasExchange() || request != Request.COMING) {
      return;
    }
    request = Request.WHOLE;
    if (state.isTunnel()) {
      outgoing.flush();
      outgoing.whenSent(this::onClientEnded);
      return;
    }
    restartDeadline();
    if (requestFraming == Framing.CHUNKED) {
      outgoing.lastChunk(trailers);
    }
  }

  /** All of the client's direction of a tunnel has been sent. */
  private void onClientEnded() {
    request = Request.SENT;
    if (state == State.HALF_TUNNEL) {
      finish(false);
    } else if (state == State.TUNNEL) {
      outgoing.shutOutput();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (Outgoing.endsInput(event) && state.isTunnel()) {
      onServerEnded();
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  /** Each direction of a tunnel ends by itself. */
  private void onServerEnded() {
    if (state == State.HALF_TUNNEL) {
      return;
    }
    if (request == Request.SENT) {
      finish(false);
    } else {
      state = State.HALF_TUNNEL;
      receiver().onServerEnded();
    }
  }

  @Override
  public void flush() {
    if (state != State.CLOSED) {
      outgoing.flush();
      unsent.set(outgoing.unsentBytes());
    }
  }

  @Override
  public long holds() {
    return state == State.CLOSED ? 0 : outgoing.unsentBytes();
  }

  /** Others need the room of what this server does not take. */
  @Override
  public void cut() {
    fail(Reason.RESPONSE_TIMEOUT);
  }

  @Override
  public boolean mayGoUnseen() {
    return false;
  }

  /** Whether it takes another request of a backend with these settings. */
  boolean isYoung(ConnectionSettings wanted) {
    return !wanted.isTooOld(pools.loop().now() - openedAt);
  }

  /** Whether the socket is still open, as far as this side knows. */
  boolean isOpen() {
    return state != State.CLOSED && channel.isActive();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void reading(boolean wanted) {
    if (reading == wanted || state == State.CLOSED) {
      return;
    }
    reading = wanted;
    if (state != State.HALF_TUNNEL) {
      channel.config().setAutoRead(wanted);
    }
    if (wanted || state.isTunnel()) {
      restartDeadline();
    } else {
      deadline.cancel();
    }
  }

  @Override
  public void giveBack() {
    deadline.in(IDLE_NANOS);
    pools.release(this);
  }

  @Override
  public void abort() {
    if (state.hasExchange()) {
      receiver = null;
      close();
    }
  }

  /** Its server goes: a tunnel ends by itself within this time, or is ended. */
  void endTunnelIn(Duration time) {
    ending = true;
    deadline.in(time.toNanos());
  }

  void close() {
    if (state == State.CLOSED) {
      return;
    }
    if (state == State.IDLE) {
      pools.forget(this);
    } else {
      endpoint.exchangeEnded();
      if (state.isTunnel()) {
        pools.forgetTunnel(this);
      }
    }
    state = State.CLOSED;
    unsent.close();
    deadline.remove();
    outgoing.discard();
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    try {
      seen = ResponseReceiver.Seen.YES;
      read(in);
      if (state == State.READING_BODY || state.isTunnel()) {
        restartDeadline();
      }
      if (in.isReadable() && state != State.CLOSED) {
        // Bytes that belong to no response: whatever follows could be taken for the answer to
        // somebody else.
        fail(Reason.BAD_RESPONSE);
      }
    } catch (ProxyError bad) {
      fail(Reason.BAD_RESPONSE);
    } finally {
      in.release();
    }
  }

  private void read(ByteBuf in) {
    while (in.isReadable()) {
      if (state == State.AWAITING_HEAD) {
        if (!heads.read(in, toHead, upgrade)) {
          return;
        }
        onHead(heads.head());
      } else if (state == State.TUNNEL) {
        receiver().onBody(in.readRetainedSlice(in.readableBytes()));
      } else if (state == State.READING_BODY) {
        ByteBuf piece = body.next(in);
        if (piece != null) {
          receiver().onBody(piece);
        }
        if (state == State.READING_BODY && body.finished()) {
          finish(in.isReadable());
          return;
        }
      } else {
        return;
      }
      if (state == State.READING_BODY && body.finished()) {
        finish(in.isReadable());
        return;
      }
    }
  }

  private void onHead(ResponseHead head) {
    untilClose = head.framing() == Framing.UNTIL_CLOSE;
    if (head.framing() == Framing.TUNNEL) {
      state = State.TUNNEL;
      keepAlive = false;
      request = Request.COMING;
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      body.start(Framing.NONE);
      pools.tunnels(endpoint).add(this);
      if (endpoint.state() != Endpoint.State.ACTIVE) {
        endTunnelIn(settings.timeouts().tunnelDrain());
      }
      receiver().onHead(head);
      return;
    }
    if (head.isInterim()) {
      interims.take(head, pools.loop().deadlines().now());
      restartDeadline();
      receiver().onInterim(head);
      heads.reset();
      return;
    }
    keepAlive =
        HopByHop.keepsAlive(head.fields(), head.minorVersion())
            && head.framing() != Framing.UNTIL_CLOSE;
    body.start(head.framing());
    state = State.READING_BODY;
    silenceNanos = settings.timeouts().silence(head.isStream()).toNanos();
    receiver().onHead(head);
  }

  private void finish(boolean bytesLeft) {
    ResponseReceiver finished = receiver();
    receiver = null;
    deadline.cancel();
    if (keepAlive && request != Request.COMING && !bytesLeft) {
      endpoint.exchangeEnded();
      state = State.IDLE;
      reading(true);
      deadline.in(IDLE_NANOS);
      pools.release(this);
    } else {
      close();
    }
    finished.onEnd(body.trailers());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (receiver != null) {
      receiver.onPause();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (receiver != null) {
      restartDeadline();
      receiver.onWritabilityChanged(ctx.channel().isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    boolean endsBody = state == State.READING_BODY && untilClose;
    if (endsBody || state.isTunnel()) {
      finish(false);
    } else {
      fail(Reason.UPSTREAM_CLOSED);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!Outgoing.isOfTheNetwork(cause)) {
      LOG.error("unexpected failure on the connection to {}", endpoint, cause);
    }
    fail(Reason.UPSTREAM_CLOSED);
  }

  private void onDeadline() {
    boolean stillTaking = state != State.IDLE && outgoing.unsentBytes() < unsentAtRestart;
    if (state.isTunnel()) {
      fail(ending ? Reason.TUNNEL_DRAINED : Reason.TUNNEL_IDLE);
    } else if (stillTaking) {
      restartDeadline();
    } else {
      fail(Reason.RESPONSE_TIMEOUT);
    }
  }

  private void fail(Reason reason) {
    if (state == State.CLOSED) {
      return;
    }
    ResponseReceiver failed = receiver;
    receiver = null;
    close();
    if (failed != null) {
      endpoint.attemptFailed();
      failed.onFailure(reason, reason == Reason.UPSTREAM_CLOSED ? seen : ResponseReceiver.Seen.YES);
    }
  }

  /**
   * Runs while it is the server's turn: to answer what was sent whole, or to take what was sent so
   * far.
   */
  private void restartDeadline() {
    if (state.isTunnel()) {
      if (!ending) {
        deadline.in(settings.timeouts().tunnelIdle().toNanos());
      }
    } else if (reading && (request != Request.COMING || !channel.isWritable())) {
      unsentAtRestart = outgoing.unsentBytes();
      deadline.in(silenceNanos);
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
