package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the best route for a request: by its exact host in a map, by its exact path in a second
 * one, by the literal prefix of patterns in a third, so the cost does not follow the number of
 * routes. Immutable; any thread.
 *
 * <p>Best is the highest priority, then {@link Alternative#SPECIFIC_FIRST}, then the lexically
 * smaller id. Lists are kept in that order, so a search stops at the first match and skips what
 * could no longer win.
 *
 * @param <T> what a route leads to
 */
public final class RouteIndex<T> {
  /**
   * One route and where it leads.
   *
   * @param id breaks ties
   * @param priority higher wins over everything else
   */
  public record Entry<T>(String id, int priority, Route route, T target) {}

  private record Candidate<T>(String id, int priority, Alternative alternative, T target) {}

  private static final Comparator<Candidate<?>> BEST_FIRST =
      Comparator.<Candidate<?>>comparingInt(c -> -c.priority)
          .thenComparing(c -> c.alternative, Alternative.SPECIFIC_FIRST)
          .thenComparing(c -> c.id);

  private final Map<AsciiString, Bucket<T>> byHost;
  private final Bucket<T> anyHost;

  private RouteIndex(Map<AsciiString, Bucket<T>> byHost, Bucket<T> anyHost) {
    this.byHost = byHost;
    this.anyHost = anyHost;
  }

  public static <T> RouteIndex<T> of(Iterable<Entry<T>> entries) {
    Map<AsciiString, List<Candidate<T>>> exact = new HashMap<>();
    List<Candidate<T>> any = new ArrayList<>();
    for (Entry<T> entry : entries) {
      for (Alternative alternative : entry.route.alternatives()) {
        Candidate<T> candidate =
            new Candidate<>(entry.id, entry.priority, alternative, entry.target);
        AsciiString host = alternative.exactHost();
        (host == null ? any : exact.computeIfAbsent(host, h -> new ArrayList<>(1))).add(candidate);
      }
    }
    Map<AsciiString, Bucket<T>> byHost = HashMap.newHashMap(exact.size());
    exact.forEach((host, candidates) -> byHost.put(host, Bucket.of(candidates)));
    return new RouteIndex<>(byHost, Bucket.of(any));
  }

  /** Where the best matching route leads, or null. */
  public @Nullable T match(RouteInput input) {
    Bucket<T> ofHost = byHost.get(input.host());
    Candidate<T> best = ofHost == null ? null : ofHost.best(input, null);
    best = anyHost.best(input, best);
    return best == null ? null : best.target;
  }

  /** The candidates of one host, or of no host in particular. */
  private record Bucket<T>(
      Map<AsciiString, List<Candidate<T>>> byPath,
      Map<AsciiString, List<Candidate<T>>> byPrefix,
      int longestPrefix,
      List<Candidate<T>> rest) {
    /** Up to here a list is as quick as a map. */
    private static final int FEW = 8;

    static <T> Bucket<T> of(List<Candidate<T>> candidates) {
      Map<AsciiString, List<Candidate<T>>> byPath = new HashMap<>();
      Map<AsciiString, List<Candidate<T>>> byPrefix = new HashMap<>();
      List<Candidate<T>> rest = new ArrayList<>();
      boolean few = candidates.size() <= FEW;
      for (Candidate<T> candidate : candidates) {
        AsciiString path = candidate.alternative.exactPath();
        String prefix = candidate.alternative.pathPrefix();
        int slash = prefix.lastIndexOf('/');
        if (few) {
          rest.add(candidate);
        } else if (path != null) {
          byPath.computeIfAbsent(path, p -> new ArrayList<>(1)).add(candidate);
        } else if (slash >= 0) {
          byPrefix
              .computeIfAbsent(
                  AsciiString.of(prefix.substring(0, slash + 1)), p -> new ArrayList<>(1))
              .add(candidate);
        } else {
          rest.add(candidate);
        }
      }
      byPath.values().forEach(list -> list.sort(BEST_FIRST));
      byPrefix.values().forEach(list -> list.sort(BEST_FIRST));
      rest.sort(BEST_FIRST);
      int longestPrefix = byPrefix.keySet().stream().mapToInt(AsciiString::length).max().orElse(0);
      return new Bucket<>(byPath, byPrefix, longestPrefix, rest);
    }

    @Nullable Candidate<T> best(RouteInput input, @Nullable Candidate<T> soFar) {
      Candidate<T> best = soFar;
      AsciiString path = input.path();
      if (!byPath.isEmpty()) {
        best = better(byPath.get(path), input, best);
      }
      if (!byPrefix.isEmpty()) {
        for (int slash = path.indexOf('/', 0);
            slash >= 0 && slash < longestPrefix;
            slash = path.indexOf('/', slash + 1)) {
          best = better(byPrefix.get(path.subSequence(0, slash + 1, false)), input, best);
        }
      }
      return better(rest, input, best);
    }

    private @Nullable Candidate<T> better(
        @Nullable List<Candidate<T>> candidates, RouteInput input, @Nullable Candidate<T> best) {
      if (candidates == null) {
        return best;
      }
      for (int i = 0; i < candidates.size(); i++) {
        Candidate<T> candidate = candidates.get(i);
        if (best != null && BEST_FIRST.compare(best, candidate) <= 0) {
          return best;
        }
        if (candidate.alternative.matches(input)) {
          return candidate;
        }
      }
      return best;
    }
  }
}
