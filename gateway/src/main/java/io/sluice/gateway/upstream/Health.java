package io.sluice.gateway.upstream;

import io.sluice.gateway.config.HealthSettings;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How one endpoint does for one backend: what checks say, what requests say, how long it takes.
 *
 * <p>Identified by the backend and the endpoint: a change of settings tells nothing about a server,
 * so what is known of it stays known until it answers otherwise. Written by event loops and by the
 * checks, read by all.
 *
 * <pre>
 *   UNCHECKED ──first good check──▶ UP ──Unhealthy bad ones──▶ DOWN ──Healthy good ones──▶ UP
 *       └────────── Unhealthy bad checks ──────────────────────┘
 * </pre>
 */
public final class Health {
  private static final double DECAY_NANOS = 10e9;

  /** What checks have said so far. */
  private enum Checked {
    NEVER,
    UP,
    DOWN
  }

  private final EjectionCap cap;
  private final LongSupplier clock;
  private final AtomicInteger failures = new AtomicInteger();
  private final long since;
  private volatile HealthSettings settings;
  private volatile Checked checked = Checked.NEVER;
  private volatile boolean ejected;
  private volatile long ejectedUntil;
  private volatile int ejections;
  private volatile long wellSince;
  private volatile double latencyNanos;
  private volatile long latencyAt;
  private int goodChecks;
  private int badChecks;

  Health(HealthSettings settings, EjectionCap cap, LongSupplier clock) {
    this.settings = settings;
    this.cap = cap;
    this.clock = clock;
    this.since = clock.getAsLong();
    this.wellSince = since;
  }

  public HealthSettings settings() {
    return settings;
  }

  /** From now on these hold. Control thread only. */
  void follow(HealthSettings written) {
    settings = written;
  }

  /** Whether requests may go there: nothing says that it is ill. */
  boolean isUsable() {
    return !isDown() && !isEjected();
  }

  /** Whether requests go there first: it has passed a check, where there are any. */
  boolean isWell() {
    return isUsable() && !isUnchecked();
  }

  /** Whether checks say so, where there are any. */
  public boolean isDown() {
    return checked == Checked.DOWN && settings.check() != null;
  }

  /** Whether it is checked and no check has said anything yet. */
  public boolean isUnchecked() {
    return checked == Checked.NEVER && settings.check() != null;
  }

  /** Whether failed requests keep it out; its time over, it is let in again. */
  public boolean isEjected() {
    if (!ejected) {
      return false;
    }
    if (clock.getAsLong() - ejectedUntil < 0) {
      return true;
    }
    letIn();
    return false;
  }

  private synchronized void letIn() {
    if (ejected && clock.getAsLong() - ejectedUntil >= 0) {
      ejected = false;
      wellSince = clock.getAsLong();
      cap.left();
    }
  }

  /** The share of its weight that it gets while it is new, from 0.05 to 1. */
  double ramp() {
    long whole = settings.slowStart().toNanos();
    if (whole == 0) {
      return 1;
    }
    long passed = clock.getAsLong() - wellSince;
    return passed >= whole ? 1 : Math.max(0.05, (double) passed / whole);
  }

  // What requests say.

  /** An answer came that is no fault of the server's. */
  public void succeeded() {
    if (settings.outliers() != null && failures.get() != 0) {
      failures.set(0);
    }
  }

  /** The server was not reached, did not answer, or answered with a fault of its own. */
  public void failed() {
    HealthSettings.Outliers outliers = settings.outliers();
    if (outliers != null && failures.incrementAndGet() >= outliers.consecutiveFailures()) {
      eject(outliers);
    }
  }

  private synchronized void eject(HealthSettings.Outliers outliers) {
    if (!ejected && cap.mayEject(outliers.maxEjectedPercent())) {
      failures.set(0);
      ejections++;
      long nanos = outliers.ejection().toNanos() * Math.min(ejections, 10);
      ejectedUntil = clock.getAsLong() + nanos;
      ejected = true;
    }
  }

  /** An answer took so long. A rise counts at once, a fall over ten seconds. */
  public void took(long durationNanos) {
    long now = clock.getAsLong();
    double last = latencyNanos;
    if (durationNanos >= last) {
      latencyNanos = durationNanos;
    } else {
      double weight = Math.exp(-(now - latencyAt) / DECAY_NANOS);
      latencyNanos = durationNanos + (last - durationNanos) * weight;
    }
    latencyAt = now;
  }

  /** How long it takes to answer, as of late; 0 while nothing is known. */
  double latencyNanos() {
    return latencyNanos;
  }

  // What checks say.

  /** A check is over. Called by one event loop only; true when the state has changed. */
  boolean checked(boolean good, HealthSettings.Check check) {
    goodChecks = good ? goodChecks + 1 : 0;
    badChecks = good ? 0 : badChecks + 1;
    Checked before = checked;
    boolean up = before == Checked.NEVER ? good : goodChecks >= check.healthy();
    if (before != Checked.UP && up) {
      wellSince = clock.getAsLong();
      checked = Checked.UP;
    } else if (before != Checked.DOWN && badChecks >= check.unhealthy()) {
      checked = Checked.DOWN;
    }
    return before != checked && (before == Checked.DOWN || checked == Checked.DOWN);
  }

  /** Takes it out of the count of what is ejected, when it is forgotten. */
  synchronized void forget() {
    if (ejected) {
      ejected = false;
      cap.left();
    }
  }
}
