package io.sluice.gateway.middleware;

import io.sluice.gateway.config.RateLimit.Rate;
import io.sluice.gateway.memory.Bounded;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source has used of its rates. Rates are told apart by their periods: one that changes
 * keeps what was used, so that nobody gains by changing it. Any thread.
 */
final class TokenBucket {
  /** More periods than that are forgotten, those first that were used least lately. */
  private static final int MOST = 8;

  private static final VarHandle LEVELS;

  /**
   * A rate and the time at which all its tokens are there again, in nanoseconds: one number, as the
   * generic cell rate algorithm keeps it.
   */
  record Level(Rate rate, long fullAt) {
    /**
     * The level under another rate of the same period: as many tokens are left, but never more than
     * the new burst.
     */
    Level under(Rate other, long now) {
      if (other.equals(rate)) {
        return this;
      }
      double used = Math.max(0, fullAt - now) / (double) RateLimiter.intervalNanos(rate);
      double left = Math.max(0, Math.min((double) other.burst(), rate.burst() - used));
      double missing = (other.burst() - left) * RateLimiter.intervalNanos(other);
      return new Level(other, now + (long) Math.min(missing, (double) RateLimiter.LONGEST));
    }
  }

  static {
    try {
      LEVELS = MethodHandles.lookup().findVarHandle(TokenBucket.class, "levels", Level[].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Those that hold now stand first. */
  @Bounded("by the periods that a source may have used, see MOST")
  private volatile Level[] levels = {};

  /** Not to be changed. */
  Level[] levels() {
    return levels;
  }

  boolean replace(Level[] before, Level[] after) {
    return LEVELS.compareAndSet(this, before, after);
  }

  /** The levels for these rates, and behind them those of other periods. */
  static Level[] under(Level[] before, List<Rate> rates, long now) {
    int others = 0;
    for (Level level : before) {
      others += isAmong(rates, level.rate) ? 0 : 1;
    }
    Level[] levels = new Level[Math.max(rates.size(), Math.min(MOST, rates.size() + others))];
    int count = 0;
    for (Rate rate : rates) {
      Level known = find(before, rate);
      levels[count++] = known == null ? new Level(rate, now) : known.under(rate, now);
    }
    for (Level level : before) {
      if (count < levels.length && !isAmong(rates, level.rate)) {
        levels[count++] = level;
      }
    }
    return levels;
  }

  private static @Nullable Level find(Level[] levels, Rate rate) {
    for (Level level : levels) {
      if (level.rate.period().equals(rate.period())) {
        return level;
      }
    }
    return null;
  }

  private static boolean isAmong(List<Rate> rates, Rate rate) {
    for (int i = 0; i < rates.size(); i++) {
      if (rates.get(i).period().equals(rate.period())) {
        return true;
      }
    }
    return false;
  }
}
