package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ItemRunTest {
  private static final long LARGEST = 9_999_999_999_999L;

  private static Item item(long body, String name, long updated) {
    Gtin gtin = new Gtin(body * 10 + Gtin.checkDigit(body));
    return new Item(gtin, name, "Ü & Söhne's", "", "{\"a\":\"牛乳 🥛\"}", updated);
  }

  private static List<Item> given(ItemRun run) throws IOException {
    List<Item> items = new ArrayList<>();
    run.sort();
    run.giveTo(items::add);
    return items;
  }

  /** Whatever their texts, in whichever order they come, and however often the run is used. */
  @Test
  void ofEachNumberTheLastIsGivenInTheOrderOfTheNumbers() throws Exception {
    Random random = new Random(5);
    ItemRun run = new ItemRun();
    for (int round = 0; round < 5; round++) {
      TreeMap<Long, Item> last = new TreeMap<>();
      while (!run.isFull()) {
        long body = random.nextInt(3) == 0 ? 1 + random.nextInt(50) : random.nextLong(LARGEST) + 1;
        String name = "x".repeat(random.nextInt(200) == 0 ? random.nextInt(2_000) : 3) + body;
        Item item = item(body, name, random.nextLong());
        run.put(item);
        last.put(item.gtin().value(), item);
      }

      assertThat(given(run))
          .usingElementComparator((one, other) -> one.isSame(other) ? 0 : 1)
          .containsExactlyElementsOf(last.values());
      assertThat(run.isEmpty()).isTrue();
    }
  }

  @Test
  void theLargestNumberKeepsItsPlace() throws Exception {
    ItemRun run = new ItemRun();
    Item largest = item(LARGEST, "largest", 1);
    run.put(largest);
    run.put(item(1, "smallest", 1));

    assertThat(given(run)).last().isEqualTo(largest);
  }

  /** A run of items with long attributes is full before it takes much memory. */
  @Test
  void itIsFullByBytesAsWell() throws Exception {
    ItemRun run = new ItemRun();
    String attributes = "{\"a\":\"" + "b".repeat(1 << 20) + "\"}";
    int put = 0;
    for (; !run.isFull(); put++) {
      run.put(new Item(item(1 + put, "", 0).gtin(), "long", "", "", attributes));
    }
    assertThat(put).isEqualTo(8);
    assertThat(given(run)).hasSize(8).allMatch(each -> each.attributes().equals(attributes));
  }
}
