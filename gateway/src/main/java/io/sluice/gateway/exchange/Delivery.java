package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.config.LoadBalancing;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.ProxyHeaderWriter;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.telemetry.AccessEntry;
import io.sluice.gateway.trace.ExchangeSpan;
import io.sluice.gateway.upstream.Admission;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.ConnectionWaiter;
import io.sluice.gateway.upstream.Endpoint;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.upstream.ResponseReceiver;
import io.sluice.gateway.upstream.UpstreamStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exchange's way to an answer from its backend: one try after the other.
 *
 * <pre>
 *   WAITING ──a place──▶ CONNECTING ──a way──▶ SENT ──a head──▶ ANSWERED
 *                            ▲                  │
 *                            └── another try ───┘       from each of them: OVER
 * </pre>
 *
 * <p>What may be tried again, and when, is {@link RetryRule}'s to say; this class knows what can
 * be: nothing once a byte of the response has gone to the client, nothing whose body was not kept
 * whole, and no endpoint twice. A pooled connection that died before it answered is replaced once
 * by a new one to the same endpoint, and does not count. Event loop only.
 */
final class Delivery implements ConnectionWaiter, ResponseReceiver {
  /** Where the try under way stands. */
  private enum Phase {
    /** The exchange has no place at the backend yet. */
    WAITING,
    /** A way to the candidate is asked for; nothing was sent to it. */
    CONNECTING,
    /** The candidate's server has the request, or some of it. */
    SENT,
    /** It has answered: no other is tried. */
    ANSWERED,
    /** The exchange has ended. */
    OVER
  }

  private final Exchange exchange;
  private final LoopPools pools;
  private final Admission admission;
  private final UpstreamRequest request;
  private final RetryRule rule;
  private final RequestCopy copy;

  @Bounded("by the candidates of the backend")
  private List<Candidate> failed = List.of();

  /** The attempts before the one under way, for the log. */
  @Bounded("by the candidates of the backend")
  private List<AccessEntry.Try> tries = List.of();

  /** As it was in the table when the last try began, or the first one waited for its place. */
  private CompiledBackend backend;

  private Phase phase = Phase.WAITING;

  /** Whose turn it is, from CONNECTING on. */
  private @Nullable Candidate candidate;

  /** The way to it, while there is one: in SENT and ANSWERED. */
  private @Nullable UpstreamStream stream;

  /** Where places are few; else it is counted as one of those inside. */
  private @Nullable QueuePlace place;

  private boolean counted;
  private boolean replaced;
  private int count;

  /** What the try's server has answered; 0 for nothing yet. */
  private int answered;

  private long startedNanos;
  private long durationNanos;

  Delivery(
      Exchange exchange,
      LoopPools pools,
      CompiledBackend backend,
      UpstreamRequest request,
      RetryRule rule) {
    this.exchange = exchange;
    this.pools = pools;
    this.backend = backend;
    this.admission = backend.admission();
    this.request = request;
    this.rule = rule;
    this.copy = new RequestCopy(rule.mostKeptBytes(), pools.loop().ledger());
  }

  /** Waits for a place at the backend, where places are few, and begins, if it has not its part. */
  void start() {
    backend.budget().requestBegan();
    int most = pools.loop().ledger().exchangesForOneBackend();
    if (backend.written().limits().maxRequests() > 0) {
      place = QueuePlace.ask(this, backend, most, pools);
    } else if (admission.begin(most)) {
      counted = true;
      next(Reason.NO_ENDPOINT);
    } else {
      pools.loop().ledger().refuseExchange();
      exchange.refuse(Reason.OVERLOADED);
    }
  }

  /** There is a place. */
  void onPlace() {
    if (phase == Phase.WAITING) {
      next(Reason.NO_ENDPOINT);
    }
  }

  void onNoPlace(Reason reason) {
    exchange.refuse(reason);
  }

