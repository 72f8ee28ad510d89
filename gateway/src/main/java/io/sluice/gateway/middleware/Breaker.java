package io.sluice.gateway.middleware;

import io.sluice.gateway.config.CircuitBreaker;
import io.sluice.gateway.config.CircuitBreaker.Fallback;
import io.sluice.gateway.config.CircuitBreaker.Webhook;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.Targets;
import io.sluice.gateway.middleware.Verdict.Header;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers instead of the servers while they do badly.
 *
 * <pre>
 *   STANDBY ──the condition holds──▶ TRIPPED ──FallbackDuration──▶ RECOVERING ──▶ STANDBY
 *                                       ▲                              │   RecoveryDuration
 *                                       └─────the condition holds──────┘
 * </pre>
 *
 * <p>In STANDBY all requests pass, in TRIPPED none; in RECOVERING a share of them that grows from
 * nothing to a half. Any thread.
 */
final class Breaker implements Stage {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
  private static final int GONE = 499;
  private static final double LARGEST_SHARE = 0.5;

  private sealed interface State {
    record Standby() implements State {}

    record Tripped(long until) implements State {}

    record Recovering(long since, AtomicLong passed, AtomicLong refused) implements State {}
  }

  private static final State STANDBY = new State.Standby();

  /** What outlives a change of settings. */
  private static final class Life {
    private final Window window = new Window();
    private volatile State state = STANDBY;

    synchronized boolean change(State from, State to) {
      boolean changed = state == from;
      state = changed ? to : state;
      return changed;
    }
  }

  private final String name;
  private final CircuitBreaker settings;
  private final Judgement condition;
  private final LongSupplier clock;
  private final Webhooks webhooks;
  private Life life = new Life();
  private final AtomicLong looked;

  Breaker(Middleware written, CircuitBreaker settings, StageContext context) {
    this.name = written.frontendId() + "/" + written.id();
    this.settings = settings;
    this.condition = condition(settings.condition());
    this.clock = context.clock();
    this.webhooks = context.webhooks();
    this.looked = new AtomicLong(clock.getAsLong() - settings.checkPeriod().toNanos());
  }

  private static Judgement condition(String text) {
    try {
      return Judgement.parse(text);
    } catch (PredicateSyntaxException checkedWhenRead) {
      throw new IllegalArgumentException(text, checkedWhenRead);
    }
  }

  @Override
  public void inherit(Stage before) {
    if (before instanceof Breaker breaker) {
      life = breaker.life;
    }
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    return passes(life.state, clock.getAsLong()) ? Verdict.PROCEED : fallback(exchange);
  }

  private boolean passes(State now, long nanos) {
    return switch (now) {
      case State.Standby standby -> true;
      case State.Tripped tripped -> {
        if (nanos - tripped.until < 0) {
          yield false;
        }
        change(now, new State.Recovering(nanos, new AtomicLong(), new AtomicLong()), null);
        yield passes(life.state, nanos);
      }
      case State.Recovering recovering -> {
        long since = nanos - recovering.since;
        if (since >= settings.recoveryDuration().toNanos()) {
          change(now, STANDBY, settings.onStandby());
          yield true;
        }
        double share = LARGEST_SHARE * since / settings.recoveryDuration().toNanos();
        long passed = recovering.passed.get() + 1;
        boolean pass = passed < share * (passed + recovering.refused.get());
        (pass ? recovering.passed : recovering.refused).incrementAndGet();
        yield pass;
      }
    };
  }

  private Verdict fallback(ExchangeView exchange) {
    return switch (settings.fallback()) {
      case Fallback.Response(int status, String type, String body) ->
          new Verdict.Answer(
              Reason.BREAKER_OPEN, status, List.of(new Header("Content-Type", type)), body);
      case Fallback.Elsewhere(String url, boolean preservePath) ->
          Answers.elsewhere(302, preservePath ? withPath(url, exchange) : url, "Found");
    };
  }

  /** The request's path behind that of the URL, before its query. */
  private static String withPath(String url, ExchangeView exchange) {
    var target = exchange.outgoing().target();
    String path = target.subSequence(0, Targets.queryStart(target)).toString();
    int query = url.indexOf('?');
    String start = query < 0 ? url : url.substring(0, query);
    String base = start.endsWith("/") ? start.substring(0, start.length() - 1) : start;
    return base + path + (query < 0 ? "" : url.substring(query));
  }

  @Override
  public void onFinish(ExchangeView exchange, Verdict.Proceed verdict) {
    int status = exchange.status();
    if (status == 0 || status == GONE) {
      return;
    }
    long nanos = clock.getAsLong();
    life.window.add(status, exchange.elapsedNanos(), nanos);
    long last = looked.get();
    State now = life.state;
    if (now instanceof State.Tripped
        || nanos - last < settings.checkPeriod().toNanos()
        || !looked.compareAndSet(last, nanos)
        || life.window.answers() < settings.leastRequests()) {
      return;
    }
    if (condition.of(new Judgement.Sides(life.window, life.window)) == Judgement.Verdict.PASSES
        && change(
            now,
            new State.Tripped(nanos + settings.fallbackDuration().toNanos()),
            settings.onTripped())) {
      life.window.clear();
    }
  }

  private boolean change(State from, State to, @Nullable Webhook told) {
    boolean changed = life.change(from, to);
    if (changed) {
      LOG.warn("breaker {}: {} after {}", name, label(to), label(from));
      if (told != null) {
        webhooks.call(name, told);
      }
    }
    return changed;
  }

  private static String label(State state) {
    return switch (state) {
      case State.Standby standby -> "standby";
      case State.Tripped tripped -> "tripped";
      case State.Recovering recovering -> "recovering";
    };
  }
}
