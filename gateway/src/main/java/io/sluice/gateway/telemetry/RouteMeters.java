package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The meters of the requests that come through one listener to one frontend and go to one backend.
 *
 * <p>Found once and kept by the frontend; a counter for a status is made when that status is first
 * seen. Any thread.
 */
public final class RouteMeters {
  private static final int STATUSES = 600;
  private static final int PER_CLASS = 100;

  private final Telemetry telemetry;
  private final String listener;
  private final String frontend;
  private final String backend;
  private final Timer duration;
  private final Timer upstream;
  private final Counter received;
  private final Counter sent;
  private final ListenerMeters clients;

  /** By hundreds, so that a route which only ever answers 200 does not pay for all statuses. */
  private final AtomicReferenceArray<AtomicReferenceArray<Counter>> requests =
      new AtomicReferenceArray<>(STATUSES / PER_CLASS);

  RouteMeters(
      Telemetry telemetry,
      String listener,
      String frontend,
      String backend,
      Timer duration,
      Timer upstream) {
    this.telemetry = telemetry;
    this.listener = listener;
    this.frontend = frontend;
    this.backend = backend;
    this.duration = duration;
    this.upstream = upstream;
    this.received = telemetry.counter(Metric.RECEIVED_BYTES, frontend);
    this.sent = telemetry.counter(Metric.SENT_BYTES, frontend);
    this.clients = telemetry.listener(listener);
  }

  boolean isFor(String wantedListener, String wantedBackend) {
    return listener.equals(wantedListener) && backend.equals(wantedBackend);
  }

  /**
   * Counts one exchange.
   *
   * @param protocol of the client
   * @param bytesIn of the request's body
   * @param bytesOut of the response's
   * @param durationNanos the whole of it
   * @param upstreamNanos of that, the last attempt; 0 where there was none
   */
  public void exchange(
      int status,
      ListenerMeters.Protocol protocol,
      long bytesIn,
      long bytesOut,
      long durationNanos,
      long upstreamNanos) {
    counter(status).increment();
    clients.request(protocol);
    if (bytesIn > 0) {
      received.increment((double) bytesIn);
    }
    if (bytesOut > 0) {
      sent.increment((double) bytesOut);
    }
    duration.record(durationNanos, TimeUnit.NANOSECONDS);
    if (upstreamNanos > 0) {
      upstream.record(upstreamNanos, TimeUnit.NANOSECONDS);
    }
  }

  private Counter counter(int status) {
    AtomicReferenceArray<Counter> ofClass = requests.get(status / PER_CLASS);
    if (ofClass == null) {
      requests.compareAndSet(status / PER_CLASS, null, new AtomicReferenceArray<>(PER_CLASS));
      ofClass = requests.get(status / PER_CLASS);
    }
    Counter counter = ofClass.get(status % PER_CLASS);
    if (counter == null) {
      counter =
          telemetry.counter(Metric.REQUESTS, listener, frontend, backend, Integer.toString(status));
      ofClass.set(status % PER_CLASS, counter);
    }
    return counter;
  }
}
