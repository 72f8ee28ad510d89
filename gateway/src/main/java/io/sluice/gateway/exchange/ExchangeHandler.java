package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.tls.ServerIdentity;
import io.sluice.gateway.tls.ServerNames;
import io.sluice.gateway.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * Takes the requests of one client stream, one at a time, and sends each on its way.
 *
 * <p>{@link #onRequest} is the list of what happens to every request, in order. Everything after it
 * belongs to the {@link Exchange}. Owned by its stream; event loop only.
 */
public final class ExchangeHandler {
  private final ProxyContext context;
  private final ClientStream stream;
  private @Nullable Exchange current;

  public ExchangeHandler(ProxyContext context, ClientStream stream) {
    this.context = context;
    this.stream = stream;
  }

  public void onRequest(RequestHead head) {
    boolean room = stream.pools().loop().ledger().exchangeBegins();
    RoutingTable table = context.live().current();
    Exchange exchange = new Exchange(context, stream, head, table.revision());
    current = exchange;

    CompiledListener listener = stream.listener(table);
    if (listener == null) {
      exchange.refuse(Reason.LISTENER_GONE);
      return;
    }
    exchange.cameThrough(listener);
    if (isMisdirected(listener, head)) {
      exchange.refuse(Reason.MISDIRECTED);
      return;
    }
    if (context.via().isLoop(head.fields())) {
      exchange.refuse(Reason.LOOP_DETECTED);
      return;
    }

    if (!room || memoryIsShort(head)) {
      exchange.refuse(Reason.OVERLOADED);
      return;
    }
    if (listener.written().encodedSlashes() == Listener.Slashes.REJECT && head.hasEncodedSlash()) {
      exchange.refuse(Reason.BAD_TARGET);
      return;
    }

    AcmeProof proof = table.proofFor(head.path());
    if (proof != null) {
      exchange.refuse(Replies.proof(proof));
      return;
    }

    CompiledFrontend frontend =
        table.match(listener, new RequestInput(head, context.matchFailures()));
    if (frontend == null) {
      exchange.refuse(Reason.NO_ROUTE);
      return;
    }
    exchange.belongsTo(frontend);
    if (frontend.unavailable() != null) {
      exchange.refuse(Reason.FRONTEND_UNAVAILABLE);
      return;
    }
    if (exchange.isTooLarge(head.framing())) {
      exchange.refuse(Reason.BODY_TOO_LARGE);
      return;
    }

    exchange.process(
        Forwarding.request(
            head,
            frontend.written(),
            listener.written(),
            stream.peer(),
            exchange.clientText(),
            exchange.id(),
            context.via()));
  }

  /**
   * Whether the connection was made for another host (RFC 9110 section 7.4): with a certificate
   * that does not cover this one, or under other rules for clients' certificates.
   */
  private boolean isMisdirected(CompiledListener listener, RequestHead head) {
    TlsSession tls = stream.peer().tls();
    ServerNames names = listener.names();
    if (tls == null || names == null) {
      return false;
    }
    String host = head.host().toString();
    if (tls.identity().asksClientsOtherwiseThan(names.settings())) {
      return true;
    }
    // By name: a renewed certificate is another identity of the same host.
    ServerIdentity now = names.find(host);
    boolean same = now != null && now.hostName().equals(tls.identity().hostName());
    return !same && !tls.identity().covers(host);
  }

  /** Whether what this request may have to leave waiting has no room. */
  private boolean memoryIsShort(RequestHead head) {
    LoopLedger ledger = stream.pools().loop().ledger();
    boolean reads = stream.unreadBytes() == 0 && !ledger.isOverdrawn(Budget.UNREAD);
    return (!reads && ledger.isUsedUp(Budget.UNREAD))
        || (head.hasBody() && (ledger.isUsedUp(Budget.UNSENT) || ledger.isUsedUp(Budget.WAITING)));
  }

  public void onRequestBody(ByteBuf piece) {
    if (current == null) {
      piece.release();
    } else {
      current.onRequestBody(piece);
    }
  }

  public void onRequestEnd(Fields trailers) {
    if (current != null) {
      current.onRequestEnd(trailers);
    }
  }

  /** All that the client's socket held for now has been delivered. */
  public void onRequestPause() {
    if (current != null) {
      current.onRequestPause();
    }
  }

  public void onWritabilityChanged(boolean writable) {
    if (current != null) {
      current.onClientWritabilityChanged(writable);
    }
  }

  /** The request cannot be read: before its head is complete, or in the middle of its body. */
  public void onRejected(RequestHead head, Reason reason) {
    if (current == null || current.isFinished()) {
      stream.pools().loop().ledger().exchangeBegins();
      RoutingTable table = context.live().current();
      Exchange exchange = new Exchange(context, stream, head, table.revision());
      CompiledListener listener = stream.listener(table);
      if (listener != null) {
        exchange.cameThrough(listener);
      }
      current = exchange;
    }
    current.refuse(reason);
  }

  /** The client's connection is gone, or was given up for this reason. */
  public void onClosed(Reason reason) {
    if (current != null) {
      current.onClientClosed(reason);
    }
  }

  public boolean isBusy() {
    return current != null && !current.isFinished();
  }

  /**
   * Whether there is an exchange that may be ended to make room.
   *
   * @param ofCrowded whether only those to backends that have their part may be
   */
  public boolean mayBeShed(boolean ofCrowded) {
    return current != null && !current.isFinished() && (!ofCrowded || current.isToCrowded());
  }
}
