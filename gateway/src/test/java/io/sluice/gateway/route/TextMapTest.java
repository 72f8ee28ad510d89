package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextMapTest {
  private static final int MANY = 20_000;

  /** Few texts, so that many changes meet the same one. */
  private static AsciiString text(Random random) {
    return AsciiString.of("/items/" + random.nextInt(MANY / 4) + '/');
  }

  @Test
  void afterAnyChangesItHoldsWhatAHashMapHolds() {
    Random random = new Random(1);
    Map<AsciiString, Integer> expected = new HashMap<>();
    TextMap<Integer> map = TextMap.empty();
    for (int round = 0; round < 20; round++) {
      Map<AsciiString, Integer> before = new HashMap<>(expected);
      TextMap.Editor<Integer> editor = map.edit();
      for (int i = 0; i < MANY / 20; i++) {
        AsciiString text = text(random);
        Integer value = random.nextInt(3) == 0 ? null : random.nextInt();
        editor.change(
            text,
            found -> {
              assertThat(found).isEqualTo(expected.get(text));
              return value;
            });
        expected.compute(text, (t, old) -> value);
      }
      TextMap<Integer> after = editor.done();

      assertThat(map.values()).containsExactlyInAnyOrderElementsOf(before.values());
      map = after;
      for (Map.Entry<AsciiString, Integer> entry : expected.entrySet()) {
        assertThat(map.get(entry.getKey())).isEqualTo(entry.getValue());
      }
      assertThat(map.values()).containsExactlyInAnyOrderElementsOf(expected.values());
    }
  }

  @Test
  void theBeginningOfATextIsFoundWithoutTheRest() {
    TextMap.Editor<String> editor = TextMap.<String>empty().edit();
    editor.change(AsciiString.of("/a/"), none -> "found");
    TextMap<String> map = editor.done();
    AsciiString longer = AsciiString.of("x/a/b/").subSequence(1, 6, false);
    int hash = TextMap.hash(AsciiString.of("/a/"));

    assertThat(map.get(longer, 3, hash)).isEqualTo("found");
    assertThat(map.get(longer)).isNull();
    assertThat(map.get(longer, 2, TextMap.hash(AsciiString.of("/a")))).isNull();
  }

  @Test
  void textsWithTheSameHashAreToldApart() {
    AsciiString one = AsciiString.of("Aa");
    AsciiString other = AsciiString.of("BB");
    assertThat(TextMap.hash(one)).isEqualTo(TextMap.hash(other));
    TextMap.Editor<Integer> editor = TextMap.<Integer>empty().edit();
    editor.change(one, none -> 1);
    editor.change(other, none -> 2);
    editor.change(one, found -> found == null ? null : found + 10);
    TextMap<Integer> map = editor.done();

    assertThat(map.get(one)).isEqualTo(11);
    assertThat(map.get(other)).isEqualTo(2);
    editor = map.edit();
    editor.change(other, found -> null);
    assertThat(editor.done().get(other)).isNull();
    assertThat(map.get(other)).isEqualTo(2);
  }
}
