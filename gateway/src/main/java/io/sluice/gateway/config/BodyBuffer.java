package io.sluice.gateway.config;

/**
 * {@code buffer}: a request's body is here as a whole before a server sees any of the request.
 *
 * @param maxBytes the largest body
 * @param memBytes how much of one is kept in memory; the rest is on disk
 */
public record BodyBuffer(long maxBytes, int memBytes) implements Middleware.Spec {
  private static final long MOST = 16L * 1024 * 1024 * 1024;
  private static final int MOST_IN_MEMORY = 4 * 1024 * 1024;

  static BodyBuffer read(JsonRecord json) throws JsonRecord.BadValue {
    return new BodyBuffer(
        json.integer("MaxBytes", 10 * 1024 * 1024, 1, MOST),
        (int) json.integer("MemBytes", 64 * 1024, 0, MOST_IN_MEMORY));
  }
}
