package io.sluice.gateway.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Weighted round robin: a cycle in which each endpoint stands as often as its weight says, spread
 * as evenly as can be (nginx's smooth weighted round robin, played through once).
 *
 * <p>Immutable but for the position, which all event loops share.
 */
final class RoundRobin extends Balancer {
  private static final int LONGEST_CYCLE = 4096;

  private final Candidate[] cycle;
  private final AtomicInteger position = new AtomicInteger();

  RoundRobin(List<Candidate> candidates, int panicPercent) {
    super(candidates, panicPercent);
    this.cycle = cycle(candidates);
  }

  @Override
  public Balancer after(Balancer previous) {
    if (previous instanceof RoundRobin round) {
      position.set(round.position.get());
    }
    return this;
  }

  @Override
  @Nullable Candidate choose(List<Candidate> tried, long key) {
    int length = cycle.length;
    int start = Math.floorMod(position.getAndIncrement(), length);
    for (int i = 0; i < length; i++) {
      int at = start + i;
      Candidate candidate = cycle[at < length ? at : at - length];
      if (mayTake(candidate, tried)) {
        return candidate;
      }
    }
    return anyUsable(tried);
  }

  static Candidate[] cycle(List<Candidate> candidates) {
    int divisor = 0;
    long sum = 0;
    for (Candidate candidate : candidates) {
      divisor = gcd(divisor, candidate.weight());
      sum += candidate.weight();
    }
    if (divisor == 0) {
      return new Candidate[0];
    }
    // Very fine weights are rounded so that the cycle stays short; nobody is rounded away.
    double scale = Math.min(1.0, (double) LONGEST_CYCLE * divisor / sum) / divisor;
    int[] weights = new int[candidates.size()];
    int total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.max(1, (int) Math.round(candidates.get(i).weight() * scale));
      total += weights[i];
    }
    int[] current = new int[weights.length];
    List<Candidate> cycle = new ArrayList<>(total);
    for (int n = 0; n < total; n++) {
      int best = 0;
      for (int i = 0; i < weights.length; i++) {
        current[i] += weights[i];
        if (current[i] > current[best]) {
          best = i;
        }
      }
      current[best] -= total;
      cycle.add(candidates.get(best));
    }
    return cycle.toArray(new Candidate[0]);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
