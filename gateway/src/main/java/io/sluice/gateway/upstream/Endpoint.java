package io.sluice.gateway.upstream;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One server, alive: what all event loops know of it together.
 *
 * <p>Made and retired by the control thread through {@link Endpoints}; counted by the event loops.
 * A new routing table that still wants the same {@link EndpointKey} uses the same instance.
 *
 * <pre>
 *   ACTIVE ──no table wants it──▶ DRAINING ──last connection closed──▶ GONE
 *      ▲                              │
 *      └──────── wanted again ────────┘
 * </pre>
 */
public final class Endpoint {
  /** Where an endpoint is in its life. */
  public enum State {
    /** Takes new exchanges; its connections are kept. */
    ACTIVE,
    /** Finishes its exchanges; a connection that is released is closed. */
    DRAINING,
    /** Has no connection left and is forgotten. */
    GONE
  }

  private final EndpointKey key;
  private final AsciiString authority;
  private final String name;
  private final boolean named;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder exchanges = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile State state = State.ACTIVE;
  private volatile @Nullable InetAddress reached;

  Endpoint(EndpointKey key) {
    this.key = key;
    this.authority = AsciiString.cached(key.authority());
    this.name = key.toString();
    this.named = NetUtil.createByteArrayFromIpAddressString(key.host()) == null;
  }

  public EndpointKey key() {
    return key;
  }

  /** The Host header for requests to it. */
  public AsciiString authority() {
    return authority;
  }

  /** {@code host:port}, for logs and metrics. */
  public String name() {
    return name;
  }

  /** The address of its name that took a connection last, which is tried first. */
  @Nullable InetAddress reached() {
    return reached;
  }

  void reached(InetAddress address) {
    if (!address.equals(reached)) {
      reached = address;
    }
  }

  /** Whether it is written by a name, whose addresses may change. */
  boolean isNamed() {
    return named;
  }

  public State state() {
    return state;
  }

  /** Exchanges that it is serving now. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Open connections, those being opened included. */
  public int connections() {
    return connections.get();
  }

  /** Exchanges that it was given since it is alive. */
  public long exchanges() {
    return exchanges.sum();
  }

  /** Attempts on it that failed since it is alive. */
  public long failures() {
    return failures.sum();
  }

  void state(State newState) {
    state = newState;
  }

  void exchangeBegan() {
    inFlight.incrementAndGet();
    exchanges.increment();
  }

  void exchangeEnded() {
    inFlight.decrementAndGet();
  }

  void attemptFailed() {
    failures.increment();
  }

  void connectionOpened() {
    connections.incrementAndGet();
  }

  void connectionClosed() {
    connections.decrementAndGet();
  }

  @Override
  public String toString() {
    return name;
  }
}
