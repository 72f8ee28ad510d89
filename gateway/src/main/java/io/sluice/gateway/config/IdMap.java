package io.sluice.gateway.config;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from ids to values, of which a changed copy costs what changes, also with
 * 100,000 of them: it is many small maps, and a copy shares those that nothing changed in. So what
 * differs between two of one line is found without looking at the rest.
 */
public final class IdMap<V> extends AbstractMap<String, V> {
  private static final int SHARDS = 1024;
  private static final IdMap<?> EMPTY = new IdMap<>(filledWithNothing(), 0);

  private final Map<String, V>[] shards;
  private final int size;

  private IdMap(Map<String, V>[] shards, int size) {
    this.shards = shards;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // It holds nothing.
  public static <V> IdMap<V> empty() {
    return (IdMap<V>) EMPTY;
  }

  /** The same entries; the map itself where it is one of these. */
  public static <V> IdMap<V> of(Map<String, V> map) {
    if (map instanceof IdMap<V> same) {
      return same;
    }
    Editor<V> editor = IdMap.<V>empty().edit();
    map.forEach(editor::put);
    return editor.done();
  }

  /** The ids that are not the same instance in both, or only in one. */
  public static <V> Set<String> differences(Map<String, V> one, Map<String, V> other) {
    Map<String, V>[] ours = of(one).shards;
    Map<String, V>[] theirs = of(other).shards;
    Set<String> different = new HashSet<>();
    for (int i = 0; i < SHARDS; i++) {
      if (ours[i] != theirs[i]) {
        collect(ours[i], theirs[i], different);
        collect(theirs[i], ours[i], different);
      }
    }
    return different;
  }

  private static <V> void collect(Map<String, V> from, Map<String, V> other, Set<String> into) {
    from.forEach(
        (id, value) -> {
          if (other.get(id) != value) {
            into.add(id);
          }
        });
  }

  /** A copy to change; this one stays as it is. */
  public Editor<V> edit() {
    return new Editor<>(this);
  }

  @Override
  public @Nullable V get(@Nullable Object id) {
    return id == null ? null : shards[shardOf(id)].get(id);
  }

  @Override
  public boolean containsKey(@Nullable Object id) {
    return get(id) != null;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Set<Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<String, V>> iterator() {
        return new Entries<>(shards);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  private static int shardOf(Object id) {
    int hash = id.hashCode() * 0x9e3779b9;
    return hash >>> 22;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <V> Map<String, V>[] filledWithNothing() {
    Map<String, V>[] shards = new Map[SHARDS];
    Arrays.fill(shards, Map.of());
    return shards;
  }

  /** A map on its way to the next {@link IdMap}. One thread. */
  public static final class Editor<V> {
    private IdMap<V> last;
    private Map<String, V>[] shards;
    private final Set<Integer> own = new HashSet<>();
    private int size;

    private Editor(IdMap<V> from) {
      last = from;
      shards = from.shards;
      size = from.size;
    }

    public @Nullable V find(String id) {
      return shards[shardOf(id)].get(id);
    }

    public void put(String id, V value) {
      if (shards[shardOf(id)].get(id) != value && own(id).put(id, value) == null) {
        size++;
      }
    }

    public void remove(String id) {
      if (shards[shardOf(id)].containsKey(id)) {
        own(id).remove(id);
        size--;
      }
    }

    private Map<String, V> own(String id) {
      int i = shardOf(id);
      if (own.isEmpty()) {
        shards = shards.clone();
      }
      if (own.add(i)) {
        shards[i] = new HashMap<>(shards[i]);
      }
      return shards[i];
    }

    /** The map as it is now; the same instance as before when nothing has changed. */
    public IdMap<V> done() {
      if (!own.isEmpty()) {
        last = new IdMap<>(shards, size);
        own.clear();
      }
      return last;
    }
  }

  private static final class Entries<V> implements Iterator<Entry<String, V>> {
    private final Map<String, V>[] shards;
    private int next;
    private Iterator<Entry<String, V>> current = Map.<String, V>of().entrySet().iterator();

    Entries(Map<String, V>[] shards) {
      this.shards = shards;
    }

    @Override
    public boolean hasNext() {
      while (!current.hasNext() && next < SHARDS) {
        current = shards[next++].entrySet().iterator();
      }
      return current.hasNext();
    }

    @Override
    public Entry<String, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Entry<String, V> entry = current.next();
      return Map.entry(entry.getKey(), entry.getValue());
    }
  }
}
