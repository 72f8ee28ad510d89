package io.sluice.gateway.config;

import java.time.Duration;

/**
 * How long a server may take: {@code Settings.Timeouts} of a backend.
 *
 * @param dial until a connection is accepted
 * @param tlsHandshake to agree on keys
 * @param read how long the server may be silent while it is its turn
 * @param streamIdle how long it may be silent in an event stream or a gRPC call that it has begun
 *     to answer
 * @param tunnelIdle how long nothing may pass through a tunnel
 * @param tunnelDrain how long a tunnel may go on when its server goes
 */
public record UpstreamTimeouts(
    Duration dial,
    Duration tlsHandshake,
    Duration read,
    Duration streamIdle,
    Duration tunnelIdle,
    Duration tunnelDrain) {
  /** What holds where nothing is written. */
  public static final UpstreamTimeouts DEFAULT =
      new UpstreamTimeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ofHours(1),
          Duration.ofMinutes(5));

  /**
   * How long a server may be silent while it is its turn.
   *
   * @param streams whether it has begun a stream, which may rest longer than an answer
   */
  public Duration silence(boolean streams) {
    return streams ? streamIdle : read;
  }

  static UpstreamTimeouts read(JsonRecord timeouts) throws JsonRecord.BadValue {
    UpstreamTimeouts read =
        new UpstreamTimeouts(
            timeouts.duration("Dial", DEFAULT.dial),
            timeouts.duration("TLSHandshake", DEFAULT.tlsHandshake),
            timeouts.duration("Read", DEFAULT.read),
            timeouts.duration("StreamIdle", DEFAULT.streamIdle),
            timeouts.duration("TunnelIdle", DEFAULT.tunnelIdle),
            timeouts.duration("TunnelDrain", DEFAULT.tunnelDrain));
    timeouts.close();
    return read;
  }
}
