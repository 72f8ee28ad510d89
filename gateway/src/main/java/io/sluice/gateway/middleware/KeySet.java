package io.sluice.gateway.middleware;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that tokens are signed with: fetched from an address, again every five minutes, and when
 * a token names one that is not there, though not more often than every five seconds. What was
 * fetched last holds while the address does not answer, for a day. Any thread.
 */
final class KeySet {
  private static final Logger LOG = LoggerFactory.getLogger(KeySet.class);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final int MOST_BYTES = 1 << 20;
  private static final long FRESH = TimeUnit.MINUTES.toNanos(5);
  private static final long LEAST = TimeUnit.SECONDS.toNanos(5);
  private static final long KEPT = TimeUnit.DAYS.toNanos(1);

  /**
   * What was fetched.
   *
   * @param at when
   */
  record Fetched(JWKSet keys, long at) {}

  private final String url;
  private final LongSupplier clock;
  private final Calls calls = new Calls(1);
  private volatile @Nullable Fetched last;
  private @Nullable CompletableFuture<@Nullable Fetched> underWay;
  private long asked;

  KeySet(String url, LongSupplier clock) {
    this.url = url;
    this.clock = clock;
    this.asked = clock.getAsLong() - LEAST;
  }

  /** Keys that never change. */
  static KeySet of(JWKSet keys, LongSupplier clock) {
    KeySet set = new KeySet("", clock);
    set.last = new Fetched(keys, clock.getAsLong());
    return set;
  }

  boolean isFrom(String otherUrl) {
    return !url.isEmpty() && url.equals(otherUrl);
  }

  /** Those that may be used now; null when there are none, or they are too old. */
  @Nullable Fetched current() {
    if (isOlderThan(FRESH)) {
      var _ = newer();
    }
    return usable();
  }

  /** Those that a new look gives, or the last ones where it is too soon for one, or it fails. */
  synchronized CompletableFuture<@Nullable Fetched> newer() {
    CompletableFuture<@Nullable Fetched> now = underWay;
    if (now != null && !now.isDone()) {
      return now;
    }
    long nanos = clock.getAsLong();
    if (url.isEmpty() || nanos - asked < LEAST) {
      return CompletableFuture.completedFuture(usable());
    }
    asked = nanos;
    now =
        calls
            .call(Calls.to(url, LONGEST).GET().build(), MOST_BYTES)
            .thenApply(KeySet::read)
            .handle(
                (keys, failure) -> {
                  if (failure == null) {
                    last = new Fetched(keys, clock.getAsLong());
                  } else {
                    LOG.warn("jwt: {}: {}", url, failure.toString());
                  }
                  return usable();
                });
    underWay = now;
    return now;
  }

  private @Nullable Fetched usable() {
    return isOlderThan(KEPT) ? null : last;
  }

  private boolean isOlderThan(long nanos) {
    Fetched now = last;
    return now != null && !url.isEmpty() && clock.getAsLong() - now.at > nanos;
  }

  private static JWKSet read(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          "found status " + response.statusCode() + ", expected a key set");
    }
    try {
      return JWKSet.parse(new String(response.body(), StandardCharsets.UTF_8)).toPublicJWKSet();
    } catch (ParseException unreadable) {
      throw new IllegalStateException("found no key set", unreadable);
    }
  }
}
