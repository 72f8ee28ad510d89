package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
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
import io.sluice.gateway.tls.TlsSession;
import io.sluice.gateway.trace.ExchangeSpan;
import io.sluice.gateway.trace.SideSpan;
import io.sluice.gateway.upstream.Errand;
import io.sluice.gateway.wire.DeadlineWheel;
import io.sluice.gateway.wire.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
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
 *   ARRIVED ──its backend is known, its body held──▶ FORWARDED ──a head──▶ Answering | TUNNEL
 *      └── an answer of the gateway's own ──────────────┴── an end, or a failure ──┴──▶ OVER
 *                           └── Replaced, where an error has a page ──┘
 * </pre>
 *
 * <p>Made for one request and never used again, so nothing that arrives late can touch another one.
 * The request's way to a server is its {@link RequestBody} and its {@link Delivery}. Ends exactly
 * once, in {@link #finish}: there the middlewares are told, and its {@link ExchangeRecord} tells
 * meters, log and trace. Event loop only.
 */
final class Exchange implements ExchangeView, LoopLedger.Waiter {
  /** Where its response is in its life. */
  private sealed interface Life {
    /** Of which nothing else is known. */
    enum Plain implements Life {
      /** No server has been asked. */
      ARRIVED,
      /** A server is to answer it. */
      FORWARDED,
      /** Both sides say what they want. */
      TUNNEL,
      /** It has ended, and was counted. */
      OVER
    }

    /** A page is got that is to be sent in the place of a response; what else comes is dropped. */
    final class Replaced implements Life {
      private final ResponseHead head;
      private final byte[] otherwise;
      private final @Nullable Reason reason;

      /**
       * @param head of that response
       * @param otherwise its body, where it is the gateway's own
       * @param reason why it is the gateway's own; null where a server gave it
       */
      Replaced(ResponseHead head, byte[] otherwise, @Nullable Reason reason) {
        this.head = head;
        this.otherwise = otherwise;
        this.reason = reason;
      }
    }

    /**
     * The response has begun, and belongs to the client.
     *
     * @param endsByItself whether its end shows by more than its length
     */
    record Answering(boolean endsByItself) implements Life {
      static final Answering BY_LENGTH = new Answering(false);
      static final Answering BY_ITSELF = new Answering(true);

      static Answering of(ResponseHead head) {
        return head.framing() < 0 ? BY_ITSELF : BY_LENGTH;
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int CONTINUE = 100;
  private static final Verdict.Reply TIME_IS_OVER = Verdict.Reply.of(Reason.EXCHANGE_TIMEOUT);

  private final ProxyContext context;
  private final ClientStream stream;
  private final RequestHead request;
  private final RequestId id;
  private final boolean grpc;
  private final ExchangeRecord record;
  private final RequestBody body;
  private InetAddress client;
  private AsciiString clientText;
  private @Nullable CompiledFrontend frontend;
  private MiddlewareChain.@Nullable Passage passage;
  private @Nullable UpstreamRequest outgoing;
  private @Nullable CompiledBackend backend;
  private @Nullable Delivery delivery;

  /** What stages add to the response, whoever gives it. */
  private Fields added = Fields.EMPTY;

  @Bounded("by the stages")
  private List<SideRequests.Copy> copies = List.of();

  private @Nullable Errand page;
  private DeadlineWheel.@Nullable Deadline deadline;

  /** How long it may take; 0 for as long as it wants. */
  private long wholeNanos;

  /** Whether the client takes trailers; known with the backend. */
  private boolean passesTrailers;

  private Life life = Life.Plain.ARRIVED;

  /**
   * @param revision of the store, by which it is decided
   */
  Exchange(ProxyContext context, ClientStream stream, RequestHead request, long revision) {
    this.context = context;
    this.stream = stream;
    this.request = request;
    this.id = RequestId.of(request.fields());
    this.grpc = GrpcStatus.isCall(request);
    this.record = new ExchangeRecord(context, loop(), request, id, revision);
    this.body = new RequestBody(this, stream);
    this.client = stream.peer().address();
    this.clientText = stream.peer().text();
  }

  private Loop loop() {
    return stream.pools().loop();
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
    record.user(client);
  }

  @Override
  public int status() {
    return record.status();
  }

  @Override
  public long elapsedNanos() {
    return record.elapsedNanos();
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
  public SideSpan aside(String what, String method, String host, int port) {
    ExchangeSpan span = record.span();
    return span == null ? SideSpan.NONE : span.aside(what, method, host, port);
  }

  @Override
  public void holdBody(long mostBytes, int memBytes, Predicate<Runnable> disk) {
    body.hold(mostBytes, memBytes, disk);
  }

  MatchFailures matchFailures() {
    return context.matchFailures();
  }

  /** Whether its backend has its part of all exchanges. */
  boolean isToCrowded() {
    return delivery != null && delivery.isToCrowded();
  }

  boolean isFinished() {
    return life == Life.Plain.OVER;
  }

  private boolean responseHasBegun() {
    return life instanceof Life.Answering || life == Life.Plain.TUNNEL;
  }

  void cameThrough(CompiledListener through) {
    record.listener(through);
    body.mayHave(through.written().limits().bodyBytes());
    InetAddress sender = Forwarding.client(request, through.written(), stream.peer());
    if (sender != client) {
      client = sender;
      clientText = AsciiString.of(NetUtil.toAddressString(sender));
    }
  }

  void belongsTo(CompiledFrontend to) {
    frontend = to;
    record.frontend(to);
    body.mayHave(to.written().maxBodyBytes());
  }

  /** Whether a body of so many bytes is more than listener and frontend take. */
  boolean isTooLarge(long bytes) {
    return body.isTooLarge(bytes);
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

  /** Where it is recorded; null where it is not. */
  @Nullable ExchangeSpan span() {
    return record.span();
  }

  private void follow(Verdict verdict) {
    switch (verdict) {
      case Verdict.Proceed proceed -> forward();
      case Verdict.Refusal refusal -> refuse(refusal);
      case Verdict.Wait wait -> {
        // What comes of the body meanwhile has to be kept; where it is refused, the stage is told.
        prepare();
        wait.later()
            .whenComplete((decision, failure) -> loop().execute(() -> goOn(decision, failure)));
      }
    }
  }

  private void goOn(@Nullable Supplier<Verdict> decision, @Nullable Throwable failure) {
    if (passage == null) {
      return;
    }
    if (life != Life.Plain.ARRIVED) {
      passage.late(decision);
    } else {
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
    if (body.isHeldBack()) {
      askForBody();
      return;
    }
    life = Life.Plain.FORWARDED;
    for (SideRequests.Copy copy : copies) {
      SideRequests.send(copy, this, inTable(copy.backendId()), stream.pools());
    }
    delivery.start();
  }

  /** The whole body has to come first, which a client may want to be asked for. */
  private void askForBody() {
    if (request.fields().has(HeaderName.EXPECT)) {
      outgoing().fields().remove(HeaderName.EXPECT);
      onInterim(new ResponseHead().set(CONTINUE, Framing.NONE));
    }
    stream.reading(true);
  }

  /** The body that was held is here. */
  void onBodyWhole(long bytes) {
    if (outgoing().framing() == Framing.CHUNKED && bytes > 0) {
      outgoing().length(bytes);
    }
    forward();
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
    record.backend(to);
    passesTrailers = outgoing().takesTrailers();
    delivery = new Delivery(this, stream.pools(), to, outgoing(), retryRule());
    // Stages have looked at the head alone, and said there who the client is.
    body.goesTo(delivery, passesTrailers && passage == null);
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
      deadline = loop().deadlines().deadline(this::onDeadline);
      deadline.in(nanos);
    }
  }

  private void onDeadline() {
    if (life != Life.Plain.TUNNEL) {
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
    body.add(piece);
  }

  void onRequestEnd(Fields trailers) {
    body.end(trailers);
  }

  void onRequestPause() {
    body.pause();
  }

  /** The server takes body bytes, or no longer. */
  void onServerTakesBody(boolean takes) {
    body.onServerTakes(takes);
  }

  void onClientWritabilityChanged(boolean writable) {
    if (!isFinished() && delivery != null) {
      delivery.reading(writable && (stream.unreadBytes() == 0 || hasRoom(Budget.UNREAD)));
    }
  }

  /** Whether a budget takes more; where not, both directions go on when it does. */
  boolean hasRoom(Budget budget) {
    return loop().ledger().hasRoom(budget, this);
  }

  @Override
  public void onEased() {
    if (!isFinished() && delivery != null) {
      onServerTakesBody(delivery.takesBody());
      onClientWritabilityChanged(stream.isWritable());
    }
  }

  void onClientClosed(Reason reason) {
    if (!isFinished()) {
      if (!responseHasBegun()) {
        record.answered(reason.status());
      }
      // A tunnel is over when either side leaves it.
      finish(life == Life.Plain.TUNNEL ? null : reason);
    }
  }

  // The response, from the server.

  void onInterim(ResponseHead head) {
    // A client of HTTP/1.0 knows none (RFC 9110 section 15.2).
    if (!isFinished() && !isReplaced() && request.minorVersion() == 1) {
      HopByHop.strip(head.fields());
      stream.sendInterim(head);
      stream.flush();
    }
  }

  void onHead(ResponseHead head) {
    if (isReplaced() || isReplaced(head, Replies.NOTHING, null)) {
      return;
    }
    record.answered(head.status());
    HopByHop.strip(head.fields());
    head.fields().addAll(added);
    date(head.fields());
    if (passage != null) {
      passage.onResponse(head);
    }
    // Not before the stages, which may change how its end shows.
    if (head.framing() == Framing.TUNNEL) {
      life = Life.Plain.TUNNEL;
      body.tunnels();
    } else {
      life = Life.Answering.of(head);
    }
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
    if (isReplaced()) {
      piece.release();
      return;
    }
    sendBody(passage == null || life == Life.Plain.TUNNEL ? piece : passage.onBody(piece));
    if (!stream.isWritable() && delivery != null) {
      delivery.reading(false);
    }
  }

  private void sendBody(ByteBuf piece) {
    if (piece.isReadable()) {
      record.sent(piece.readableBytes());
      stream.sendBody(piece);
    } else {
      piece.release();
    }
  }

  void onResponsePause() {
    if (passage != null && life instanceof Life.Answering) {
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
    if (isReplaced()) {
      return;
    }
    if (passesTrailers) {
      HopByHop.stripTrailers(trailers);
    }
    if (passage != null && life instanceof Life.Answering) {
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
      // One whose length was said cannot end sooner: trailers would be taken for more of it.
      boolean takesStatus = grpc && passesTrailers && life == Life.Answering.BY_ITSELF;
      finish(refusal.reason());
      if (takesStatus) {
        stream.onFault(refusal.reason());
        Replies.endGrpc(stream, refusal);
      } else {
        stream.abort(refusal.reason());
      }
      return;
    }
    if (isReplaced() && because.reason().side() == Reason.Side.UPSTREAM) {
      // The rest of what is replaced.
      return;
    }
    boolean asked = delivery != null && delivery.count() > 0;
    if (life == Life.Plain.FORWARDED || (isReplaced() && asked)) {
      stream.onFault(refusal.reason());
    }
    byte[] text = grpc ? Replies.NOTHING : Replies.body(refusal, id);
    ResponseHead head =
        grpc ? Replies.grpcHead(refusal) : Replies.head(refusal, text.length, isHead());
    record.answered(refusal.status());
    if (!isReplaced(head, text, refusal.reason())) {
      answer(head, text, refusal.reason());
    }
  }

  /** Sends a whole response. */
  private void answer(ResponseHead head, byte[] content, @Nullable Reason reason) {
    head.fields().addAll(added);
    record.answered(head.status());
    if (passage != null) {
      passage.onResponse(head);
    }
    id.setIn(head.fields());
    ByteBuf sent = body(head, content);
    record.sent(sent.readableBytes());
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
    boolean mayBe = passage != null && !grpc && !isReplaced() && head.framing() != Framing.TUNNEL;
    PageSource source = mayBe && passage != null ? passage.page(head.status()) : null;
    CompiledBackend at = source == null ? null : inTable(source.backendId());
    if (source == null || at == null) {
      return false;
    }
    ResponseHead kept = Replies.copy(head);
    HopByHop.strip(kept.fields());
    date(kept.fields());
    Life before = life;
    Life.Replaced replaced = new Life.Replaced(kept, otherwise, reason);
    life = replaced;
    page = SideRequests.ask(source, this, at, stream.pools(), answer -> onPage(answer, replaced));
    if (page == null && !isFinished()) {
      life = before;
      return false;
    }
    body.drop();
    if (!isFinished() && request.hasBody()) {
      stream.reading(false);
    }
    if (reason != null && delivery != null) {
      // Whoever was asked need not go on.
      delivery.end(reason.label());
    }
    return true;
  }

  private boolean isReplaced() {
    return life instanceof Life.Replaced;
  }

  private void onPage(Errand got, Life.Replaced replaced) {
    if (life != replaced) {
      return;
    }
    ResponseHead head = replaced.head;
    Reason reason = replaced.reason;
    if (SideRequests.isPage(got)) {
      Representation.replace(head.fields(), got.contentType(), got.body().length);
      head.framingOf(isHead() ? 0 : got.body().length);
      answer(head, got.body(), reason);
    } else if (reason != null) {
      answer(head, replaced.otherwise, reason);
    } else {
      // What the server had said is gone by now.
      byte[] text = Replies.body(Reason.PAGE_MISSING, head.status(), id);
      Representation.replace(head.fields(), "application/json", text.length);
      head.framingOf(isHead() ? 0 : text.length);
      answer(head, text, Reason.PAGE_MISSING);
    }
  }

  /** An answer's body as the stages make it; nothing where its head says that there is none. */
  private ByteBuf body(ResponseHead head, byte[] content) {
    if (head.framing() == Framing.NONE) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf whole = Unpooled.wrappedBuffer(content);
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
    life = Life.Plain.OVER;
    if (deadline != null) {
      deadline.remove();
    }
    if (page != null) {
      page.giveUp();
    }
    body.drop();
    loop().ledger().exchangeEnds();
    if (delivery != null) {
      delivery.end(reason == null ? "" : reason.label());
    }
    if (passage != null) {
      passage.onFinish();
    }
    String stage = passage == null ? "" : passage.refusedBy();
    record.tell(this, body.bytes(), delivery, stage, reason);
  }
}
