package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.wire.Outgoing;

/**
 * Responses as an HTTP/1.1 client's bytes: each framed as its client understands (RFC 9112 section
 * 6). Event loop only.
 */
final class Http1Responses {
  private final Outgoing outgoing;
  private boolean chunked;
  private boolean underWay;

  Http1Responses(Outgoing outgoing) {
    this.outgoing = outgoing;
  }

  /** Whether a response has begun and not ended. */
  boolean underWay() {
    return underWay;
  }

  void interim(ResponseHead head) {
    outgoing.head(head, false, false);
  }

  /**
   * Begins a response.
   *
   * @param to the request that it answers
   * @param last whether the connection ends with it
   */
  void head(ResponseHead head, RequestHead to, boolean last) {
    if (head.lacksLength(to.method().contentEquals("HEAD"))) {
      head.fields().add(HeaderName.CONTENT_LENGTH, "0");
    }
    underWay = true;
    chunked = head.framing() < 0 && to.minorVersion() == 1;
    outgoing.head(head, chunked, last);
  }

  /** From here on it is bytes, no messages. */
  void tunnel(ResponseHead head, RequestHead to) {
    head.fields().set(HeaderName.CONNECTION, HeaderName.UPGRADE.text());
    head.fields().set(HeaderName.UPGRADE, to.upgrade());
    outgoing.head(head, false, false);
  }

  /** A piece of the body, which is taken over. */
  void piece(ByteBuf piece) {
    if (chunked) {
      outgoing.chunk(piece);
    } else {
      outgoing.piece(piece);
    }
  }

  /** Ends the response, where something says so but the end of the connection. */
  void end(Fields trailers) {
    underWay = false;
    if (chunked) {
      outgoing.lastChunk(trailers);
      chunked = false;
    }
  }
}
