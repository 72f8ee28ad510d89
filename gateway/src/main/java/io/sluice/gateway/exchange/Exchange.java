package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.sluice.gateway.http.ClientClaims;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.GrpcStatus;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.HttpDate;
import io.sluice.gateway.http.ProxyHeaderWriter;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.Representation;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestId;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.TraceParent;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.middleware.ExchangeView;
import io.sluice.gateway.middleware.MiddlewareChain;
import io.sluice.gateway.middleware.PageSource;
import io.sluice.gateway.middleware.Verdict;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.telemetry.AccessEntry;
import io.sluice.gateway.telemetry.RouteMeters;
import io.sluice.gateway.tls.TlsSession;
import io.sluice.gateway.trace.ExchangeSpan;
import io.sluice.gateway.upstream.Errand;
import io.sluice.gateway.wire.DeadlineWheel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its response, from the request's head to the last byte.
 *
 * <pre>
 *   ARRIVED ──(HELD)── its backend is known──▶ FORWARDED ──a head──▶ ANSWERING | TUNNEL
 *      └── an answer of the gateway's own ──┴── an end, or a failure ──┴──▶ OVER
 *                        └── REPLACED, where an error has a page ──┘
 * </pre>
 *
 * <p>Made for one request and never used again, so nothing that arrives late can touch another one.
 * Ends exactly once, in {@link #finish}: there the middlewares are told, the meters counted and the
 * access log written. Event loop only.
 */
final class Exchange implements ExchangeView {
  /** Where it is in its life. */
  private enum Phase {
    /** Nobody has been asked. */
    ARRIVED,
    /** Its body has to be here as a whole first. */
    HELD,
    /** A server is to answer it. */
    FORWARDED,
    /** A page is got that is to be sent in the place of an error; what else comes is dropped. */
    REPLACED,
    /** The response has begun, and belongs to the client. */
    ANSWERING,
    /** Both sides say what they want. */
    TUNNEL,
    /** It has ended, and was counted. */
    OVER
  }

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int CONTINUE = 100;
  private static final Verdict.Reply TIME_IS_OVER = Verdict.Reply.of(Reason.EXCHANGE_TIMEOUT);

  private final ProxyContext context;
  private final ClientStream stream;
  private final RequestHead request;
  private final RequestId id;
  private final long startedNanos;
  private final long revision;
  private @Nullable CompiledListener listener;
  private @Nullable CompiledFrontend frontend;
  private @Nullable CompiledBackend backend;
  private MiddlewareChain.@Nullable Passage passage;
  private @Nullable UpstreamRequest outgoing;
  private String user = "";
  private @Nullable ExchangeSpan span;
  private Fields added = Fields.EMPTY;
  private @Nullable Delivery delivery;

  @Bounded("by the stages")
  private List<SideRequests.Copy> copies = List.of();

  private @Nullable Errand page;
  private @Nullable HeldBody held;
  private long mostHeldBytes;
  private InetAddress client;
  private AsciiString clientText;
  private boolean passesTrailers;
  private boolean endsByItself;
  private final boolean grpc;
  private DeadlineWheel.@Nullable Deadline deadline;

  /** How long it may take; 0 for as long as it wants. */
  private long wholeNanos;

  private Phase phase = Phase.ARRIVED;
  private boolean waitsForRoom;
  private int status;
  private long bytesIn;
  private long bytesOut;

  /**
   * @param revision of the store, by which it is decided
   */
  Exchange(ProxyContext context, ClientStream stream, RequestHead request, long revision) {
    this.revision = revision;
    this.context = context;
    this.stream = stream;
    this.request = request;
    this.id = RequestId.of(request.fields());
    this.startedNanos = stream.pools().loop().now();
    this.grpc = GrpcStatus.isCall(request);
    this.client = stream.peer().address();
    this.clientText = stream.peer().text();
  }

  @Override
  public InetAddress client() {
    return client;
  }

  /** Whose connection the server is told that this is. */
  ProxyHeaderWriter.Ends ends() {
    Peer peer = stream.peer();
    InetSocketAddress local = peer.local();
    int port = client == peer.address() ? peer.port() : 0;
    return new ProxyHeaderWriter.Ends(client, port, local.getAddress(), local.getPort());
  }

  /** By which it is found again. */
  RequestId id() {
    return id;
  }

  @Override
  public String requestId() {
    return id.toString();
  }

  @Override
  public RouteInput asRouted() {
    return new RequestInput(request, context.matchFailures());
  }

  @Override
  public UpstreamRequest outgoing() {
    if (outgoing == null) {
      throw new IllegalStateException("no stage is asked before there is a request to send");
    }
    return outgoing;
  }

  @Override
  public String tlsVersion() {
    TlsSession tls = stream.peer().tls();
    return tls == null ? "" : tls.version();
  }

  @Override
  public @Nullable AsciiString clientCertificate() {
    TlsSession tls = stream.peer().tls();
    return tls == null ? null : tls.clientCertificate();
  }

  @Override
  public void identified(String client) {
    user = client;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public long elapsedNanos() {
    return stream.pools().loop().now() - startedNanos;
  }

  @Override
  public AsciiString clientText() {
    return clientText;
  }

  @Override
  public RequestHead request() {
    return request;
  }

  @Override
  public void answerWith(CharSequence name, CharSequence value) {
    if (added == Fields.EMPTY) {
      added = new Fields();
    }
    added.add(name, value);
  }

  @Override
  public void copyTo(String backendId, BooleanSupplier begins, Consumer<Boolean> ended) {
    if (copies.isEmpty()) {
      copies = new ArrayList<>(1);
    }
    copies.add(new SideRequests.Copy(backendId, begins, ended));
  }

  @Override
  public void holdBody(long mostBytes, int memBytes, Predicate<Runnable> disk) {
    mostHeldBytes = held == null ? mostBytes : Math.min(mostBytes, mostHeldBytes);
    held =
        held == null ? new HeldBody(stream.pools().loop(), memBytes, disk, new HeldOwner()) : held;
  }

  MatchFailures matchFailures() {
    return context.matchFailures();
  }

  /** Whether its backend has its part of all exchanges. */
  boolean isToCrowded() {
    return delivery != null && delivery.isToCrowded();
  }

  boolean isFinished() {
    return phase == Phase.OVER;
  }

  private boolean responseHasBegun() {
    return phase == Phase.ANSWERING || phase == Phase.TUNNEL;
  }

  void cameThrough(CompiledListener through) {
    listener = through;
    InetAddress sender = Forwarding.client(request, through.written(), stream.peer());
    if (sender != client) {
      client = sender;
      clientText = AsciiString.of(NetUtil.toAddressString(sender));
    }
  }

  void belongsTo(CompiledFrontend to) {
    frontend = to;
    span = record(to.written().traceShare());
  }

  /** Whether a body of so many bytes is more than the frontend takes. */
  boolean isTooLarge(long bytes) {
    long most = frontend == null ? 0 : frontend.written().maxBodyBytes();
    long listeners = listener == null ? 0 : listener.written().limits().bodyBytes();
    return (most > 0 && bytes > most) || (listeners > 0 && bytes > listeners);
  }

  /** Asks the frontend's stages, and then a server. */
  void process(UpstreamRequest asked) {
    if (frontend == null) {
      throw new IllegalStateException("no frontend");
    }
    outgoing = asked;
    if (frontend.chain().isEmpty()) {
      forward();
      return;
    }
    passage = frontend.chain().enter(this);
    follow(passage.onRequest());
  }

  private @Nullable ExchangeSpan record(double share) {
    return context.traces().begin(request.fields(), share, elapsedNanos());
  }

  /** Where it is recorded; null where it is not. */
  @Nullable ExchangeSpan span() {
    return span;
  }

  private void follow(Verdict verdict) {
    switch (verdict) {
      case Verdict.Proceed proceed -> forward();
      case Verdict.Refusal refusal -> refuse(refusal);
      case Verdict.Wait wait -> {
        // What comes of the body meanwhile has to be kept; where it is refused, the stage is told.
        prepare();
        wait.later()
            .whenComplete(
                (decision, failure) ->
                    stream.pools().loop().execute(() -> goOn(decision, failure)));
      }
    }
  }

  private void goOn(@Nullable Supplier<Verdict> decision, @Nullable Throwable failure) {
    boolean tooLate = isFinished() || phase == Phase.REPLACED;
    if (tooLate && passage != null) {
      passage.late(decision);
    } else if (passage != null) {
      try {
        follow(passage.resume(decision, failure));
      } catch (RuntimeException bug) {
        LOG.error("unexpected failure behind a stage of {}", frontend, bug);
        stream.abort(Reason.INTERNAL_ERROR);
      }
    }
  }

  private void forward() {
    if (!prepare() || delivery == null) {
      return;
    }
    if (held != null && phase == Phase.ARRIVED) {
      if (!delivery.isRequestWhole()) {
        hold();
        return;
      }
      held.close();
      held = null;
    }
    phase = Phase.FORWARDED;
    for (SideRequests.Copy copy : copies) {
      SideRequests.send(copy, this, inTable(copy.backendId()), stream.pools());
    }
    delivery.start();
  }

  /** Takes the whole body first, which a client may want to be asked for. */
  private void hold() {
    phase = Phase.HELD;
    if (request.fields().has(HeaderName.EXPECT)) {
      outgoing().fields().remove(HeaderName.EXPECT);
      onInterim(new ResponseHead().set(CONTINUE, Framing.NONE));
    }
    stream.reading(true);
  }

  /** Whether there is a backend that the request may wait for; where not, it is refused. */
  private boolean prepare() {
    if (delivery != null) {
      return true;
    }
    CompiledBackend to =
        frontend == null ? null : inTable(Affinity.pickBackend(this, request, frontend.split()));
    if (to == null) {
      refuse(Reason.FRONTEND_UNAVAILABLE);
      return false;
    }
    backend = to;
    passesTrailers = outgoing().takesTrailers();
    delivery = new Delivery(this, stream.pools(), to, outgoing(), retryRule());
    watchWhole();
    return true;
  }

  /** The backend in the table that is current, or as it was known last where it has gone. */
  CompiledBackend asItIsNow(CompiledBackend known) {
    CompiledBackend now = inTable(known.id());
    return now == null ? known : now;
  }

  private @Nullable CompiledBackend inTable(String id) {
    return context.live().current().backend(id);
  }

  private RetryRule retryRule() {
    if (frontend == null) {
      throw new IllegalStateException("forwarded without a frontend");
    }
    return RetryRule.of(frontend.written(), frontend.failover());
  }

  /** The whole exchange has an end where the frontend or a gRPC caller says so. */
  private void watchWhole() {
    long nanos = frontend == null ? 0 : frontend.written().requestTimeout().toNanos();
    if (grpc) {
      long wanted = GrpcStatus.timeoutNanos(request);
      nanos = nanos == 0 || (wanted > 0 && wanted < nanos) ? wanted : nanos;
    }
    wholeNanos = nanos;
    if (nanos > 0) {
      deadline = stream.pools().loop().deadlines().deadline(this::onDeadline);
      deadline.in(nanos);
    }
  }

  private void onDeadline() {
    if (phase != Phase.TUNNEL) {
      refuse(Reason.EXCHANGE_TIMEOUT);
    }
  }

  /** Another endpoint is tried. */
  void onRetry(Reason because) {
    context.telemetry().retried(because.label());
  }

  /** Another endpoint would be tried, had there not been too many retries. */
  void onRetryDenied() {
    context.telemetry().retried("budget_exhausted");
  }

  // The request's body, from the client.

  void onRequestBody(ByteBuf piece) {
    bytesIn += piece.readableBytes();
    if (isFinished() || delivery == null || phase == Phase.REPLACED) {
      piece.release();
    } else if (phase != Phase.TUNNEL
        && (isTooLarge(bytesIn) || (held != null && bytesIn > mostHeldBytes))) {
      piece.release();
      refuse(Reason.BODY_TOO_LARGE);
    } else if (held != null && phase == Phase.HELD) {
      if (!held.add(piece)) {
        refuse(Reason.OVERLOADED);
      }
    } else {
      delivery.sendBody(piece);
      if (!takesBody(delivery.takesBody())) {
        stream.reading(false);
      }
    }
  }

  void onRequestEnd(Fields trailers) {
    if (held != null && phase == Phase.HELD) {
      held.end();
    } else if (!isFinished() && delivery != null && phase != Phase.REPLACED) {
      if (passesTrailers) {
        HopByHop.stripTrailers(trailers);
        ClientClaims.remove(trailers);
      }
      // Stages have looked at the head alone, and said there who the client is.
      boolean passes = passesTrailers && passage == null;
      delivery.sendEnd(passes ? trailers : Fields.EMPTY);
    }
  }

  void onRequestPause() {
    if (!isFinished() && delivery != null) {
      delivery.flush();
    }
  }

  /** The server takes body bytes, or no longer. */
  void onServerTakesBody(boolean takes) {
    if (isFinished() || phase == Phase.REPLACED) {
      return;
    }
    if (held == null) {
      stream.reading(takesBody(takes));
    } else if (takes && sendsHeld()) {
      held.next();
    }
  }

  private boolean sendsHeld() {
    return phase == Phase.FORWARDED || phase == Phase.ANSWERING;
  }

  /** What becomes of a body that was held. */
  private final class HeldOwner implements HeldBody.Owner {
    @Override
    public void onRoom(boolean room) {
      if (phase == Phase.HELD) {
        stream.reading(room);
      }
    }

    @Override
    public void onWhole() {
      if (phase != Phase.HELD || held == null) {
        return;
      }
      if (outgoing().framing() == Framing.CHUNKED && bytesIn > 0) {
        outgoing().length(bytesIn);
      }
      forward();
    }

    @Override
    public void onPiece(@Nullable ByteBuf piece) {
      if (!sendsHeld() || delivery == null || held == null) {
        if (piece != null) {
          piece.release();
        }
      } else if (piece == null) {
        HeldBody whole = held;
        held = null;
        whole.close();
        delivery.sendEnd(Fields.EMPTY);
        delivery.flush();
      } else {
        delivery.sendBody(piece);
        delivery.flush();
        if (delivery.takesBody() && held != null) {
          held.next();
        }
      }
    }

    @Override
    public void onLost() {
      refuse(Reason.OVERLOADED);
    }
  }

  /** Whether to go on reading the client, when the server could take what comes. */
  private boolean takesBody(boolean serverTakes) {
    return serverTakes && hasRoom(Budget.UNSENT);
  }

  void onClientWritabilityChanged(boolean writable) {
    if (!isFinished() && delivery != null) {
      delivery.reading(writable && (stream.unreadBytes() == 0 || hasRoom(Budget.UNREAD)));
    }
  }

  /** Whether a budget takes more; where not, the exchange goes on when it does. */
  private boolean hasRoom(Budget budget) {
    LoopLedger ledger = stream.pools().loop().ledger();
    if (!ledger.isFull(budget)) {
      return true;
    }
    if (!waitsForRoom) {
      waitsForRoom = true;
      ledger.whenEased(budget, this::goOn);
    }
    return false;
  }

  private void goOn() {
    waitsForRoom = false;
    if (!isFinished() && delivery != null) {
      onServerTakesBody(delivery.takesBody());
      onClientWritabilityChanged(stream.isWritable());
    }
  }

  void onClientClosed(Reason reason) {
    if (!isFinished()) {
      status = responseHasBegun() ? status : reason.status();
      // A tunnel is over when either side leaves it.
      finish(phase == Phase.TUNNEL ? null : reason);
    }
  }

  // The response, from the server.

  void onInterim(ResponseHead head) {
    // A client of HTTP/1.0 knows none (RFC 9110 section 15.2).
    if (!isFinished() && request.minorVersion() == 1) {
      HopByHop.strip(head.fields());
      stream.sendInterim(head);
      stream.flush();
    }
  }

  void onHead(ResponseHead head) {
    if (phase == Phase.REPLACED || isReplaced(head, Replies.NOTHING, null)) {
      return;
    }
    phase = head.framing() == Framing.TUNNEL ? Phase.TUNNEL : Phase.ANSWERING;
    status = head.status();
    HopByHop.strip(head.fields());
    head.fields().addAll(added);
    date(head.fields());
    if (passage != null) {
      passage.onResponse(head);
    }
    endsByItself = head.framing() < 0;
    id.setIn(head.fields());
    String cookie =
        backend == null || delivery == null
            ? null
            : Affinity.cookie(request, backend, delivery.candidate());
    if (cookie != null) {
      head.fields().add(HeaderName.SET_COOKIE, cookie);
    }
    stream.sendHead(head);
  }

  /** Whoever forwards a response without a date adds it (RFC 9110 section 6.6.1). */
  private static void date(Fields fields) {
    int first = fields.indexOf(HeaderName.DATE, 0);
    if (first < 0) {
      fields.add(HeaderName.DATE, HttpDate.now());
    } else {
      for (int i = fields.indexOf(HeaderName.DATE, first + 1);
          i >= 0;
          i = fields.indexOf(HeaderName.DATE, i)) {
        fields.removeAt(i);
      }
    }
  }

  void onBody(ByteBuf piece) {
    if (phase == Phase.REPLACED) {
      piece.release();
      return;
    }
    sendBody(passage == null || phase == Phase.TUNNEL ? piece : passage.onBody(piece));
    if (!stream.isWritable() && delivery != null) {
      delivery.reading(false);
    }
  }

  private void sendBody(ByteBuf piece) {
    if (piece.isReadable()) {
      bytesOut += piece.readableBytes();
      stream.sendBody(piece);
    } else {
      piece.release();
    }
  }

  void onResponsePause() {
    if (passage != null && phase == Phase.ANSWERING) {
      sendBody(passage.onBodyPause());
    }
    stream.flush();
    if (stream.unreadBytes() > 0 && !hasRoom(Budget.UNREAD) && delivery != null) {
      delivery.reading(false);
    }
  }

  void onServerEnded() {
    stream.endTunnelOutput();
  }

  void onEnd(Fields trailers) {
    if (phase == Phase.REPLACED) {
      return;
    }
    if (passesTrailers) {
      HopByHop.stripTrailers(trailers);
    }
    if (passage != null && phase == Phase.ANSWERING) {
      sendBody(passage.onBodyEnd());
    }
    finish(null);
    stream.sendEnd(passesTrailers ? trailers : Fields.EMPTY);
    stream.flush();
  }

  // Answers of the gateway's own.

  /**
   * Ends the exchange with an error: as a response where none has begun, as the status of a gRPC
   * call, else by cutting the connection.
   */
  void refuse(Reason reason) {
    refuse(Verdict.Reply.of(reason));
  }

  void refuse(Verdict.Refusal because) {
    if (isFinished()) {
      return;
    }
    Verdict.Refusal refusal = isServersWordForTheEnd(because) ? TIME_IS_OVER : because;
    if (responseHasBegun()) {
      finish(refusal.reason());
      // One whose length was said cannot end sooner: trailers would be taken for more of it.
      if (grpc && passesTrailers && endsByItself) {
        stream.onFault(refusal.reason());
        Replies.endGrpc(stream, refusal);
      } else {
        stream.abort(refusal.reason());
      }
      return;
    }
    if (phase == Phase.REPLACED && because.reason().side() == Reason.Side.UPSTREAM) {
      // The rest of what is replaced.
      return;
    }
    boolean asked = delivery != null && delivery.count() > 0;
    if (phase == Phase.FORWARDED || (phase == Phase.REPLACED && asked)) {
      stream.onFault(refusal.reason());
    }
    byte[] body = grpc ? Replies.NOTHING : Replies.body(refusal, id);
    ResponseHead head =
        grpc ? Replies.grpcHead(refusal) : Replies.head(refusal, body.length, isHead());
    status = refusal.status();
    if (!isReplaced(head, body, refusal.reason())) {
      answer(head, body, refusal.reason());
    }
  }

  /** Sends a whole response. */
  private void answer(ResponseHead head, byte[] body, @Nullable Reason reason) {
    head.fields().addAll(added);
    status = head.status();
    if (passage != null) {
      passage.onResponse(head);
    }
    id.setIn(head.fields());
    ByteBuf sent = body(head, body);
    bytesOut = sent.readableBytes();
    finish(reason);
    Replies.send(stream, head, sent);
  }

  /**
   * Whether a page of a backend is sent in the place of this response, once it is there.
   *
   * @param otherwise the body of an answer of the gateway's own
   * @param reason why there is an answer of the gateway's own; null for a server's response
   */
  private boolean isReplaced(ResponseHead head, byte[] otherwise, @Nullable Reason reason) {
    boolean mayBe =
        passage != null && !grpc && phase != Phase.REPLACED && head.framing() != Framing.TUNNEL;
    PageSource source = mayBe && passage != null ? passage.page(head.status()) : null;
    CompiledBackend at = source == null ? null : inTable(source.backendId());
    if (source == null || at == null) {
      return false;
    }
    ResponseHead kept = Replies.copy(head);
    HopByHop.strip(kept.fields());
    date(kept.fields());
    Phase before = phase;
    phase = Phase.REPLACED;
    page =
        SideRequests.ask(
            source, this, at, stream.pools(), got -> onPage(got, kept, otherwise, reason));
    if (page == null && !isFinished()) {
      phase = before;
      return false;
    }
    if (!isFinished() && request.hasBody()) {
      stream.reading(false);
    }
    if (reason != null && delivery != null) {
      // Whoever was asked need not go on.
      delivery.end(reason.label());
    }
    return true;
  }

  private void onPage(Errand got, ResponseHead head, byte[] otherwise, @Nullable Reason reason) {
    if (phase != Phase.REPLACED) {
      return;
    }
    if (SideRequests.isPage(got)) {
      Representation.replace(head.fields(), got.contentType(), got.body().length);
      head.framingOf(isHead() ? 0 : got.body().length);
      answer(head, got.body(), reason);
    } else if (reason != null) {
      answer(head, otherwise, reason);
    } else {
      // What the server had said is gone by now.
      byte[] body = Replies.body(Reason.PAGE_MISSING, head.status(), id);
      Representation.replace(head.fields(), "application/json", body.length);
      head.framingOf(isHead() ? 0 : body.length);
      answer(head, body, Reason.PAGE_MISSING);
    }
  }

  /** An answer's body as the stages make it; nothing where its head says that there is none. */
  private ByteBuf body(ResponseHead head, byte[] body) {
    if (head.framing() == Framing.NONE) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf whole = Unpooled.wrappedBuffer(body);
    return passage == null
        ? whole
        : Unpooled.wrappedBuffer(passage.onBody(whole), passage.onBodyEnd());
  }

  /** A server that knows the time, too, may end a call at its end before this side does. */
  private boolean isServersWordForTheEnd(Verdict.Refusal because) {
    return wholeNanos > 0
        && because.reason().side() == Reason.Side.UPSTREAM
        && elapsedNanos() >= wholeNanos;
  }

  private boolean isHead() {
    return request.method().contentEquals("HEAD");
  }

  /**
   * Ends the exchange, exactly once. Must run before the stream is told: that may start the next
   * request, which reuses this head.
   */
  private void finish(@Nullable Reason reason) {
    phase = Phase.OVER;
    if (deadline != null) {
      deadline.remove();
    }
    if (page != null) {
      page.giveUp();
    }
    if (held != null) {
      held.close();
    }
    stream.pools().loop().ledger().exchangeEnds();
    long upstreamNanos = 0;
    if (delivery != null) {
      delivery.end(reason == null ? "" : reason.label());
      upstreamNanos = delivery.durationNanos();
    }
    if (passage != null) {
      passage.onFinish();
    }
    long durationNanos = stream.pools().loop().now() - startedNanos;
    if (reason != null) {
      context.telemetry().rejected(reason.label());
    }
    String listenerId = listener == null ? "" : listener.id();
    String backendId = backend == null ? "" : backend.id();
    var meters = frontend == null ? context.telemetry().frontend("") : frontend.meters();
    if (frontend == null) {
      span = record(-1);
    }
    RouteMeters route = meters.route(listenerId, backendId);
    long ofServer = upstreamNanos;
    if (span == null) {
      route.exchange(status, durationNanos, ofServer);
    } else {
      context
          .telemetry()
          .measured(
              span.traceId(), span.spanId(), () -> route.exchange(status, durationNanos, ofServer));
    }
    if (span == null && !context.accessLog().isOn()) {
      return;
    }
    AccessEntry entry = entry(listenerId, backendId, durationNanos, upstreamNanos, reason);
    if (context.accessLog().isOn()) {
      context.accessLog().write(entry);
    }
    if (span != null) {
      boolean brokeOff = reason != null && reason.side() != Reason.Side.CLIENT;
      span.end(
          entry,
          frontend == null ? "" : frontend.written().route(),
          brokeOff && delivery != null && status < 400);
    }
  }

  private String protocol() {
    AsciiString version = request.version();
    return version.isEmpty() ? "" : "HTTP/" + version;
  }

  private String said(String name) {
    AsciiString value = request.fields().first(name);
    return value == null ? "" : AccessEntry.text(value);
  }

  private AccessEntry entry(
      String listenerId,
      String backendId,
      long durationNanos,
      long upstreamNanos,
      @Nullable Reason reason) {
    return new AccessEntry(
        System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(durationNanos),
        clientText.toString(),
        listenerId,
        frontend == null ? "" : frontend.id(),
        backendId,
        delivery == null ? "" : delivery.endpointName(),
        AccessEntry.text(request.method()),
        AccessEntry.text(request.host()),
        AccessEntry.text(request.path()),
        status,
        bytesIn,
        bytesOut,
        durationNanos,
        upstreamNanos,
        delivery == null ? 0 : delivery.count(),
        reason == null ? "" : reason.label(),
        id.toString(),
        protocol(),
        said("User-Agent"),
        said("Referer"),
        tlsVersion(),
        user,
        passage == null ? "" : passage.refusedBy(),
        span == null ? TraceParent.traceId(request.fields()) : span.traceId(),
        revision,
        delivery == null ? List.of() : delivery.failedTries());
  }
}
