package io.sluice.gateway.config;

import java.time.Duration;

/**
 * How long a client may take: {@code Settings.Timeouts} of a listener.
 *
 * @param idle until the first byte of the next request
 * @param head for the head of a request, from its first byte
 * @param body between two pieces of a request's body
 * @param write until it takes some of its response
 * @param streamIdle how long neither side may send anything while a request that is answered
 *     already, or a gRPC call, goes on
 */
public record ClientTimeouts(
    Duration idle, Duration head, Duration body, Duration write, Duration streamIdle) {
  /** What holds where nothing is written. */
  public static final ClientTimeouts DEFAULT =
      new ClientTimeouts(
          Duration.ofSeconds(75),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5));

  static ClientTimeouts read(JsonRecord timeouts) throws JsonRecord.BadValue {
    ClientTimeouts read =
        new ClientTimeouts(
            timeouts.duration("Idle", DEFAULT.idle),
            timeouts.duration("Head", DEFAULT.head),
            timeouts.duration("Body", DEFAULT.body),
            timeouts.duration("Write", DEFAULT.write),
            timeouts.duration("StreamIdle", DEFAULT.streamIdle));
    timeouts.close();
    return read;
  }
}
