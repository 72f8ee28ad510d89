package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.Middleware.Rate;
import io.sluice.gateway.config.Middleware.RateLimit;
import io.sluice.gateway.config.Rates;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

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
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private final String name;
  private final RateLimit settings;
  private final LongSupplier clock;
  private final long origin;
  private final Sources sources;
  private final int id;
  private final Quota quota;

  @Bounded("64 texts of at most a thousand characters")
  private final Cache<String, Quota> quotaByHeader =
      Caffeine.newBuilder().maximumSize(64).executor(Runnable::run).build();

  /**
   * @param name how clients hear of it
   */
  RateLimiter(String name, RateLimit settings, Sources sources, LongSupplier clock) {
    this.name = name;
    this.settings = settings;
    this.quota = new Quota(name, settings.rates());
    this.clock = clock;
    this.origin = clock.getAsLong();
    this.sources = sources;
    this.id = sources.newLimiter();
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Quota own = quota(exchange);
    List<Rate> rates = own.rates();
    TokenBucket bucket = sources.bucket(id, SourceKey.of(settings.variable(), exchange), rates);
    long now = clock.getAsLong() - origin;
    long waitNanos = take(bucket, rates, now);
    exchange.answerWith(Quota.POLICY, own.policy());
    exchange.answerWith(Quota.STATE, own.state(bucket.times(), now));
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
      long[] before = bucket.times();
      long[] after = new long[before.length];
      long wait = 0;
      for (int i = 0; i < after.length; i++) {
        Rate rate = rates.get(i);
        long interval = intervalNanos(rate);
        long full = Math.max(before[i], now);
        wait = Math.max(wait, full - toleranceNanos(rate) - now);
        after[i] = full + interval;
      }
      if (wait > 0) {
        return wait;
      }
      if (bucket.replace(before, after)) {
        return 0;
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

  /** As Go prints it: whole seconds where they are, else milliseconds. */
  private static String text(Duration wait) {
    return wait.toNanosPart() == 0 ? wait.toSeconds() + "s" : Math.max(1, wait.toMillis()) + "ms";
  }
}
