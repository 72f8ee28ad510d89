package io.sluice.gateway.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Weighted round robin over endpoints: a cycle in which each stands as often as its weight says,
 * spread as evenly as can be.
 *
 * <p>Immutable but for the position, which all event loops share; any thread.
 */
public final class Balancer {
  /**
   * An endpoint and its share.
   *
   * @param weight above 0
   */
  public record Member(Endpoint endpoint, int weight) {}

  private static final int LONGEST_CYCLE = 4096;

  private final Endpoint[] cycle;
  private final AtomicInteger position = new AtomicInteger();

  private Balancer(Endpoint[] cycle) {
    this.cycle = cycle;
  }

  public static Balancer of(List<Member> members) {
    return new Balancer(cycle(members));
  }

  /**
   * Continues where another balancer of the same backend was, so a change of servers does not start
   * the round again.
   */
  public Balancer after(Balancer previous) {
    position.set(previous.position.get());
    return this;
  }

  /**
   * The next endpoint.
   *
   * @param tried endpoints that this exchange has failed on; they are passed over
   * @return null when there is none left
   */
  public @Nullable Endpoint pick(List<Endpoint> tried) {
    int length = cycle.length;
    if (length == 0) {
      return null;
    }
    int start = Math.floorMod(position.getAndIncrement(), length);
    if (tried.isEmpty()) {
      return cycle[start];
    }
    for (int i = 0; i < length; i++) {
      Endpoint endpoint = cycle[(start + i) % length];
      if (!tried.contains(endpoint)) {
        return endpoint;
      }
    }
    return null;
  }

  /** Smooth weighted round robin, played through once. */
  private static Endpoint[] cycle(List<Member> members) {
    int divisor = 0;
    long sum = 0;
    for (Member member : members) {
      divisor = gcd(divisor, member.weight);
      sum += member.weight;
    }
    if (divisor == 0) {
      return new Endpoint[0];
    }
    // Very fine weights are rounded so that the cycle stays short; nobody is rounded away.
    double scale = Math.min(1.0, (double) LONGEST_CYCLE * divisor / sum) / divisor;
    int[] weights = new int[members.size()];
    int total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.max(1, (int) Math.round(members.get(i).weight * scale));
      total += weights[i];
    }
    int[] current = new int[weights.length];
    List<Endpoint> cycle = new ArrayList<>(total);
    for (int n = 0; n < total; n++) {
      int best = 0;
      for (int i = 0; i < weights.length; i++) {
        current[i] += weights[i];
        if (current[i] > current[best]) {
          best = i;
        }
      }
      current[best] -= total;
      cycle.add(members.get(best).endpoint);
    }
    return cycle.toArray(new Endpoint[0]);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
