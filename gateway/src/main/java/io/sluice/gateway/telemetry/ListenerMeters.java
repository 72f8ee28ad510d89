package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.sluice.gateway.memory.Bounded;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of one listener: what its clients speak, and how their handshakes end. Any thread. */
public final class ListenerMeters {
  /** What a client speaks. */
  public enum Protocol {
    HTTP1("http/1.1"),
    HTTP2("h2");

    private final String label;

    Protocol(String label) {
      this.label = label;
    }
  }

  private final Telemetry telemetry;
  private final String listener;
  private final Counter http1;
  private final Counter http2;

  @Bounded("by the versions of TLS that there are")
  private final Map<String, Counter> handshakes = new ConcurrentHashMap<>();

  ListenerMeters(Telemetry telemetry, String listener) {
    this.telemetry = telemetry;
    this.listener = listener;
    this.http1 = telemetry.counter(Metric.PROTOCOL_REQUESTS, listener, Protocol.HTTP1.label);
    this.http2 = telemetry.counter(Metric.PROTOCOL_REQUESTS, listener, Protocol.HTTP2.label);
  }

  void request(Protocol protocol) {
    (protocol == Protocol.HTTP2 ? http2 : http1).increment();
  }

  /** A handshake has ended in this version of TLS, such as {@code TLSv1.3}. */
  public void handshake(String version) {
    count(version);
  }

  /** A handshake has failed. */
  public void handshakeFailed() {
    count("failed");
  }

  private void count(String outcome) {
    handshakes
        .computeIfAbsent(outcome, o -> telemetry.counter(Metric.HANDSHAKES, listener, o))
        .increment();
  }
}
