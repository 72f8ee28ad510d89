package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/** Reads one {@link ResponseHead} after another out of a server's bytes. */
public final class ResponseReader {
  private final ResponseHead head = new ResponseHead();
  private final HeadReader reader;

  public ResponseReader(HeadLimits limits) {
    reader = new HeadReader(HeadReader.Kind.RESPONSE, limits, head.fields());
  }

  /** The head that is being read, or was read last. */
  public ResponseHead head() {
    return head;
  }

  /** Forgets the last head and waits for the next. */
  public void reset() {
    reader.reset();
  }

  /**
   * Takes what belongs to the head out of {@code in}.
   *
   * @param toHead whether the request was a HEAD, so no body follows whatever the fields say
   * @param upgrade the protocol that the request asked to change to, or empty
   * @return true when {@link #head} is complete and found good
   * @throws ProxyError {@link Reason#BAD_RESPONSE} when it is refused
   */
  public boolean read(ByteBuf in, boolean toHead, AsciiString upgrade) {
    try {
      if (!reader.feed(in)) {
        return false;
      }
      ResponseRules.apply(head, reader.startLineStart(), reader.startLineEnd(), toHead, upgrade);
      return true;
    } catch (ProxyError refused) {
      throw Reason.BAD_RESPONSE.error();
    }
  }
}
