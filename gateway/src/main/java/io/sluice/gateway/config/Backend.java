package io.sluice.gateway.config;

import java.time.Duration;

/**
 * How a group of servers is talked to: key {@code backends/<id>/backend}.
 *
 * @param dialTimeout how long a connection may take to be accepted
 * @param readTimeout how long the server may be silent while it is its turn
 * @param keepAlivePeriod the TCP keep-alive interval
 * @param maxIdleConnections how many idle connections to one server are kept on one event loop
 */
public record Backend(
    String id,
    Duration dialTimeout,
    Duration readTimeout,
    Duration keepAlivePeriod,
    int maxIdleConnections) {
  private static final Duration DIAL = Duration.ofSeconds(5);
  private static final Duration READ = Duration.ofSeconds(60);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final int IDLE = 256;

  static Backend read(String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    json.ignore("Stats");
    String type = json.requiredString("Type", "\"http\"");
    if (!type.equals("http")) {
      throw json.bad("Type", "\"" + type + "\"", "\"http\"");
    }
    JsonRecord settings = json.object("Settings");
    JsonRecord timeouts = settings.object("Timeouts");
    final Duration dial = timeouts.duration("Dial", DIAL);
    final Duration read = timeouts.duration("Read", READ);
    timeouts.notActedOn("TLSHandshake", "nothing: servers are reached over plain HTTP");
    timeouts.close();
    JsonRecord keepAlive = settings.object("KeepAlive");
    final Duration period = keepAlive.duration("Period", KEEP_ALIVE);
    long idle = keepAlive.integer("MaxIdleConnsPerHost", 0, 0, 100_000);
    keepAlive.close();
    for (String later :
        new String[] {
          "LoadBalancing", "HealthCheck", "OutlierDetection", "SlowStart", "Limits", "Sticky"
        }) {
      settings.notActedOn(later, "round robin by Weight over the servers whose State is active");
    }
    settings.notActedOn("Protocol", "HTTP/1.1");
    settings.notActedOn("TLS", "nothing: servers are reached over plain HTTP");
    settings.close();
    json.close();
    return new Backend(id, dial, read, period, idle == 0 ? IDLE : (int) idle);
  }
}
