package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Servers that hang on leases. While the store is away nobody can renew a lease, so the leases that
 * end around that time say nothing of their servers: those are kept, unconfirmed, until the store
 * has been back for long enough that whoever lives has registered again. Control thread only.
 */
final class UnconfirmedServers {
  /** Longer than leases are, and than services wait before they try again. */
  static final Duration GRACE = Duration.ofSeconds(30);

  private static final Pattern SERVER = Pattern.compile("backends/[^/]+/servers/[^/]+");

  private final LongSupplier clock;
  private final long graceNanos;
  private Set<String> leased = new HashSet<>();
  private final Set<String> kept = new TreeSet<>();
  private boolean away;
  private boolean doubtful;
  private long doubtUntil;

  UnconfirmedServers(LongSupplier clock, Duration grace) {
    this.clock = clock;
    this.graceNanos = grace.toNanos();
  }

  /** The store cannot be asked. */
  void storeIsAway() {
    away = true;
    doubtful = true;
  }

  /** It can. */
  void storeIsBack() {
    if (away) {
      away = false;
      doubtUntil = clock.getAsLong() + graceNanos;
    }
  }

  private boolean inDoubt() {
    doubtful = doubtful && (away || clock.getAsLong() - doubtUntil < 0);
    return doubtful;
  }

  /** A key has been written. */
  void put(String key, boolean underLease) {
    if (SERVER.matcher(key).matches()) {
      kept.remove(key);
      if (underLease) {
        leased.add(key);
      } else {
        leased.remove(key);
      }
    }
  }

  /** Whether a key that is gone from the store stays in the tree for a while. */
  boolean keeps(String key) {
    if (leased.contains(key) && inDoubt()) {
      kept.add(key);
      return true;
    }
    leased.remove(key);
    return false;
  }

  /**
   * A tree that was read anew, with the servers that stay for a while though it has them no longer.
   *
   * @param underLease the keys of the tree that hang on a lease
   */
  KeyTree listed(KeyTree served, KeyTree found, Set<String> underLease) {
    Set<String> before = leased;
    leased = new HashSet<>();
    underLease.stream().filter(key -> SERVER.matcher(key).matches()).forEach(leased::add);
    kept.clear();
    if (!inDoubt()) {
      return found;
    }
    KeyTree.Editor with = found.edit();
    for (String key : before) {
      byte[] value = served.find(key);
      if (value != null && found.find(key) == null) {
        with.put(key, value);
        kept.add(key);
        leased.add(key);
      }
    }
    return kept.isEmpty() ? found : with.done();
  }

  /** Those that are kept; none where the time of doubt is over and they are to go. */
  Set<String> kept() {
    return Set.copyOf(kept);
  }

  /** How long they stay; the longest time where there are none. */
  long nanosLeft() {
    return kept.isEmpty() || away ? Long.MAX_VALUE : doubtUntil - clock.getAsLong();
  }

  /** The tree without those that nobody has confirmed; from then on they are forgotten. */
  KeyTree withoutThem(KeyTree tree) {
    KeyTree.Editor without = tree.edit();
    kept.forEach(without::remove);
    leased.removeAll(kept);
    kept.clear();
    return without.done();
  }
}
