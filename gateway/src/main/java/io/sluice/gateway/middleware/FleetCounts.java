package io.sluice.gateway.middleware;

import io.sluice.gateway.config.RateLimit.Rate;
import io.sluice.gateway.config.Source;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the gateways of a fleet count together. Any thread; never blocks. */
public interface FleetCounts {
  /** Nothing is counted together. */
  FleetCounts NONE =
      new FleetCounts() {
        @Override
        public boolean isThere() {
          return false;
        }

        @Override
        public int gateways() {
          return 1;
        }

        @Override
        public CompletionStage<Taken> take(String limit, String source, List<Rate> rates) {
          throw new IllegalStateException("nothing is counted together");
        }

        @Override
        public CompletionStage<Place> enter(String limit, String source, int most) {
          throw new IllegalStateException("nothing is counted together");
        }
      };

  /**
   * What became of a token that was asked for.
   *
   * @param waitNanos 0 where there was one of each rate; else how long until there are
   * @param used how many tokens of each rate are used now, in the order of the rates
   */
  record Taken(long waitNanos, List<Double> used) {}

  /** What became of a place that was asked for. */
  interface Place {
    /** Whether there was one. */
    boolean isGiven();

    /** Gives it back. */
    void leave();
  }

  /** Whether the others can be asked now. */
  boolean isThere();

  /** How many gateways are alive, as far as is known; at least 1. */
  int gateways();

  /**
   * Takes a token of each rate, or none; fails when nobody answers in time.
   *
   * @param limit the frontend and the stage
   */
  CompletionStage<Taken> take(String limit, String source, List<Rate> rates);

  /** Takes one of so many places; fails when nobody answers in time. */
  CompletionStage<Place> enter(String limit, String source, int most);

  /** The same text at every gateway for requests of one source, however long it is. */
  static String source(Source variable, ExchangeView exchange) {
    return KeyGuard.hash(SourceKey.bytes(variable, exchange));
  }
}
