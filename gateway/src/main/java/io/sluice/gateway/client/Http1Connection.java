package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.gateway.client.ClientDeadline.Wait;
import io.sluice.gateway.exchange.ClientStream;
import io.sluice.gateway.exchange.ExchangeHandler;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.Outgoing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1 connection of a client: reads requests one at a time, writes their responses in the
 * same order, and decides when it ends.
 *
 * <p>Pipelined bytes wait unread until the response before them is complete. A connection that is
 * closed while the client may still be sending lingers: its output is shut down first and what
 * comes is discarded, so that the last response is not lost to a reset.
 *
 * <pre>
 *   AWAITING_HEAD ──head──▶ READING_BODY ──end──▶ AWAITING_RESPONSE ──response sent──▶ AWAITING_HEAD
 *        │                        │                       │
 *        └──── refused, closing ──┴───────────────────────┴──▶ FLUSHING ──▶ LINGERING ──▶ CLOSED
 * </pre>
 */
final class Http1Connection extends ChannelInboundHandlerAdapter
    implements ClientConnection, ClientStream, Holder {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  private enum State {
    AWAITING_HEAD,
    READING_BODY,
    AWAITING_RESPONSE,
    TUNNEL,
    /** The last response is on its way. */
    FLUSHING,
    /** It is sent; what still comes is discarded. */
    LINGERING,
    CLOSED
  }

  private final BoundSocket socket;
  private final ServerLoop loop;
  private final ExchangeHandler handler;
  private final Http1Requests requests;
  private final Http1Responses responses;
  private final ClientDeadline deadline;
  private final Channel channel;
  private final Outgoing outgoing;
  private final Peer peer;
  private final Http1Input input;
  private final Account unread;
  private State state = State.AWAITING_HEAD;

  /** Requests are being read: whatever is written meanwhile is flushed once at the end. */
  private boolean processing;

  private boolean flushWanted;

  /** Whether the connection may serve another request after this one. */
  private boolean keepAlive;

  /** Whether it ends as soon as it is idle. */
  private boolean leaving;

  Http1Connection(
      ProxyContext proxy,
      BoundSocket socket,
      ServerLoop loop,
      Channel channel,
      Peer peer,
      ClientTerms terms) {
    this.socket = socket;
    this.loop = loop;
    this.channel = channel;
    this.outgoing = new Outgoing(channel, loop.pools().loop().heads());
    this.responses = new Http1Responses(outgoing);
    this.handler = new ExchangeHandler(proxy, this);
    LoopLedger ledger = loop.pools().loop().ledger();
    this.input = new Http1Input(channel, ledger);
    this.unread = ledger.account(Budget.UNREAD, this);
    this.requests =
        new Http1Requests(
            terms.headLimits(),
            terms.limits().bodyRate(),
            loop.pools().loop()::now,
            ledger,
            new HeadUnderWay());
    this.deadline =
        new ClientDeadline(
            terms.timeouts(),
            loop.pools().loop().deadlines(),
            outgoing::unsentBytes,
            this::onExpired);
    this.peer = peer;
    watch();
  }

  @Override
  public BoundSocket socket() {
    return socket;
  }

  @Override
  public void closeWhenIdle() {
    leaving = true;
    deadline.expectNoOther();
  }

  @Override
  public long idleNanos() {
    boolean idle = state == State.AWAITING_HEAD && !requests.started();
    return idle ? deadline.stalledNanos() : -1;
  }

  @Override
  public void closeIdle() {
    close();
  }

  @Override
  public void shed(long stalledNanos, boolean ofCrowded) {
    if (handler.mayBeShed(ofCrowded) && deadline.stalledNanos() >= stalledNanos) {
      deadline.giveUp();
    }
  }

  /** Leaves a connection that turns out to speak HTTP/2. */
  void giveUp() {
    state = State.CLOSED;
    deadline.remove();
    loop.connections().remove(this);
  }

  // What the client sends.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (isOver()) {
      if (!input.discard(in)) {
        close();
      }
      return;
    }
    if (input.hasEarly()) {
      hold(in);
      return;
    }
    process(in);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    afterReading();
  }

  private void afterReading() {
    if (handler.isBusy()) {
      handler.onRequestPause();
    }
    if (flushWanted) {
      flushWanted = false;
      flushNow();
    }
  }

  private void flushNow() {
    outgoing.flush();
    unread.set(outgoing.unsentBytes());
  }

  @Override
  public long holds() {
    return state == State.CLOSED ? 0 : outgoing.unsentBytes();
  }

  @Override
  public long unreadBytes() {
    return unread.bytes();
  }

  /** Others need the room of what this client does not read. */
  @Override
  public void cut() {
    onExpired(Wait.READING);
  }

  /** Reads as many requests as can be answered now; what is left waits. Takes the buffer over. */
  private void process(ByteBuf in) {
    processing = true;
    try {
      while (in.isReadable() && read(in)) {
        // Until the bytes end, or a response has to go first.
      }
      if (in.isReadable() && (state == State.AWAITING_RESPONSE || state == State.AWAITING_HEAD)) {
        hold(in.retain());
      }
    } catch (ProxyError refused) {
      handler.onRejected(requests.head(), refused.reason());
    } finally {
      in.release();
      processing = false;
    }
  }

  /**
   * Takes the next piece of a request out of the bytes; false when nothing more can be taken for
   * now.
   */
  private boolean read(ByteBuf in) {
    if (state == State.AWAITING_HEAD) {
      // A client that pipelines must also read: its next request waits until there is room for the
      // answer.
      if (!channel.isWritable()) {
        return false;
      }
      boolean begins = !requests.started();
      if (requests.readHead(in)) {
        onHead(requests.head());
      } else if (begins) {
        watch();
      }
      return true;
    }
    if (state == State.TUNNEL) {
      handler.onRequestBody(in.readRetainedSlice(in.readableBytes()));
      return true;
    }
    if (state == State.READING_BODY) {
      watch();
      ByteBuf piece = requests.bodyPiece(in);
      if (piece != null) {
        handler.onRequestBody(piece);
      }
      if (state == State.READING_BODY && !responses.underWay() && requests.isTooSlow()) {
        throw Reason.BODY_TOO_SLOW.error();
      }
      if (state == State.READING_BODY && requests.bodyHasEnded()) {
        onBodyEnd();
      }
      return true;
    }
    return false;
  }

  /** A head that has begun and does not go on can be cut; one that is complete is a request. */
  private final class HeadUnderWay implements Holder {
    @Override
    public long holds() {
      return requests.headBytes();
    }

    @Override
    public void cut() {
      if (state == State.AWAITING_HEAD) {
        onExpired(Wait.HEAD);
      }
    }
  }

  private void onHead(RequestHead head) {
    keepAlive = HopByHop.keepsAlive(head.fields(), head.minorVersion());
    if (head.hasBody()) {
      requests.beginBody();
      state = State.READING_BODY;
    } else {
      state = State.AWAITING_RESPONSE;
    }
    watch();
    handler.onRequest(head);
  }

  private void onBodyEnd() {
    state = State.AWAITING_RESPONSE;
    watch();
    handler.onRequestEnd(requests.trailers());
  }

  private void hold(ByteBuf in) {
    if (!input.keep(in)) {
      handler.onClosed(Reason.OVERLOADED);
      close();
    }
  }

  @Override
  public void reading(boolean wanted) {
    if (input.pause(!wanted)) {
      requests.paused(!wanted);
      watch();
    }
  }

  /** Goes on with what was held, when its turn has come. */
  private void resume() {
    boolean ready = (state == State.AWAITING_HEAD && channel.isWritable()) || state == State.TUNNEL;
    if (input.hasEarly() && !processing && ready) {
      process(input.takeEarly());
      afterReading();
    }
    if (state != State.CLOSED) {
      input.apply();
    }
  }

  // What the client gets.

  @Override
  public LoopPools pools() {
    return loop.pools();
  }

  @Override
  public @Nullable CompiledListener listener(RoutingTable table) {
    return socket.listener(table);
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public void sendInterim(ResponseHead head) {
    if (isOver()) {
      return;
    }
    responses.interim(head);
  }

  @Override
  public void sendHead(ResponseHead head) {
    if (isOver()) {
      return;
    }
    if (head.framing() == Framing.TUNNEL) {
      beginTunnel(head);
      return;
    }
    boolean modern = requests.head().minorVersion() == 1;
    // A request that is still coming in cannot be told from the next one once its response is sent.
    boolean isLast = leaving || socket.isClosed();
    keepAlive &= state == State.AWAITING_RESPONSE && modern && !isLast;
    responses.head(head, requests.head(), !keepAlive);
    watch();
  }

  /** From here on the connection carries bytes, no messages. */
  private void beginTunnel(ResponseHead head) {
    keepAlive = false;
    state = State.TUNNEL;
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    responses.tunnel(head, requests.head());
    watch();
    resume();
  }

  @Override
  public void sendBody(ByteBuf piece) {
    if (isOver()) {
      piece.release();
      return;
    }
    responses.piece(piece);
    if (state == State.READING_BODY) {
      watch();
    }
  }

  @Override
  public void sendEnd(Fields trailers) {
    if (isOver()) {
      return;
    }
    responses.end(trailers);
    if (!keepAlive || state != State.AWAITING_RESPONSE) {
      closeGently();
      return;
    }
    state = State.AWAITING_HEAD;
    requests.next();
    input.pause(false);
    watch();
    resume();
  }

  private boolean isOver() {
    return state == State.FLUSHING || state == State.LINGERING || state == State.CLOSED;
  }

  @Override
  public void flush() {
    if (processing) {
      flushWanted = true;
    } else if (state != State.CLOSED) {
      flushNow();
    }
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    boolean writable = ctx.channel().isWritable();
    watch();
    handler.onWritabilityChanged(writable);
    if (writable) {
      resume();
    }
  }

  @Override
  public void endTunnelOutput() {
    if (!isOver()) {
      flushNow();
      outgoing.whenSent(this::onTunnelSent);
    }
  }

  private void onTunnelSent() {
    if (state == State.TUNNEL) {
      outgoing.shutOutput();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (Outgoing.endsInput(event) && state == State.TUNNEL) {
      if (input.end()) {
        handler.onRequestEnd(Fields.EMPTY);
        handler.onRequestPause();
      }
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  private void watch() {
    deadline.expect(waitsFor());
  }

  private Wait waitsFor() {
    if (!channel.isWritable() && state != State.CLOSED) {
      return Wait.READING;
    }
    return switch (state) {
      case AWAITING_HEAD -> waitsForRequest();
      case READING_BODY -> waitsForBody();
      case FLUSHING -> Wait.READING;
      case LINGERING -> Wait.GOODBYE;
      case AWAITING_RESPONSE, TUNNEL, CLOSED -> Wait.NOTHING;
    };
  }

  private Wait waitsForRequest() {
    if (requests.started()) {
      return Wait.HEAD;
    }
    return leaving ? Wait.LAST_REQUEST : Wait.NEXT_REQUEST;
  }

  private Wait waitsForBody() {
    if (input.isPaused()) {
      return Wait.NOTHING;
    }
    return responses.underWay() ? Wait.STREAM : Wait.BODY;
  }

  private void onExpired(Wait wait) {
    switch (wait) {
      case NEXT_REQUEST, LAST_REQUEST -> closeGently();
      case HEAD, BODY -> handler.onRejected(requests.head(), Reason.REQUEST_TIMEOUT);
      case STREAM -> handler.onRejected(requests.head(), Reason.STREAM_IDLE);
      case READING -> {
        handler.onClosed(Reason.CLIENT_STALLED);
        close();
      }
      case GOODBYE, NOTHING -> close();
    }
  }

  // How it ends.

  /**
   * Ends the connection after what was sent, without losing it should the client still be sending.
   */
  private void closeGently() {
    boolean mayStillSend =
        state == State.READING_BODY || (state == State.TUNNEL && !input.hasEnded());
    boolean clientDone = !mayStillSend && !input.hasEarly();
    state = State.FLUSHING;
    watch();
    flushNow();
    outgoing.whenSent(() -> onAllSent(clientDone));
    if (state != State.CLOSED) {
      input.ignore();
    }
  }

  private void onAllSent(boolean clientDone) {
    if (state != State.FLUSHING) {
      return;
    }
    if (clientDone || !channel.isActive()) {
      close();
      return;
    }
    state = State.LINGERING;
    watch();
    ((DuplexChannel) channel).shutdownOutput();
  }

  @Override
  public void abort(Reason reason) {
    if (!isOver()) {
      closeGently();
    }
  }

  @Override
  public void onFault(Reason reason) {
    // The connection ends with the response, which is what a fault costs here.
  }

  private void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      input.close();
      unread.close();
      requests.close();
      deadline.remove();
      outgoing.discard();
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    handler.onClosed(Reason.CLIENT_GONE);
    close();
    loop.connections().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset or a failed write is the network's; anything else is ours.
    boolean network = Outgoing.isOfTheNetwork(cause);
    if (!network) {
      LOG.error("unexpected failure on a connection from {}", peer.text(), cause);
    }
    handler.onClosed(network ? Reason.CLIENT_GONE : Reason.INTERNAL_ERROR);
    close();
  }
}
