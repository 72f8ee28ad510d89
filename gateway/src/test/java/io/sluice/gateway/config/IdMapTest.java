package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdMapTest {
  /** Values are told apart by instance, so each change makes a new one. */
  private static Integer fresh(int n) {
    return 1_000 + n;
  }

  @Test
  void whateverIsPutAndRemovedItHoldsWhatAnOrdinaryMapHolds() {
    Random random = new Random(1);
    Map<String, Integer> ordinary = new HashMap<>();
    IdMap<Integer> map = IdMap.empty();
    for (int round = 0; round < 200; round++) {
      IdMap<Integer> before = map;
      Map<String, Integer> ordinaryBefore = new HashMap<>(ordinary);
      IdMap.Editor<Integer> editor = map.edit();
      for (int i = random.nextInt(20); i >= 0; i--) {
        String id = "f" + random.nextInt(300);
        if (random.nextInt(3) == 0) {
          editor.remove(id);
          ordinary.remove(id);
        } else {
          Integer value = fresh(random.nextInt());
          editor.put(id, value);
          ordinary.put(id, value);
        }
      }
      map = editor.done();

      assertThat(map).isEqualTo(ordinary).hasSize(ordinary.size());
      assertThat(before).isEqualTo(ordinaryBefore);
      assertThat(IdMap.differences(before, map)).isEqualTo(differences(ordinaryBefore, ordinary));
    }
  }

  private static Set<String> differences(Map<String, Integer> one, Map<String, Integer> other) {
    Set<String> ids = new HashSet<>(one.keySet());
    ids.addAll(other.keySet());
    ids.removeIf(id -> one.get(id) == other.get(id));
    return ids;
  }

  @Test
  void whatWasMadeStaysAsItIsWhileTheEditorGoesOn() {
    IdMap.Editor<Integer> editor = IdMap.<Integer>empty().edit();
    editor.put("a", 1);
    IdMap<Integer> first = editor.done();

    editor.put("a", 2);
    editor.put("b", 3);

    assertThat(first).isEqualTo(Map.of("a", 1));
    assertThat(editor.done()).isEqualTo(Map.of("a", 2, "b", 3));
  }

  @Test
  void anEditorThatChangesNothingGivesTheSameInstance() {
    IdMap.Editor<Integer> editor = IdMap.<Integer>empty().edit();
    Integer value = fresh(1);
    editor.put("a", value);
    IdMap<Integer> map = editor.done();

    editor.put("a", value);
    editor.remove("b");

    assertThat(editor.done()).isSameAs(map);
  }
}
