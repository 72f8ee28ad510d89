package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.memory.Bounded;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request of the gateway's own to one server, beside the exchanges of clients: a page, a copy
 * of somebody's request. Asked once, within its time; what is more of the answer's body than is
 * wanted is dropped. Event loop only; answers once.
 */
public final class Errand extends OwnRequest {
  private final UpstreamRequest request;
  private final Consumer<Errand> asker;
  private final int mostBytes;

  @Bounded("by what the asker wants of the body")
  private final ByteBuf body;

  private boolean whole = true;
  private int status;
  private String contentType = "";
  private String wrong = "";
  private byte[] content = {};

  private Errand(
      LoopPools pools,
      Endpoint endpoint,
      UpstreamRequest request,
      int mostBytes,
      Consumer<Errand> asker) {
    super(pools, endpoint, "no answer in time");
    this.request = request;
    this.mostBytes = mostBytes;
    this.body = mostBytes == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.buffer(0, mostBytes);
    this.asker = asker;
  }

  /**
   * Sends a request that has no body, and is told what came of it, perhaps before this returns.
   *
   * @param mostBytes of the answer's body that are wanted
   */
  public static Errand run(
      LoopPools pools,
      Endpoint endpoint,
      ConnectionSettings settings,
      UpstreamRequest request,
      Duration atMost,
      int mostBytes,
      Consumer<Errand> asker) {
    Errand errand = new Errand(pools, endpoint, request, mostBytes, asker);
    errand.endsWithin(atMost.toNanos());
    pools.acquire(endpoint, settings, errand);
    return errand;
  }

  /**
   * A request without a body, which lives by itself.
   *
   * @param path in origin form, with its query
   * @param fields which are copied
   * @param host null for the server's own
   */
  public static UpstreamRequest request(
      CharSequence method, CharSequence path, Fields fields, @Nullable AsciiString host) {
    RequestHead head = new RequestHead();
    Http2RequestRules.begin(head);
    for (int i = 0; i < fields.count(); i++) {
      head.fields().add(fields.name(i), fields.value(i));
    }
    Http2RequestRules.apply(head, method, path, host == null ? "localhost" : host, null, true);
    AsciiString authority = host == null ? null : head.authority();
    head.fields().remove(HeaderName.HOST);
    return new UpstreamRequest(head, head.fields(), authority, false);
  }

  /** Nobody waits for it any more. */
  public void giveUp() {
    finish("given up");
  }

  /** Why there was no answer; empty where there is one. */
  public String wrong() {
    return wrong;
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** Its media type; empty where the server names none. */
  public String contentType() {
    return contentType;
  }

  /** As much of its body as was wanted. */
  public byte[] body() {
    return content;
  }

  /** Whether that is all of it. */
  public boolean isWhole() {
    return whole;
  }

  @Override
  void connected(UpstreamStream way) {
    takes(way);
    way.send(request, this);
    way.flush();
  }

  @Override
  public void onHead(ResponseHead head) {
    status = head.status();
    AsciiString type = head.fields().first(HeaderName.CONTENT_TYPE);
    contentType = type == null ? "" : type.toString();
    if (head.framing() == Framing.TUNNEL) {
      finish("a change of protocol");
    }
  }

  @Override
  public void onBody(ByteBuf piece) {
    if (!isOver()) {
      int taken = Math.min(piece.readableBytes(), mostBytes - body.writerIndex());
      whole &= taken == piece.readableBytes();
      if (taken > 0) {
        body.writeBytes(piece, taken);
      }
    }
    piece.release();
  }

  @Override
  public void onEnd(Fields trailers) {
    answered("");
  }

  @Override
  void ended(String how) {
    wrong = how;
    content = new byte[body.readableBytes()];
    body.readBytes(content);
    body.release();
    asker.accept(this);
  }
}
