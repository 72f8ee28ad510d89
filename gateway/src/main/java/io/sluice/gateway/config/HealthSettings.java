package io.sluice.gateway.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How it is found out whether a server is well: {@code Settings.HealthCheck}, {@code
 * OutlierDetection} and {@code SlowStart} of a backend.
 *
 * @param check how servers are asked; null for not at all
 * @param outliers how failures of requests count; null for not at all
 * @param slowStart how long a new server's share grows; zero for not at all
 */
public record HealthSettings(
    @Nullable Check check, @Nullable Outliers outliers, Duration slowStart) {
  /** What holds where nothing is written. */
  public static final HealthSettings NONE = new HealthSettings(null, null, Duration.ZERO);

  /** What a check asks for. */
  public enum Kind {
    /** A GET that is answered with 2xx or 3xx. */
    HTTP,
    /** A connection. */
    TCP,
    /** {@code grpc.health.v1.Health/Check} that is answered with SERVING. */
    GRPC
  }

  /**
   * An active check.
   *
   * @param path for {@link Kind#HTTP}
   * @param host the Host header; empty for the server's own name
   * @param service for {@link Kind#GRPC}; empty for the whole server
   * @param interval between two checks of one server
   * @param timeout for one check
   * @param healthy how many good checks in a row bring a server back
   * @param unhealthy how many bad ones take it out
   */
  public record Check(
      Kind kind,
      String path,
      String host,
      String service,
      Duration interval,
      Duration timeout,
      int healthy,
      int unhealthy) {}

  /**
   * A passive check.
   *
   * @param consecutiveFailures how many failed requests in a row take a server out
   * @param ejection for how long, the first time; every further time it is longer by as much
   * @param maxEjectedPercent how many of a backend's servers may be out at once
   */
  public record Outliers(int consecutiveFailures, Duration ejection, int maxEjectedPercent) {}

  static HealthSettings read(JsonRecord settings) throws JsonRecord.BadValue {
    Check check = settings.has("HealthCheck") ? check(settings.object("HealthCheck")) : null;
    Outliers outliers =
        settings.has("OutlierDetection") ? outliers(settings.object("OutlierDetection")) : null;
    Duration slowStart = settings.duration("SlowStart", Duration.ZERO);
    return new HealthSettings(check, outliers, slowStart);
  }

  private static Check check(JsonRecord json) throws JsonRecord.BadValue {
    String path = json.string("Path", "/");
    if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
      throw json.bad("Path", "\"" + path + "\"", "a path such as /healthz");
    }
    String host = json.string("Host", "");
    if (!host.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/')) {
      throw json.bad("Host", "\"" + host + "\"", "a host name");
    }
    Check check =
        new Check(
            json.choice("Type", Kind.HTTP),
            path,
            host,
            json.string("Service", ""),
            json.duration("Interval", Duration.ofSeconds(5)),
            json.duration("Timeout", Duration.ofSeconds(2)),
            (int) json.integer("Healthy", 2, 1, 100),
            (int) json.integer("Unhealthy", 3, 1, 100));
    json.close();
    if (check.interval.toMillis() < 10) {
      throw json.bad("Interval", check.interval.toString(), "10ms or more");
    }
    return check;
  }

  private static Outliers outliers(JsonRecord json) throws JsonRecord.BadValue {
    Outliers outliers =
        new Outliers(
            (int) json.integer("ConsecutiveFailures", 5, 1, 10_000),
            json.duration("Ejection", Duration.ofSeconds(30)),
            (int) json.integer("MaxEjectedPercent", 50, 0, 100));
    json.close();
    return outliers;
  }
}
