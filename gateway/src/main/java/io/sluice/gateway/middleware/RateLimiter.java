package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.GoDuration;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.RateLimit;
import io.sluice.gateway.config.RateLimit.Rate;
import io.sluice.gateway.config.Rates;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.middleware.TokenBucket.Level;
import io.sluice.gateway.telemetry.StageMeters;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket for each source, kept as the generic cell rate algorithm keeps it: for each rate
 * the time at which the bucket would be full again, so a bucket is one number and nothing runs
 * between requests.
 *
 * <p>A bucket starts full with {@code burst} tokens and gains one every period/requests. With
 * several rates all must have a token, and either all are taken or none. What is remembered stands
 * in {@link Sources}.
 */
final class RateLimiter implements Stage {
  private static final int LONGEST_HEADER = 1_024;
  static final long LONGEST = Long.MAX_VALUE / 4;

  private final String name;
  private final String limit;
  private final FleetCounts fleet;
  private final StageMeters meters;
  private final RateLimit settings;
  private final LongSupplier clock;
  private final Sources sources;
  private int id;
  private final Quota quota;

  @Bounded("64 texts of at most a thousand characters")
  private final Cache<String, Quota> quotaByHeader =
      Caffeine.newBuilder().maximumSize(64).executor(Runnable::run).build();

  /**
   * @param written whose id is how clients hear of it
   */
  RateLimiter(Middleware written, RateLimit settings, StageContext context, StageMeters meters) {
    this.name = written.id();
    this.limit = written.frontendId() + "/" + written.id();
    this.fleet = context.fleet();
    this.meters = meters;
    this.settings = settings;
    this.quota = new Quota(name, settings.rates());
    this.clock = context.clock();
    this.sources = context.sources();
    this.id = sources.newLimiter();
  }

  /** What was used under other rates stays used, where sources are told apart as before. */
  @Override
  public void inherit(Stage before) {
    if (before instanceof RateLimiter limiter
        && limiter.settings.variable().equals(settings.variable())) {
      id = limiter.id;
    }
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Quota own = quota(exchange);
    if (!settings.fleet()) {
      return alone(exchange, own, own.policy());
    }
    if (!fleet.isThere()) {
      return part(exchange, own);
    }
    return new Verdict.Wait(
        fleet
            .take(limit, FleetCounts.source(settings.variable(), exchange), own.rates())
            .handle((taken, failure) -> () -> together(exchange, own, taken)));
  }

  /**
   * @param taken null where nobody has answered
   */
  private Verdict together(ExchangeView exchange, Quota own, FleetCounts.@Nullable Taken taken) {
    if (taken == null) {
      return part(exchange, own);
    }
    meters.besides("answered");
    return verdict(exchange, taken.waitNanos(), own.policy(), own.state(taken.used()));
  }

  /** As many as this gateway may allow while nobody counts for all. */
  private Verdict part(ExchangeView exchange, Quota own) {
    meters.besides("failed");
    return alone(exchange, own.part(fleet.gateways()), own.policy());
  }

  private Verdict alone(ExchangeView exchange, Quota quota, String policy) {
    TokenBucket bucket = sources.bucket(id, SourceKey.of(settings.variable(), exchange));
    long now = clock.getAsLong();
    long waitNanos = take(bucket, quota.rates(), now);
    return verdict(exchange, waitNanos, policy, quota.state(bucket.levels(), now));
  }

  private Verdict verdict(ExchangeView exchange, long waitNanos, String policy, String state) {
    if (settings.shadow()) {
      return waitNanos == 0 ? Verdict.PROCEED : Verdict.SHADOWED;
    }
    exchange.answerWith(Quota.POLICY, policy);
    exchange.answerWith(Quota.STATE, state);
    if (waitNanos == 0) {
      return Verdict.PROCEED;
    }
    Duration wait = Duration.ofNanos(waitNanos);
    return new Verdict.Reply(Reason.RATE_LIMITED, "max rate reached: retry-in " + text(wait), wait);
  }

  /**
   * Takes a token of each rate; or none, and returns how long until all have one, in nanoseconds.
   */
  private static long take(TokenBucket bucket, List<Rate> rates, long now) {
    while (true) {
      Level[] before = bucket.levels();
      Level[] after = TokenBucket.under(before, rates, now);
      long wait = 0;
      for (int i = 0; i < rates.size(); i++) {
        Level level = after[i];
        wait = Math.max(wait, Math.max(level.fullAt(), now) - toleranceNanos(level.rate()) - now);
      }
      for (int i = 0; wait <= 0 && i < rates.size(); i++) {
        Level level = after[i];
        long full = Math.max(level.fullAt(), now) + intervalNanos(level.rate());
        after[i] = new Level(level.rate(), full);
      }
      if (bucket.replace(before, after)) {
        return Math.max(0, wait);
      }
    }
  }

  /** How long it takes a bucket to gain a token. */
  static long intervalNanos(Rate rate) {
    return Math.max(1, rate.period().toNanos() / rate.requests());
  }

  /** How long before it is full a bucket still has a token. */
  static long toleranceNanos(Rate rate) {
    long interval = intervalNanos(rate);
    long more = rate.burst() - 1;
    return more > LONGEST / interval ? LONGEST : interval * more;
  }

  private Quota quota(ExchangeView exchange) {
    if (settings.rateHeader().isEmpty()) {
      return quota;
    }
    AsciiString header = exchange.request().fields().first(settings.rateHeader());
    return header == null || header.length() > LONGEST_HEADER
        ? quota
        : quotaByHeader.get(header.toString(), this::read);
  }

  private Quota read(String header) {
    List<Rate> own = Rates.parse(header);
    return own.isEmpty() ? quota : new Quota(name, own);
  }

  /** As Go prints it, to the millisecond. */
  private static String text(Duration wait) {
    return GoDuration.format(Duration.ofMillis(Math.max(1, wait.toMillis())));
  }
}
