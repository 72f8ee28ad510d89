package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
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

  private record Candidate<T>(
      String id, int priority, String route, Alternative alternative, T target) {
    /** Empty stands for any. */
    AsciiString host() {
      AsciiString exact = alternative.exactHost();
      return exact == null ? AsciiString.EMPTY_STRING : exact;
    }

    @Nullable AsciiString path() {
      return alternative.exactPath();
    }

    /** The literal start of a pattern up to its last slash, or null. */
    @Nullable AsciiString prefix() {
      String prefix = alternative.pathPrefix();
      int slash = prefix.lastIndexOf('/');
      return path() != null || slash < 0 ? null : AsciiString.of(prefix.substring(0, slash + 1));
    }
  }

  private static final Comparator<Candidate<?>> BEST_FIRST =
      Comparator.<Candidate<?>>comparingInt(c -> -c.priority)
          .thenComparing(c -> c.alternative, Alternative.SPECIFIC_FIRST)
          .thenComparing(c -> c.id);

  private final TextMap<Bucket<T>> byHost;
  private final Bucket<T> anyHost;

  private RouteIndex(TextMap<Bucket<T>> byHost, Bucket<T> anyHost) {
    this.byHost = byHost;
    this.anyHost = anyHost;
  }

  public static <T> RouteIndex<T> of(Iterable<Entry<T>> entries) {
    List<Entry<T>> all = new ArrayList<>();
    entries.forEach(all::add);
    return new RouteIndex<T>(TextMap.empty(), Bucket.empty()).change(List.of(), all);
  }

  /**
   * The index without some routes and with others: what does not change is shared.
   *
   * @param removed as they were added
   */
  public RouteIndex<T> change(List<Entry<T>> removed, List<Entry<T>> added) {
    Map<AsciiString, List<Candidate<T>>> out = byHost(removed);
    Map<AsciiString, List<Candidate<T>>> in = byHost(added);
    Bucket<T> any =
        anyHost.change(
            Objects.requireNonNullElse(out.remove(AsciiString.EMPTY_STRING), List.of()),
            Objects.requireNonNullElse(in.remove(AsciiString.EMPTY_STRING), List.of()));
    return new RouteIndex<>(changed(byHost, out, in, RouteIndex::bucket), any);
  }

  private static <T> @Nullable Bucket<T> bucket(
      @Nullable Bucket<T> before, List<Candidate<T>> removed, List<Candidate<T>> added) {
    Bucket<T> now = (before == null ? Bucket.<T>empty() : before).change(removed, added);
    return now.size == 0 ? null : now;
  }

  /** What becomes of a map's value; null for none, before or after. */
  private interface Change<T, V> {
    @Nullable V of(@Nullable V before, List<Candidate<T>> removed, List<Candidate<T>> added);
  }

  /** A map with another value wherever candidates go or come; itself where none do. */
  private static <T, V> TextMap<V> changed(
      TextMap<V> map,
      Map<AsciiString, List<Candidate<T>>> removed,
      Map<AsciiString, List<Candidate<T>>> added,
      Change<T, V> change) {
    Set<AsciiString> touched = new HashSet<>(removed.keySet());
    touched.addAll(added.keySet());
    if (touched.isEmpty()) {
      return map;
    }
    TextMap.Editor<V> editor = map.edit();
    for (AsciiString text : touched) {
      List<Candidate<T>> less = removed.getOrDefault(text, List.of());
      List<Candidate<T>> more = added.getOrDefault(text, List.of());
      editor.change(text, before -> change.of(before, less, more));
    }
    return editor.done();
  }

  private static <T> Map<AsciiString, List<Candidate<T>>> byHost(List<Entry<T>> entries) {
    List<Candidate<T>> candidates = new ArrayList<>();
    for (Entry<T> entry : entries) {
      for (Alternative alternative : entry.route.alternatives()) {
        candidates.add(
            new Candidate<>(
                entry.id, entry.priority, entry.route.toString(), alternative, entry.target));
      }
    }
    return grouped(candidates, Candidate::host);
  }

  /** By a key; those that have none are left out. */
  private static <T> Map<AsciiString, List<Candidate<T>>> grouped(
      List<Candidate<T>> candidates, Function<Candidate<T>, @Nullable AsciiString> key) {
    Map<AsciiString, List<Candidate<T>>> groups = new HashMap<>();
    for (Candidate<T> candidate : candidates) {
      AsciiString text = key.apply(candidate);
      if (text != null) {
        groups.computeIfAbsent(text, t -> new ArrayList<>(1)).add(candidate);
      }
    }
    return groups;
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
      TextMap<List<Candidate<T>>> byPath,
      TextMap<List<Candidate<T>>> byPrefix,
      int longestPrefix,
      List<Candidate<T>> rest) {
    /** Up to here a list is as quick as a map. */
    private static final int FEW = 8;

    private static final Bucket<?> EMPTY =
        new Bucket<>(0, TextMap.empty(), TextMap.empty(), 0, List.of());

    @SuppressWarnings("unchecked") // It holds nothing.
    static <T> Bucket<T> empty() {
      return (Bucket<T>) EMPTY;
    }

    Bucket<T> change(List<Candidate<T>> removed, List<Candidate<T>> added) {
      if (removed.isEmpty() && added.isEmpty()) {
        return this;
      }
      int after = size + added.size() - removed.size();
      if (after > FEW && size > FEW) {
        return sorted(removed, added);
      }
      List<Candidate<T>> all = new ArrayList<>(rest);
      byPath.values().forEach(all::addAll);
      byPrefix.values().forEach(all::addAll);
      List<Candidate<T>> now = merged(all, removed, added);
      return after > FEW
          ? Bucket.<T>empty().sorted(List.of(), now)
          : new Bucket<>(after, TextMap.empty(), TextMap.empty(), 0, now);
    }

    /** With each candidate where it is looked for. */
    private Bucket<T> sorted(List<Candidate<T>> removed, List<Candidate<T>> added) {
      Map<AsciiString, List<Candidate<T>>> prefixes = grouped(added, Candidate::prefix);
      int longest = prefixes.keySet().stream().mapToInt(AsciiString::length).max().orElse(0);
      return new Bucket<>(
          size + added.size() - removed.size(),
          changed(
              byPath,
              grouped(removed, Candidate::path),
              grouped(added, Candidate::path),
              Bucket::listed),
          changed(byPrefix, grouped(removed, Candidate::prefix), prefixes, Bucket::listed),
          Math.max(longest, longestPrefix),
          merged(rest, others(removed), others(added)));
    }

    private static <T> List<Candidate<T>> others(List<Candidate<T>> candidates) {
      return candidates.stream().filter(c -> c.path() == null && c.prefix() == null).toList();
    }

    private static <T> @Nullable List<Candidate<T>> listed(
        @Nullable List<Candidate<T>> before, List<Candidate<T>> removed, List<Candidate<T>> added) {
      List<Candidate<T>> now = merged(before == null ? List.of() : before, removed, added);
      return now.isEmpty() ? null : now;
    }

    private static <T> List<Candidate<T>> merged(
        List<Candidate<T>> before, List<Candidate<T>> removed, List<Candidate<T>> added) {
      List<Candidate<T>> now = new ArrayList<>(before);
      now.removeAll(removed);
      now.addAll(added);
      now.sort(BEST_FIRST);
      return now;
    }

    @Nullable Candidate<T> best(RouteInput input, @Nullable Candidate<T> soFar) {
      Candidate<T> best = soFar;
      AsciiString path = input.path();
      if (!byPath.isEmpty()) {
        best = better(byPath.get(path), input, best);
      }
      if (!byPrefix.isEmpty()) {
        int hash = TextMap.SEED;
        int end = Math.min(path.length(), longestPrefix);
        for (int i = 0; i < end; i++) {
          hash = TextMap.hash(hash, path.byteAt(i));
          if (path.byteAt(i) == '/') {
            best = better(byPrefix.get(path, i + 1, hash), input, best);
          }
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
        if (candidate.alternative.matches(input, candidate.route)) {
          return candidate;
        }
      }
      return best;
    }
  }
}
