package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.store.EtcdStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeChangesTest {
  private final TreeMap<String, EtcdStore.Stored> stored = new TreeMap<>();
  private final Map<String, @Nullable String> wanted = new HashMap<>();

  @Test
  void theSameJsonIsNoChangeHoweverItIsWritten() {
    store("listeners/l", "{\"a\":1,\"b\":[2]}", 0);
    wanted.put("listeners/l", "{ \"b\": [2], \"a\": 1 }");

    assertThat(keys(false)).isEmpty();
  }

  @Test
  void whatIsNoJsonIsComparedAsItIs() {
    store("listeners/l", "{broken", 0);
    wanted.put("listeners/l", "{broken ");

    assertThat(keys(false)).containsExactly("listeners/l");
  }

  @Test
  void withoutPruningNothingGoesThatNobodyNamed() {
    store("listeners/old", "{}", 0);
    store("listeners/gone", "{}", 0);
    wanted.put("listeners/gone", null);
    wanted.put("listeners/never", null);
    wanted.put("listeners/new", "{}");

    assertThat(keys(false)).containsExactly("listeners/gone", "listeners/new");
    assertThat(TreeChanges.of(snapshot(), wanted, false).after())
        .containsOnlyKeys("listeners/new", "listeners/old");
  }

  @Test
  void pruningLeavesLivingServersAndWhatSluiceWritesItself() {
    store("listeners/old", "{}", 0);
    store("backends/b/servers/living", "{}", 7);
    store("gateways/g", "{}", 0);
    store("rollouts/r", "{}", 0);

    assertThat(keys(true)).containsExactly("listeners/old");
  }

  @Test
  void eachChangeSaysWhatItHasSeen() {
    store("backends/b/servers/s", "{}", 7);
    wanted.put("backends/b/servers/s", "{\"URL\":\"http://a:1\"}");
    wanted.put("listeners/new", "{}");

    List<TreeChange> changes = TreeChanges.of(snapshot(), wanted, false).list();

    assertThat(changes)
        .containsExactly(
            new TreeChange("backends/b/servers/s", "{}", "{\"URL\":\"http://a:1\"}", 41, 7),
            new TreeChange("listeners/new", null, "{}", 0, 0));
  }

  private void store(String key, String value, long lease) {
    stored.put(key, new EtcdStore.Stored(value, 41, lease));
  }

  private EtcdStore.Snapshot snapshot() {
    return new EtcdStore.Snapshot(41, stored);
  }

  private List<String> keys(boolean prune) {
    return TreeChanges.of(snapshot(), wanted, prune).list().stream().map(TreeChange::key).toList();
  }
}
