package io.sluice.gateway.config;

/**
 * How much clients may ask for: {@code Settings.Limits} of a listener.
 *
 * @param connections of all clients together; 0 for any
 * @param connectionsPerAddress of one address; 0 for any
 * @param headBytes the largest request head, in bytes
 * @param fields how many header fields a request may have
 * @param bodyBytes the largest request body, in bytes; 0 for any
 * @param bodyRate the least bytes a second that a body must come with, once it has taken five
 *     seconds; 0 for any
 * @param streams how many streams of one HTTP/2 connection may be open
 * @param resets how many streams of one HTTP/2 connection may end in a reset that the client
 *     provoked, in half a minute, beside as many as are answered whole
 */
public record ClientLimits(
    int connections,
    int connectionsPerAddress,
    int headBytes,
    int fields,
    long bodyBytes,
    int bodyRate,
    int streams,
    int resets) {
  /** What holds where nothing is written. */
  public static final ClientLimits DEFAULT =
      new ClientLimits(0, 0, 32 * 1024, 100, 0, 100, 100, 200);

  static ClientLimits read(JsonRecord limits, JsonRecord http2) throws JsonRecord.BadValue {
    ClientLimits read =
        new ClientLimits(
            (int) limits.integer("MaxConnections", 0, 0, 10_000_000),
            (int) limits.integer("MaxConnectionsPerAddress", 0, 0, 10_000_000),
            (int) limits.integer("MaxHeadBytes", DEFAULT.headBytes, 1024, 1024 * 1024),
            (int) limits.integer("MaxHeaders", DEFAULT.fields, 1, 10_000),
            limits.integer("MaxBodyBytes", 0, 0, Long.MAX_VALUE),
            (int) limits.integer("MinBodyRate", DEFAULT.bodyRate, 0, 1_000_000_000),
            (int) http2.integer("MaxConcurrentStreams", DEFAULT.streams, 1, 10_000),
            (int) http2.integer("MaxResets", DEFAULT.resets, 1, 1_000_000));
    limits.close();
    http2.close();
    return read;
  }
}
