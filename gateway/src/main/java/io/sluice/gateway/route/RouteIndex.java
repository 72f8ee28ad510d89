package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    Map<AsciiString, List<Candidate<T>>> hosts = byHost(entries);
    List<Candidate<T>> any = hosts.remove(AsciiString.EMPTY_STRING);
    Map<AsciiString, Bucket<T>> byHost = HashMap.newHashMap(hosts.size());
    hosts.forEach((host, candidates) -> byHost.put(host, Bucket.of(candidates)));
    return new RouteIndex<>(byHost, Bucket.of(any == null ? List.of() : any));
  }

  /**
   * The index without some routes and with others: a copy of the maps, and new lists only where
   * something changes.
   *
   * @param removed as they were added
   */
  public RouteIndex<T> change(List<Entry<T>> removed, List<Entry<T>> added) {
    Map<AsciiString, List<Candidate<T>>> out = byHost(removed);
    Map<AsciiString, List<Candidate<T>>> in = byHost(added);
    Set<AsciiString> touched = new HashSet<>(out.keySet());
    touched.addAll(in.keySet());
    Map<AsciiString, Bucket<T>> hosts = new HashMap<>(byHost);
    Bucket<T> any = anyHost;
    for (AsciiString host : touched) {
      List<Candidate<T>> less = out.getOrDefault(host, List.of());
      List<Candidate<T>> more = in.getOrDefault(host, List.of());
      if (host.isEmpty()) {
        any = any.change(less, more);
        continue;
      }
      Bucket<T> before = hosts.get(host);
      Bucket<T> now = before == null ? Bucket.of(more) : before.change(less, more);
      if (now.size == 0) {
        hosts.remove(host);
      } else {
        hosts.put(host, now);
      }
    }
    return new RouteIndex<>(hosts, any);
  }

  /** By host; the empty one stands for any. */
  private static <T> Map<AsciiString, List<Candidate<T>>> byHost(Iterable<Entry<T>> entries) {
    Map<AsciiString, List<Candidate<T>>> byHost = new HashMap<>();
    for (Entry<T> entry : entries) {
      for (Alternative alternative : entry.route.alternatives()) {
        AsciiString host = alternative.exactHost();
        byHost
            .computeIfAbsent(
                host == null ? AsciiString.EMPTY_STRING : host, h -> new ArrayList<>(1))
            .add(new Candidate<>(entry.id, entry.priority, alternative, entry.target));
      }
    }
    return byHost;
  }

  /** Where the best matching route leads, or null. */
  public @Nullable T match(RouteInput input) {
    Bucket<T> ofHost = byHost.get(input.host());
    Candidate<T> best = ofHost == null ? null : ofHost.best(input, null);
    best = anyHost.best(input, best);
    return best == null ? null : best.target;
  }

  /**
   * The candidates of one host, or of no host in particular.
   *
   * @param size how many there are
   * @param longestPrefix the length of the longest key of {@code byPrefix}, or more
   */
  private record Bucket<T>(
      int size,
      Map<AsciiString, List<Candidate<T>>> byPath,
      Map<AsciiString, List<Candidate<T>>> byPrefix,
      int longestPrefix,
      List<Candidate<T>> rest) {
    /** Up to here a list is as quick as a map. */
    private static final int FEW = 8;

    static <T> Bucket<T> of(List<Candidate<T>> candidates) {
      if (candidates.size() <= FEW) {
        List<Candidate<T>> rest = new ArrayList<>(candidates);
        rest.sort(BEST_FIRST);
        return new Bucket<>(rest.size(), Map.of(), Map.of(), 0, rest);
      }
      Map<AsciiString, List<Candidate<T>>> byPath = new HashMap<>();
      Map<AsciiString, List<Candidate<T>>> byPrefix = new HashMap<>();
      List<Candidate<T>> rest = new ArrayList<>();
      for (Candidate<T> candidate : candidates) {
        AsciiString path = candidate.alternative.exactPath();
        AsciiString prefix = prefix(candidate);
        if (path != null) {
          byPath.computeIfAbsent(path, p -> new ArrayList<>(1)).add(candidate);
        } else if (prefix != null) {
          byPrefix.computeIfAbsent(prefix, p -> new ArrayList<>(1)).add(candidate);
        } else {
          rest.add(candidate);
        }
      }
      byPath.values().forEach(list -> list.sort(BEST_FIRST));
      byPrefix.values().forEach(list -> list.sort(BEST_FIRST));
      rest.sort(BEST_FIRST);
      int longest = byPrefix.keySet().stream().mapToInt(AsciiString::length).max().orElse(0);
      return new Bucket<>(candidates.size(), byPath, byPrefix, longest, rest);
    }

    /** The literal start of a pattern up to its last slash, or null. */
    private static @Nullable AsciiString prefix(Candidate<?> candidate) {
      String prefix = candidate.alternative.pathPrefix();
      int slash = prefix.lastIndexOf('/');
      return slash < 0 ? null : AsciiString.of(prefix.substring(0, slash + 1));
    }

    Bucket<T> change(List<Candidate<T>> removed, List<Candidate<T>> added) {
      if (size + added.size() - removed.size() <= FEW || size <= FEW) {
        List<Candidate<T>> all = new ArrayList<>(rest);
        byPath.values().forEach(all::addAll);
        byPrefix.values().forEach(all::addAll);
        all.removeAll(removed);
        all.addAll(added);
        return of(all);
      }
      Map<AsciiString, List<Candidate<T>>> paths = new HashMap<>(byPath);
      Map<AsciiString, List<Candidate<T>>> prefixes = new HashMap<>(byPrefix);
      List<Candidate<T>> others = new ArrayList<>(rest);
      int longest = longestPrefix;
      for (Candidate<T> candidate : removed) {
        AsciiString path = candidate.alternative.exactPath();
        AsciiString prefix = prefix(candidate);
        if (path != null) {
          without(paths, path, candidate);
        } else if (prefix != null) {
          without(prefixes, prefix, candidate);
        } else {
          others.remove(candidate);
        }
      }
      for (Candidate<T> candidate : added) {
        AsciiString path = candidate.alternative.exactPath();
        AsciiString prefix = prefix(candidate);
        if (path != null) {
          with(paths, path, candidate);
        } else if (prefix != null) {
          with(prefixes, prefix, candidate);
          longest = Math.max(longest, prefix.length());
        } else {
          others.add(candidate);
        }
      }
      others.sort(BEST_FIRST);
      int now = size - removed.size() + added.size();
      return new Bucket<>(now, paths, prefixes, longest, others);
    }

    private static <T> void without(
        Map<AsciiString, List<Candidate<T>>> lists, AsciiString key, Candidate<T> candidate) {
      List<Candidate<T>> fewer = new ArrayList<>(lists.getOrDefault(key, List.of()));
      fewer.remove(candidate);
      if (fewer.isEmpty()) {
        lists.remove(key);
      } else {
        lists.put(key, fewer);
      }
    }

    private static <T> void with(
        Map<AsciiString, List<Candidate<T>>> lists, AsciiString key, Candidate<T> candidate) {
      List<Candidate<T>> more = new ArrayList<>(lists.getOrDefault(key, List.of()));
      more.add(candidate);
      more.sort(BEST_FIRST);
      lists.put(key, more);
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
