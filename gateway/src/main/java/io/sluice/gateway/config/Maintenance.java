package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code maintenance}: answers instead of the servers.
 *
 * @param retryAfter when it is worth trying again; zero for nothing said
 * @param except clients who are let through
 */
public record Maintenance(
    int statusCode, String body, String contentType, Duration retryAfter, List<Cidr> except)
    implements Middleware.Spec {
  private static final int UNAVAILABLE = 503;

  static Maintenance read(JsonRecord json) throws JsonRecord.BadValue {
    return new Maintenance(
        (int) json.integer("StatusCode", UNAVAILABLE, 200, 599),
        json.string("Body", ""),
        json.contentType("ContentType", "text/html; charset=utf-8"),
        json.duration("RetryAfter", Duration.ZERO),
        Cidr.read(json, "Except"));
  }
}