  /**
   * Picks an endpoint that this exchange has not failed on and asks for a way to it.
   *
   * @param otherwise what the client is told when there is none
   */
  private void next(Reason otherwise) {
    backend = exchange.asItIsNow(backend);
    Candidate picked = Affinity.pick(exchange, backend, failed);
    if (picked == null) {
      exchange.refuse(otherwise);
      return;
    }
    candidate = picked;
    phase = Phase.CONNECTING;
    answered = 0;
    count++;
    startedNanos = pools.loop().now();
    ExchangeSpan span = exchange.span();
    if (span != null) {
      EndpointKey key = picked.endpoint().key();
      span.tryBegins(request.method().toString(), key.host(), key.port(), count - 1);
    }
    pools.acquire(picked.endpoint(), backend.settings(), this);
  }

  /** Whether the backend has about as many exchanges as the gateway allows one. */
  boolean isToCrowded() {
    return admission.inside() >= pools.loop().ledger().exchangesForOneBackend() / 4 * 3;
  }

  int count() {
    return count;
  }

  @Nullable Candidate candidate() {
    return candidate;
  }

  /** The attempts before the last one. */
  List<AccessEntry.Try> failedTries() {
    return tries;
  }

  String endpointName() {
    return candidate == null ? "" : candidate.endpoint().name();
  }

  long durationNanos() {
    return durationNanos;
  }

  private void tryEnds(String error) {
    ExchangeSpan span = exchange.span();
    if (span != null) {
      span.tryEnds(answered, error);
    }
  }

  /**
   * The exchange is over: whatever is still under way is given up.
   *
   * @param error why; empty where it went the ordinary way
   */
  void end(String error) {
    if (phase != Phase.OVER) {
      phase = Phase.OVER;
      durationNanos = count == 0 ? 0 : pools.loop().now() - startedNanos;
      tryEnds(error);
      copy.drop();
      if (place != null) {
        place.leave();
      } else if (counted) {
        admission.leave();
      }
      if (stream != null) {
        stream.abort();
      } else if (candidate != null) {
        pools.giveUp(candidate.endpoint(), this);
      }
    }
  }

  // The request, from the exchange.

  void sendBody(ByteBuf piece) {
    if (stream == null) {
      boolean kept = copy.add(piece);
      piece.release();
      if (!kept) {
        exchange.refuse(Reason.OVERLOADED);
      }
      return;
    }
    if (phase == Phase.SENT) {
      copy.add(piece);
    }
    stream.sendBody(piece);
  }

  void sendEnd(Fields trailers) {
    copy.end(trailers);
    if (stream != null) {
      stream.sendEnd(trailers);
    }
  }

  /** Whether all of the request has come. */
  boolean isRequestWhole() {
    return copy.hasEnd();
  }

  void flush() {
    if (stream != null) {
      stream.flush();
    }
  }

  /** Whether more of the body may be read from the client now. */
  boolean takesBody() {
    return stream != null && stream.isWritable();
  }

  /** Stops or goes on reading the response. */
  void reading(boolean wanted) {
    if (stream != null && phase != Phase.OVER) {
      stream.reading(wanted);
    }
  }

  // The connection.

  @Override
  public void onConnected(UpstreamStream connected) {
    if (phase == Phase.OVER) {
      connected.giveBack();
      return;
    }
    if (hasLeft(connected.endpoint())) {
      connected.giveBack();
      tryEnds(Reason.NO_ENDPOINT.label());
      count--;
      next(Reason.NO_ENDPOINT);
      return;
    }
    stream = connected;
    phase = Phase.SENT;
    ExchangeSpan span = exchange.span();
    if (span != null) {
      span.tellServer(request.fields());
    }
    connected.send(request, this);
    // It may have failed already, and another one may be asked for.
    if (stream == connected) {
      copy.sendTo(connected, rule.mayFollow(request) || connected.mayGoUnseen());
      connected.flush();
      exchange.onServerTakesBody(connected.isWritable());
    }
  }

  /**
   * Whether the backend no longer has a server that it had when a connection to it was asked for.
   */
  private boolean hasLeft(Endpoint endpoint) {
    CompiledBackend now = exchange.asItIsNow(backend);
    return now != backend && !now.wanted().contains(endpoint.key());
  }

  @Override
  public ProxyHeaderWriter.Ends ends() {
    return exchange.ends();
  }

  @Override
  public void onConnectFailed(Reason reason) {
    if (phase == Phase.CONNECTING) {
      onFailed(reason, Seen.NO);
    }
  }

