package io.sluice.gateway.upstream;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same endpoint for the same key: each stands at many places of a ring, and a key belongs to
 * the next place after it, so that a change of servers moves only the keys of those that changed.
 *
 * <p>With bounded loads (Mirrokni, Thorup and Zadimoghaddam): an endpoint that has more than its
 * part under way passes a key on to the next.
 */
public final class ConsistentHash extends Balancer {
  private static final Comparator<Place> BY_PLACE = Comparator.comparingLong(Place::at);
  private static final int PLACES = 100;
  private static final int MOST_PLACES = 100_000;

  private record Place(long at, Candidate candidate) {}

  private final Place[] ring;
  private final int boundedLoad;
  private final long weights;

  ConsistentHash(List<Candidate> candidates, int panicPercent, int boundedLoad) {
    super(candidates, panicPercent);
    this.boundedLoad = boundedLoad;
    this.weights = candidates.stream().mapToLong(Candidate::weight).sum();
    int places = Math.clamp(MOST_PLACES / Math.max(1, weights), 1, PLACES);
    this.ring =
        candidates.stream()
            .flatMap(
                candidate ->
                    java.util.stream.IntStream.range(0, places * candidate.weight())
                        .mapToObj(i -> new Place(place(candidate, i), candidate)))
            .sorted(Comparator.comparingLong(Place::at))
            .toArray(Place[]::new);
  }

  private static long place(Candidate candidate, int number) {
    return mix(hash(candidate.endpoint().name()) + 0x9e3779b97f4a7c15L * (number + 1));
  }

  @Override
  @Nullable Candidate choose(List<Candidate> tried, long key) {
    int length = ring.length;
    int start = firstAtOrAfter(mix(key));
    Candidate overloaded = null;
    for (int i = 0; i < length; i++) {
      Candidate candidate = ring[(start + i) % length].candidate;
      if (mayTake(candidate, tried)) {
        if (hasRoom(candidate)) {
          return candidate;
        }
        overloaded = overloaded == null ? candidate : overloaded;
      }
    }
    return overloaded == null ? anyUsable(tried) : overloaded;
  }

  private int firstAtOrAfter(long key) {
    int found = Arrays.binarySearch(ring, new Place(key, ring[0].candidate), BY_PLACE);
    int at = found < 0 ? -found - 1 : found;
    return at == ring.length ? 0 : at;
  }

  private boolean hasRoom(Candidate candidate) {
    long underWay = 1;
    for (Candidate each : candidates()) {
      underWay += each.endpoint().inFlight();
    }
    double part = (double) underWay * candidate.weight() / weights;
    return candidate.endpoint().inFlight() < Math.ceil(part * boundedLoad / 100);
  }

  /** FNV-1a over the characters, 64 bits. */
  public static long hash(CharSequence text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** Spreads alike numbers over the whole range (the finalizer of MurmurHash3). */
  private static long mix(long value) {
    long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
