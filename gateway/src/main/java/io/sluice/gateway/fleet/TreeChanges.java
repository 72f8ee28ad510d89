package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.store.EtcdStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to make the tree in the store say what another one says.
 *
 * @param list by key; a value that is the same JSON is no change
 * @param after the whole tree as it will be
 */
public record TreeChanges(List<TreeChange> list, SortedMap<String, String> after) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * One key's change.
   *
   * @param before null for a new key
   * @param after null for one that is removed
   */
  public record TreeChange(
      String key, @Nullable String before, @Nullable String after, long seen, long lease) {
    EtcdStore.Change asChange() {
      return new EtcdStore.Change(key, after, seen, lease);
    }
  }

  /**
   * Compares.
   *
   * @param wanted the keys that are to be as they are given; a null value removes one
   * @param prune whether all other keys are removed, but for those under a lease, which belong to a
   *     living service, and Sluice's own
   */
  public static TreeChanges of(
      EtcdStore.Snapshot now, Map<String, @Nullable String> wanted, boolean prune) {
    List<TreeChange> changes = new ArrayList<>();
    SortedMap<String, String> after = values(now);
    SortedMap<String, @Nullable String> all = new TreeMap<>(wanted);
    if (prune) {
      now.keys()
          .forEach(
              (key, stored) -> {
                if (stored.lease() == 0 && !KeyTree.isOurOwn(key) && !wanted.containsKey(key)) {
                  all.put(key, null);
                }
              });
    }
    all.forEach(
        (key, value) -> {
          EtcdStore.Stored stored = now.keys().get(key);
          if (value == null ? stored == null : stored != null && same(stored.value(), value)) {
            return;
          }
          changes.add(
              new TreeChange(
                  key,
                  stored == null ? null : stored.value(),
                  value,
                  stored == null ? 0 : stored.modRevision(),
                  stored == null ? 0 : stored.lease()));
          if (value == null) {
            after.remove(key);
          } else {
            after.put(key, value);
          }
        });
    return new TreeChanges(List.copyOf(changes), after);
  }

  /** The tree of a snapshot, without what Sluice writes itself. */
  public static SortedMap<String, String> values(EtcdStore.Snapshot snapshot) {
    SortedMap<String, String> values = new TreeMap<>();
    snapshot
        .keys()
        .forEach(
            (key, stored) -> {
              if (!KeyTree.isOurOwn(key)) {
                values.put(key, stored.value());
              }
            });
    return values;
  }

  private static boolean same(String one, String other) {
    if (one.equals(other)) {
      return true;
    }
    try {
      return JSON.readTree(one).equals(JSON.readTree(other));
    } catch (JsonProcessingException notJson) {
      return false;
    }
  }
}
