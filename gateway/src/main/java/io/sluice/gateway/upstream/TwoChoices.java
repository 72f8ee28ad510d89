package io.sluice.gateway.upstream;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The better of two endpoints that are drawn by weight (Mitzenmacher, "The Power of Two Choices in
 * Randomized Load Balancing"): with fewer requests under way, or with the lower expected latency,
 * which is the peak-sensitive average times the requests under way (Finagle's peak EWMA).
 */
final class TwoChoices extends Balancer {
  private static final int DRAWS = 4;

  private final Candidate[] cycle;
  private final boolean byLatency;

  TwoChoices(List<Candidate> candidates, int panicPercent, boolean byLatency) {
    super(candidates, panicPercent);
    this.cycle = RoundRobin.cycle(candidates);
    this.byLatency = byLatency;
  }

  @Override
  @Nullable Candidate choose(List<Candidate> tried, long key) {
    Candidate first = draw(tried);
    Candidate second = draw(tried);
    if (first == null || second == null) {
      Candidate only = first == null ? second : first;
      return only == null ? anyUsable(tried) : only;
    }
    return cost(second) < cost(first) ? second : first;
  }

  private @Nullable Candidate draw(List<Candidate> tried) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < DRAWS; i++) {
      Candidate drawn = cycle[random.nextInt(cycle.length)];
      if (mayTake(drawn, tried)) {
        return drawn;
      }
    }
    return null;
  }

  private double cost(Candidate candidate) {
    double underWay = candidate.endpoint().inFlight() + 1.0;
    return byLatency ? candidate.health().latencyNanos() * underWay : underWay / candidate.weight();
  }
}