  // The response, from the connection.

  @Override
  public void onInterim(ResponseHead head) {
    exchange.onInterim(head);
  }

  @Override
  public void onHead(ResponseHead head) {
    if (rule.looksAtResponses()
        && retries(rule.afterResponse(count, request, head.status()), true)) {
      UpstreamStream given = stream;
      stream = null;
      if (given != null) {
        given.abort();
      }
      report(head.status());
      goOn(Reason.UPSTREAM_CLOSED, Integer.toString(head.status()));
      return;
    }
    phase = Phase.ANSWERED;
    copy.drop();
    report(head.status());
    exchange.onHead(head);
  }

  @Override
  public void onBody(ByteBuf piece) {
    exchange.onBody(piece);
  }

  @Override
  public void onEnd(Fields trailers) {
    stream = null;
    exchange.onEnd(trailers);
  }

  @Override
  public void onServerEnded() {
    exchange.onServerEnded();
  }

  @Override
  public void onPause() {
    exchange.onResponsePause();
  }

  @Override
  public void onWritabilityChanged(boolean writable) {
    exchange.onServerTakesBody(writable);
  }

  @Override
  public void onFailure(Reason reason, Seen seen) {
    if (phase == Phase.OVER) {
      return;
    }
    stream = null;
    // A server that cannot change protocols cannot on a new connection either.
    boolean elsewhere = reason == Reason.UPGRADE_REFUSED;
    boolean stale =
        (seen == Seen.NO && !elsewhere)
            || (seen == Seen.PERHAPS && RetryRule.isIdempotent(request));
    if (phase == Phase.SENT && stale && !replaced && candidate != null && copy.isWhole()) {
      replaced = true;
      phase = Phase.CONNECTING;
      pools.connect(candidate.endpoint(), backend.settings(), this);
      return;
    }
    onFailed(reason, seen);
  }

  private void onFailed(Reason reason, Seen seen) {
    if (reason != Reason.UPGRADE_REFUSED && candidate != null) {
      candidate.health().failed(reason);
    }
    boolean unsent = phase == Phase.CONNECTING || seen == Seen.NO;
    if (phase != Phase.ANSWERED
        && retries(rule.afterFailure(count, request, reason, unsent), !unsent)) {
      goOn(reason, reason.label());
    } else {
      exchange.refuse(reason);
    }
  }

  /**
   * Whether what the rule wants can be done.
   *
   * @param budgeted whether a server has already worked on the request, so that another attempt is
   *     load that the backend did not ask for
   */
  private boolean retries(boolean wanted, boolean budgeted) {
    if (!wanted || !copy.isWhole() || !hasAnother()) {
      return false;
    }
    boolean limited = !rule.isOperators() || backend.written().limits().limitsOperators();
    if (budgeted && limited && !backend.budget().take()) {
      exchange.onRetryDenied();
      return false;
    }
    return true;
  }

  /** Whether the backend, as it is now, has a server that has not been tried. */
  private boolean hasAnother() {
    return exchange.asItIsNow(backend).balancer().hasOther(this::isTried);
  }

  private boolean isTried(Candidate each) {
    return each.equals(candidate) || failed.contains(each);
  }

  /**
   * @param seen what was wrong with the attempt, for the log
   */
  private void goOn(Reason because, String seen) {
    if (failed.isEmpty()) {
      failed = new ArrayList<>(2);
      tries = new ArrayList<>(2);
    }
    if (candidate != null) {
      failed.add(candidate);
      long nanos = pools.loop().now() - startedNanos;
      tries.add(new AccessEntry.Try(candidate.endpoint().name(), seen, nanos));
      tryEnds(seen);
    }
    exchange.onRetry(because);
    next(because);
  }

  /** Tells the server's health what its answer says. */
  private void report(int status) {
    answered = status;
    if (candidate == null) {
      return;
    }
    if (status >= 500) {
      candidate.health().failed(status);
      return;
    }
    candidate.health().succeeded();
    // Nobody else looks at it, and every event loop would write to it at every answer.
    if (backend.written().balancing().policy() == LoadBalancing.Policy.PEAK_EWMA) {
      candidate.health().took(pools.loop().now() - startedNanos);
    }
  }
}
