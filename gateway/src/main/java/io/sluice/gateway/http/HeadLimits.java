package io.sluice.gateway.http;

/**
 * How large a head may be.
 *
 * @param startLineBytes the longest request or status line, in bytes
 * @param headBytes the whole head with its line ends, in bytes
 * @param fields how many header fields it may have
 */
public record HeadLimits(int startLineBytes, int headBytes, int fields) {
  /** What a client may send. */
  public static final HeadLimits REQUEST = new HeadLimits(8 * 1024, 32 * 1024, 100);

  /** What a server may answer: it is the operator's own, so it gets more room. */
  public static final HeadLimits RESPONSE = new HeadLimits(8 * 1024, 64 * 1024, 200);

  /** What may follow a chunked body. */
  public static final HeadLimits TRAILERS = new HeadLimits(0, 8 * 1024, 50);
}
