package io.sluice.gateway.upstream;

import io.sluice.gateway.config.LoadBalancing;
import io.sluice.gateway.memory.Bounded;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one of a backend's endpoints for each attempt. Any thread.
 *
 * <p>An endpoint that is not well is passed over, unless too few are well: then requests spread
 * over all of them, because those that are left would only be drowned.
 */
public abstract class Balancer {
  @Bounded("by the servers that are written")
  private final List<Candidate> candidates;

  private final int panicPercent;

  Balancer(List<Candidate> candidates, int panicPercent) {
    this.candidates = List.copyOf(candidates);
    this.panicPercent = panicPercent;
  }

  /** The balancer for a policy. */
  public static Balancer of(LoadBalancing settings, List<Candidate> candidates) {
    return switch (settings.policy()) {
      case ROUND_ROBIN -> new RoundRobin(candidates, settings.panicPercent());
      case LEAST_REQUEST -> new TwoChoices(candidates, settings.panicPercent(), false);
      case PEAK_EWMA -> new TwoChoices(candidates, settings.panicPercent(), true);
      case HASH -> new ConsistentHash(candidates, settings.panicPercent(), settings.boundedLoad());
    };
  }

  /**
   * Continues where another balancer of the same backend was, so a change of servers does not start
   * the round again.
   */
  public Balancer after(Balancer previous) {
    return this;
  }

  /**
   * The next endpoint.
   *
   * @param tried what this exchange has failed on; passed over
   * @param key what the exchange is hashed by; any number for other policies
   * @return null when there is none left
   */
  public @Nullable Candidate pick(List<Candidate> tried, long key) {
    return candidates.isEmpty() ? null : choose(tried, key);
  }

  abstract @Nullable Candidate choose(List<Candidate> tried, long key);

  /** All of them. */
  public List<Candidate> candidates() {
    return candidates;
  }

  /** Whether an exchange that has tried these may go there. */
  final boolean mayTake(Candidate candidate, List<Candidate> tried) {
    if (!tried.isEmpty() && tried.contains(candidate)) {
      return false;
    }
    if (candidate.health().isWell()) {
      double ramp = candidate.health().ramp();
      return ramp >= 1 || ThreadLocalRandom.current().nextDouble() < ramp;
    }
    return candidate.health().isWorthATry() || mayTakeDoubtful(candidate);
  }

  /** Anyone that was not tried, for when nobody may take the exchange: the least doubtful one. */
  final @Nullable Candidate anyUsable(List<Candidate> tried) {
    Candidate unchecked = null;
    Candidate last = null;
    // Not always the first one: while all are new, most requests come here.
    int from = ThreadLocalRandom.current().nextInt(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get((from + i) % candidates.size());
      if (!tried.contains(candidate)) {
        if (candidate.health().isWell()) {
          return candidate;
        }
        if (candidate.health().isUsable()) {
          unchecked = candidate;
        }
        last = candidate;
      }
    }
    return unchecked != null || !tried.isEmpty() ? unchecked : last;
  }

  /** Whether there is one besides those that were tried which an exchange would be given. */
  public boolean hasOther(Predicate<Candidate> tried) {
    for (Candidate candidate : candidates) {
      if (!tried.test(candidate) && (candidate.health().isUsable() || mayTakeDoubtful(candidate))) {
        return true;
      }
    }
    return false;
  }

  /** Where nobody is well, who is doubtful is asked; where too few are left, all are. */
  private boolean mayTakeDoubtful(Candidate doubtful) {
    int well = 0;
    int usable = 0;
    for (Candidate candidate : candidates) {
      Health health = candidate.health();
      well += health.isWell() ? 1 : 0;
      usable += health.isUsable() ? 1 : 0;
    }
    boolean panic = usable == 0 || usable * 100 < candidates.size() * panicPercent;
    return panic || (well == 0 && doubtful.health().isUsable());
  }
}
