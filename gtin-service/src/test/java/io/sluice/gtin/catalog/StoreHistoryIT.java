package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the history of items and the feed of changes say, whichever door a change comes through. */
class StoreHistoryIT extends StoreLaws {
  @Test
  void theHistoryOfAnItemHasNoGapWhicheverDoorAChangeComesThrough() throws Exception {
    Random random = new Random(7);
    long[] bodies = {95210000001L, 95210000002L, 95210000003L};
    for (int n = 0; n < 60; n++) {
      long body = bodies[random.nextInt(bodies.length)];
      Item item = item(body, "name " + random.nextInt(3), "brand", "");
      switch (random.nextInt(3)) {
        case 0 -> store.edit(item.gtin().value(), ME, before -> item);
        case 1 -> store.edit(item.gtin().value(), ME, before -> null);
        default -> put(item, item(body, "name " + random.nextInt(3)), item);
      }
    }
    for (long body : bodies) {
      long gtin = item(body, "").gtin().value();
      List<Change> history = store.history(gtin);
      Item last = null;
      for (Change change : history) {
        assertThat(change.before()).as("%s", history).isEqualTo(last);
        assertThat(change.author()).isEqualTo(ME);
        last = change.after();
      }
      assertThat(store.find(gtin).orElse(null)).isEqualTo(last);
    }
  }

  @Test
  void whoBroughtAnItemIsKnownThoughNobodyElseChangedIt() throws Exception {
    Item item = item(95210000001L, "brought");
    put(item);

    assertThat(store.history(item.gtin().value()))
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.before()).isNull();
              assertThat(change.after()).isEqualTo(item);
              assertThat(change.author()).isEqualTo(ME);
            });
  }

  @Test
  void changesAreFollowedFromAnyOfThem() throws Exception {
    Item one = item(95210000001L, "one");
    Item two = item(95210000002L, "two");
    store.edit(one.gtin().value(), ME, before -> one);
    put(two);
    store.edit(one.gtin().value(), ME, before -> null);

    List<Change> all = store.changes(from("0"), 100);
    assertThat(all)
        .extracting(Change::gtin)
        .endsWith(one.gtin().value(), Change.IMPORT, two.gtin().value(), one.gtin().value());
    for (int i = 0; i < all.size(); i++) {
      assertThat(store.changes(from(all.get(i).cursor().text()), 100))
          .isEqualTo(all.subList(i + 1, all.size()));
    }
    Change brought = all.get(all.size() - 2);
    assertThat(brought.after()).isEqualTo(two);
    assertThat(store.changes(from(Long.toString(brought.id())), 100))
        .as("a change's number alone is behind all of it")
        .containsExactly(all.getLast());
  }

  private static ChangeCursor from(String text) {
    return ChangeCursor.find(text).orElseThrow();
  }

  /** Keeps a catalogue of its own by what the feed says, and holds the feed to it. */
  private final class Follower {
    private final Map<Long, Item> items = new TreeMap<>();
    private ChangeCursor place = from("0");

    void follow(int limit) throws SQLException {
      while (true) {
        List<Change> page = store.changes(place, limit);
        assertThat(page).hasSizeLessThanOrEqualTo(limit);
        for (Change change : page) {
          if (change.gtin() != Change.IMPORT) {
            assertThat(change.before()).isEqualTo(items.get(change.gtin()));
            items.remove(change.gtin());
            if (change.after() != null) {
              items.put(change.gtin(), change.after());
            }
          }
          place = from(change.cursor().text());
        }
        if (page.size() < limit) {
          return;
        }
      }
    }

    void hasWhatThereIs() throws Exception {
      List<Item> there = new ArrayList<>();
      store.all(there::add);
      assertThat(items.values()).containsExactlyElementsOf(there);
    }
  }

  @Test
  void whoFollowsTheFeedHasWhatTheCatalogueHas() throws Exception {
    Random random = new Random(11);
    Follower always = new Follower();
    for (int n = 0; n < 80; n++) {
      changeSome(random);
      if (random.nextInt(3) == 0) {
        always.follow(1 + random.nextInt(5));
        always.hasWhatThereIs();
      }
    }
    for (int limit : new int[] {1, 2, 3, 7, 1_000}) {
      Follower late = new Follower();
      late.follow(limit);
      late.hasWhatThereIs();
    }
  }

  /** An edit, a removal or an import, of eight items with three names. */
  private void changeSome(Random random) throws Exception {
    Item[] some = new Item[1 + random.nextInt(6)];
    Arrays.setAll(some, i -> item(95210000001L + random.nextInt(8), "name " + random.nextInt(3)));
    switch (random.nextInt(4)) {
      case 0 -> store.edit(some[0].gtin().value(), ME, before -> null);
      case 1 -> store.edit(some[0].gtin().value(), ME, before -> some[0]);
      default -> put(some);
    }
  }

  @Test
  void whenAnItemWasWrittenIsWhenItsHistoryHasItLast() throws Exception {
    Random random = new Random(13);
    for (int n = 0; n < 60; n++) {
      changeSome(random);
      List<Item> there = new ArrayList<>();
      store.all(there::add);
      for (Item item : there) {
        String last = store.history(item.gtin().value()).getLast().at();
        assertThat(Instant.ofEpochMilli(item.updated())).isEqualTo(last);
        assertThat(store.find(item.gtin().value())).get().matches(item::isSame);
        assertThat(store.lookUp(List.of(item.gtin())).items().get(item.gtin()))
            .matches(item::isSame);
      }
    }
  }

  @Test
  void whatComesAgainByAnImportHidesNothingThatIsNewByIt() throws Exception {
    Item again = item(95210000001L, "again");
    store.edit(again.gtin().value(), ME, before -> again);
    store.edit(again.gtin().value(), ME, before -> null);
    put(again, item(95210000002L, "new"), item(95210000003L, "new"));
    store.edit(again.gtin().value(), ME, before -> null);
    for (int limit : new int[] {1, 2, 3, 4}) {
      Follower follower = new Follower();
      follower.follow(limit);
      follower.hasWhatThereIs();
    }
  }

  @Test
  void whatAnImportHasBroughtIsKnownWhenItIsGoneAndWhenItComesAgain() throws Exception {
    Item item = item(95210000001L, "brought");
    long gtin = item.gtin().value();
    put(item);
    store.edit(gtin, ME, before -> null);
    assertThat(store.history(gtin)).extracting(Change::before).containsExactly(null, item);
    Item again = item(95210000001L, "again");
    store.edit(gtin, ME, before -> again);
    store.edit(gtin, ME, before -> null);
    put(item);
    assertThat(store.history(gtin))
        .extracting(Change::after)
        .containsExactly(item, null, again, null, item);
  }
}
