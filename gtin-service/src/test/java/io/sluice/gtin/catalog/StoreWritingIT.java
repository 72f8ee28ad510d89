package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What is written is found as it was written, beside whoever else writes. */
class StoreWritingIT extends StoreLaws {
  @Test
  void whatIsPutIsFoundWithEveryCharacterOfIt() throws Exception {
    Item odd =
        item(95210000001L, "Tab\there\nand \\N \\. \"quoted\" — 牛乳 🥛", "Ü & Söhne's", "a,b");
    put(odd);

    assertThat(store.find(odd.gtin().value())).contains(odd);
    assertThat(store.find(4L)).isEmpty();
    assertThat(store.count()).isEqualTo(1);
  }

  @Test
  void ofRowsWithOneNumberTheLastCounts() throws Exception {
    Item first = item(95210000001L, "first");
    Item last = item(95210000001L, "last");
    long added =
        store.replaceAll(
            sink -> {
              sink.put(first);
              sink.put(item(95210000002L, "other"));
              sink.put(last);
            },
            ME,
            ItemStore.Ending.FORGOTTEN);

    assertThat(added).isEqualTo(2);
    assertThat(store.find(first.gtin().value())).contains(last);
    assertThat(names(search("first", "", "", ""))).isEmpty();
    assertThat(names(search("last", "", "", ""))).containsExactly("last");
  }

  @Test
  void moreThreadsThanThereAreConnectionsWaitForEachOther() throws Exception {
    put(item(95210000001L, "one"));
    try (ExecutorService many = Executors.newFixedThreadPool(16)) {
      List<Future<String>> found = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        found.add(
            many.submit(
                () -> store.find(item(95210000001L, "").gtin().value()).orElseThrow().name()));
      }
      for (Future<String> each : found) {
        assertThat(each.get()).isEqualTo("one");
      }
    }
  }

  @Test
  void anEditIsWrittenWithItsHistoryOrNotAtAll() throws Exception {
    Item first = item(95210000001L, "first");
    Item second = item(95210000001L, "second");
    long gtin = first.gtin().value();

    assertThat(store.edit(gtin, ME, before -> first)).isEqualTo(new Edited(null, first));
    assertThat(store.edit(gtin, ME, before -> second)).isEqualTo(new Edited(first, second));
    store.edit(gtin, ME, before -> before);
    assertThatThrownBy(
            () ->
                store.edit(
                    gtin,
                    ME,
                    before -> {
                      throw new EditRefused(EditRefused.Cause.CHANGED);
                    }))
        .isInstanceOf(EditRefused.class);
    assertThat(store.find(gtin)).contains(second);
    assertThat(isGone(gtin)).isFalse();
    store.edit(gtin, ME, before -> null);

    assertThat(store.find(gtin)).isEmpty();
    assertThat(isGone(gtin)).isTrue();
    assertThat(names(search("second", "", "", ""))).isEmpty();
    assertThat(store.history(gtin))
        .extracting(Change::before, Change::after)
        .containsExactly(
            Tuple.tuple(null, first), Tuple.tuple(first, second), Tuple.tuple(second, null));
    assertThat(store.history(gtin)).extracting(Change::author).containsOnly(ME);
    put(first);
    assertThat(isGone(gtin)).isFalse();
  }

  @Test
  void editsOfOneItemNeverLoseEachOther() throws Exception {
    Item counted = item(95210000001L, "0");
    long gtin = counted.gtin().value();
    put(counted);
    try (ItemStore other = engine.open()) {
      List<CompletableFuture<Void>> editors = new ArrayList<>();
      AtomicInteger made = new AtomicInteger();
      for (ItemStore each : List.of(store, other)) {
        editors.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    increment(each, gtin);
                    made.incrementAndGet();
                  }
                }));
      }
      editors.forEach(CompletableFuture::join);
      assertThat(store.find(gtin).orElseThrow().name()).isEqualTo(made.toString());
    }
  }

  private static void increment(ItemStore store, long gtin) {
    try {
      store.edit(
          gtin,
          ME,
          before ->
              new Item(
                  new Gtin(gtin), Integer.toString(Integer.parseInt(before.name()) + 1), "", ""));
    } catch (SQLException | EditRefused failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void theVersionIsAnotherOneAfterSomebodyElsesChange() throws Exception {
    long before = store.version();
    assertThat(store.version()).isEqualTo(before);
    try (ItemStore other = engine.open()) {
      Item item = item(95210000001L, "theirs");
      other.edit(item.gtin().value(), ME, none -> item);
    }
    assertThat(store.version()).isNotEqualTo(before);
  }

  @Test
  void allItemsComeInTheOrderOfTheirNumbers() throws Exception {
    put(item(95210000002L, "b"), item(95210000001L, "a"), item(95210000003L, "c"));
    List<String> names = new ArrayList<>();
    store.all(item -> names.add(item.name()));

    assertThat(names).containsExactly("a", "b", "c");
  }

  @Test
  void onlyAnEmptyOneIsFilled() throws Exception {
    List<Item> items = List.of(item(95210000001L, "a"));

    assertThat(store.insertIfEmpty(items)).isEqualTo(1);
    assertThat(store.insertIfEmpty(List.of(item(95210000002L, "b")))).isZero();
    assertThat(store.count()).isEqualTo(1);
    long gtin = items.getFirst().gtin().value();
    store.edit(gtin, ME, before -> null);
    assertThat(store.insertIfEmpty(items)).as("what was emptied stays empty").isZero();
    store.edit(gtin, ME, before -> items.getFirst());
    store.edit(gtin, ME, before -> null);
    assertThat(isGone(gtin)).isTrue();
  }

  @Test
  void attributesAreKeptAndNotLostByAnImport() throws Exception {
    Item full =
        new Item(item(95210000001L, "").gtin(), "A", "B", "C", "{\"gpc\":\"10000045\",\"x\":[1]}");
    put(full);
    assertThat(store.find(full.gtin().value())).contains(full);
    store.edit(full.gtin().value(), ME, before -> item(95210000001L, "plain"));
    assertThat(store.history(full.gtin().value()).getLast().before()).isEqualTo(full);
  }

  @Test
  void aWriteBesideAnotherOneIsAnsweredSoonAndNotAppliedLater() throws Exception {
    Item item = item(95210000001L, "late");
    long gtin = item.gtin().value();
    try (AutoCloseable held = engine.busy()) {
      assertThat(held).as("is let go after the answer").isNotNull();
      assertThatThrownBy(() -> store.edit(gtin, ME, before -> item))
          .isInstanceOfSatisfying(
              SQLException.class, failed -> assertThat(store.isBusyBecauseOf(failed)).isTrue());
    }
    assertThat(store.find(gtin)).isEmpty();
    store.edit(gtin, ME, before -> item);
    assertThat(store.find(gtin)).contains(item);
  }
}
