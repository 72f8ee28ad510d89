package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import io.sluice.gateway.memory.SharedBudget;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all limiters of the process remember of sources, in one table of a fixed number of entries
 * of a fixed size, so that its most memory is known whatever clients send. The least often seen are
 * forgotten first, which can only favour them. Any thread.
 */
public final class Sources {
  /** With the cache's own objects; measured at 220 to 270 for one rate. */
  private static final int ENTRY_BYTES = 288;

  /** A source at one limiter. */
  record Key(int limiter, SourceKey source) {}

  private final SharedBudget budget;
  private final AtomicInteger limiters = new AtomicInteger();

  @Charged(Budget.SOURCES)
  private final Cache<Key, TokenBucket> buckets;

  /**
   * @param budget which the table is made for once and for all
   */
  public Sources(SharedBudget budget) {
    this.budget = budget;
    long most = Math.max(1_024, budget.most() / ENTRY_BYTES);
    buckets =
        Caffeine.newBuilder()
            .maximumSize(most)
            .executor(Runnable::run)
            .evictionListener(
                (key, bucket, cause) -> {
                  budget.giveBack(ENTRY_BYTES);
                  budget.refuse();
                })
            .build();
  }

  /** A name for a limiter that no other has. */
  int newLimiter() {
    return limiters.incrementAndGet();
  }

  TokenBucket bucket(int limiter, SourceKey source) {
    return buckets.get(
        new Key(limiter, source),
        key -> {
          budget.add(ENTRY_BYTES);
          return new TokenBucket();
        });
  }
}
