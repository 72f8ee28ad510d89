package io.sluice.gateway.upstream;

import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.http.Reason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 *
 * <p>Beside that, and whatever is written: a server that nobody reaches three times in a row is
 * failing. Others are preferred to it; one request at a time finds out whether it is back, after a
 * second and then more and more rarely.
 */
public final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);
  private static final double DECAY_NANOS = 10e9;
  private static final int UNREACHED_IS_FAILING = 3;
  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 10_000_000_000L;

  /** What says that nobody is there, or nobody that may be talked to. */
  private static final Set<Reason> UNREACHED =
      EnumSet.of(
          Reason.CONNECT_FAILED,
          Reason.CONNECT_TIMEOUT,
          Reason.UPSTREAM_TLS_FAILED,
          Reason.UPSTREAM_TLS_TIMEOUT);

  /** What checks have said so far. */
  private enum Checked {
    NEVER,
    UP,
    DOWN
  }

  private final String name;
  private final EjectionCap cap;
  private final LongSupplier clock;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger unreached = new AtomicInteger();
  private final AtomicLong nextTry = new AtomicLong();
  private final long since;
  private volatile HealthSettings settings;
  private volatile Checked checked = Checked.NEVER;
  private volatile boolean ejected;
  private volatile long ejectedUntil;
  private volatile int ejections;
  private volatile long wellSince;
  private volatile double latencyNanos;
  private volatile long latencyAt;
  private volatile long changedAt;
  private volatile String lastError = "";
  private int goodChecks;
  private int badChecks;

  /**
   * @param name of the backend and the server, for the log
   */
  Health(String name, HealthSettings settings, EjectionCap cap, LongSupplier clock) {
    this.name = name;
    this.settings = settings;
    this.cap = cap;
    this.clock = clock;
    this.since = clock.getAsLong();
    this.wellSince = since;
    this.changedAt = since;
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

  /**
   * Whether requests go there first: it was reached last, and has passed a check if there are any.
   */
  boolean isWell() {
    return isUsable() && !isUnchecked() && !isFailing();
  }

  /** Whether nobody was reached there, so often that it is no accident. */
  public boolean isFailing() {
    return unreached.get() >= UNREACHED_IS_FAILING;
  }

  /** Whether this request is the one that finds out whether a failing server is back. */
  boolean isWorthATry() {
    if (!isFailing() || !isUsable()) {
      return false;
    }
    long now = clock.getAsLong();
    long due = nextTry.get();
    return now - due >= 0 && nextTry.compareAndSet(due, now + pauseNanos());
  }

  private long pauseNanos() {
    int more = Math.min(10, Math.max(0, unreached.get() - UNREACHED_IS_FAILING));
    return Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << more);
  }

  /** How long it has been in the state that it is in. */
  public Duration inStateFor() {
    return Duration.ofNanos(Math.max(0, clock.getAsLong() - changedAt));
  }

  /** What went wrong last, of a request or a check; empty when nothing has. */
  public String lastError() {
    return lastError;
  }

  private void changed(String what, String why) {
    changedAt = clock.getAsLong();
    if (why.isEmpty()) {
      LOG.info("{} {}", name, what);
    } else {
      LOG.warn("{} {}: {}", name, what, why);
    }
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
      changed("is let in again", "");
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
    reached();
    if (settings.outliers() != null && failures.get() != 0) {
      failures.set(0);
    }
  }

  /** The server was not reached, or did not answer as it should. */
  public void failed(Reason reason) {
    lastError = reason.text();
    if (UNREACHED.contains(reason)) {
      int times = unreached.incrementAndGet();
      if (times >= UNREACHED_IS_FAILING) {
        nextTry.set(clock.getAsLong() + pauseNanos());
      }
      if (times == UNREACHED_IS_FAILING) {
        changed("is failing", lastError);
      }
    } else {
      reached();
    }
    countFailure();
  }

  /** The server answered with a fault of its own. */
  public void failed(int status) {
    lastError = "status " + status;
    reached();
    countFailure();
  }

  private void reached() {
    if (unreached.get() != 0 && unreached.getAndSet(0) >= UNREACHED_IS_FAILING) {
      wellSince = clock.getAsLong();
      changed("is reached again", "");
    }
  }

  private void countFailure() {
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
      changed("is ejected", lastError);
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

  /**
   * A check is over. Called by one event loop only.
   *
   * @param wrong what was wrong; empty when nothing was
   */
  void checked(String wrong, HealthSettings.Check check) {
    boolean good = wrong.isEmpty();
    goodChecks = good ? goodChecks + 1 : 0;
    badChecks = good ? 0 : badChecks + 1;
    Checked before = checked;
    if (good) {
      reached();
    } else {
      lastError = "check: " + wrong;
    }
    boolean up = before == Checked.NEVER ? good : goodChecks >= check.healthy();
    if (before != Checked.UP && up) {
      wellSince = clock.getAsLong();
      checked = Checked.UP;
      changedAt = wellSince;
      if (before == Checked.DOWN) {
        changed("is up again", "");
      }
    } else if (before != Checked.DOWN && badChecks >= check.unhealthy()) {
      checked = Checked.DOWN;
      changed("is down", lastError);
    }
  }

  /** Takes it out of the count of what is ejected, when it is forgotten. */
  synchronized void forget() {
    if (ejected) {
      ejected = false;
      cap.left();
    }
  }
}
