package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;

/** Reads one {@link RequestHead} after another out of a client's bytes. */
public final class RequestReader {
  private final RequestHead head = new RequestHead();
  private final HeadReader reader;

  public RequestReader(HeadLimits limits) {
    reader = new HeadReader(HeadReader.Kind.REQUEST, limits, head.fields());
  }

  /** The head that is being read, or was read last. */
  public RequestHead head() {
    return head;
  }

  /** Forgets the last head and waits for the next. */
  public void reset() {
    reader.reset();
    head.clear();
  }

  /** Whether a part of a head has arrived. */
  public boolean started() {
    return reader.started();
  }

  /**
   * Takes what belongs to the head out of {@code in}.
   *
   * @return true when {@link #head} is complete and found good
   * @throws ProxyError when it is refused
   */
  public boolean read(ByteBuf in) {
    if (!reader.feed(in)) {
      return false;
    }
    RequestRules.apply(head, reader.startLineStart(), reader.startLineEnd());
    return true;
  }
}
