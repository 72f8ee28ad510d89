package io.sluice.gateway.config;

import java.time.Duration;

/**
 * How a group of servers is talked to: key {@code backends/<id>/backend}.
 *
 * @param timeouts how long its servers may take
 * @param keepAlivePeriod the TCP keep-alive interval
 * @param protocol which version of HTTP is spoken
 * @param tls how https servers are reached
 * @param limits how much it takes at once
 * @param balancing how its servers share its requests
 * @param health how it is found out whether a server is well
 * @param sticky the cookie that keeps a client with its server
 * @param proxyProtocol whether servers are told whose connection is passed on
 * @param maxConnectionAge how old a connection may be to take another request; zero for any age
 * @param maxIdleConnections how many idle connections to one server are kept on one event loop
 */
public record Backend(
    String id,
    UpstreamTimeouts timeouts,
    Duration keepAlivePeriod,
    Protocol protocol,
    UpstreamTls tls,
    BackendLimits limits,
    LoadBalancing balancing,
    HealthSettings health,
    Sticky sticky,
    Listener.ProxyProtocol proxyProtocol,
    Duration maxConnectionAge,
    int maxIdleConnections) {
  /** Which version of HTTP a server is spoken to in. */
  public enum Protocol {
    /** HTTP/1.1 in clear; over TLS what the server chooses. */
    AUTO,
    /** HTTP/1.1 always. */
    HTTP1,
    /** HTTP/2 in clear, by prior knowledge; over TLS what the server chooses. */
    H2C
  }

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final int IDLE = 1024;

  static Backend read(String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    json.ignore("Stats");
    String type = json.requiredString("Type", "\"http\"");
    if (!type.equals("http")) {
      throw json.bad("Type", "\"" + type + "\"", "\"http\"");
    }
    JsonRecord settings = json.object("Settings");
    final UpstreamTimeouts timeouts = UpstreamTimeouts.read(settings.object("Timeouts"));
    JsonRecord keepAlive = settings.object("KeepAlive");
    final Duration period = keepAlive.duration("Period", KEEP_ALIVE);
    long idle = keepAlive.integer("MaxIdleConnsPerHost", 0, 0, 100_000);
    final Duration age = keepAlive.duration("MaxAge", Duration.ZERO);
    keepAlive.close();
    final LoadBalancing balancing =
        settings.has("LoadBalancing")
            ? LoadBalancing.read(settings.object("LoadBalancing"))
            : LoadBalancing.DEFAULT;
    final HealthSettings health = HealthSettings.read(settings);
    final Sticky sticky =
        settings.has("Sticky") ? Sticky.read(settings.object("Sticky")) : Sticky.NONE;
    final Protocol protocol = settings.choice("Protocol", Protocol.AUTO);
    final UpstreamTls tls =
        settings.has("TLS") ? UpstreamTls.read(settings.object("TLS")) : UpstreamTls.DEFAULT;
    final Listener.ProxyProtocol proxyProtocol =
        settings.choice("ProxyProtocol", Listener.ProxyProtocol.NONE);
    if (proxyProtocol != Listener.ProxyProtocol.NONE && protocol == Protocol.H2C) {
      throw settings.bad(
          "ProxyProtocol",
          "a header for each client, with connections that clients share",
          "Protocol auto or http1");
    }
    final BackendLimits limits = BackendLimits.read(settings.object("Limits"));
    settings.close();
    json.close();
    return new Backend(
        id,
        timeouts,
        period,
        protocol,
        tls,
        limits,
        balancing,
        health,
        sticky,
        proxyProtocol,
        age,
        idle == 0 ? IDLE : (int) idle);
  }
}
