package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchingLoaderTest {
  private static final int WAITING = 200;

  private final Lane lane = new Lane("lookups", 1, WAITING, 10);
  private final CountDownLatch held = new CountDownLatch(1);
  private final List<Integer> asked = new CopyOnWriteArrayList<>();
  private final BatchingLoader loader = new BatchingLoader(lane, this::one, this::several);

  @AfterEach
  void end() {
    held.countDown();
    lane.close();
  }

  /** Those with an even number are there. */
  private Optional<Item> one(Gtin gtin) {
    asked.add(1);
    return Optional.ofNullable(there(gtin));
  }

  private Looked several(Collection<Gtin> gtins) {
    asked.add(gtins.size());
    if (gtins.contains(gtin(13))) {
      throw new CatalogueBusy("it takes too long");
    }
    Map<Gtin, Item> items = new HashMap<>();
    for (Gtin gtin : gtins) {
      Item item = there(gtin);
      if (item != null) {
        items.put(gtin, item);
      }
    }
    return new Looked(items, Set.of());
  }

  private static Gtin gtin(long body) {
    return new Gtin(body * 10 + Gtin.checkDigit(body));
  }

  private static Item there(Gtin gtin) {
    return gtin.value() / 10 % 2 == 0 ? new Item(gtin, "number " + gtin.value(), "", "") : null;
  }

  private void holdTheThread() {
    lane.execute(
        () -> {
          try {
            held.await();
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private List<CompletableFuture<Optional<Item>>> load(long from, long to) {
    List<CompletableFuture<Optional<Item>>> loads = new ArrayList<>();
    for (long number = from; number <= to; number++) {
      loads.add(loader.load(gtin(number)));
    }
    return loads;
  }

  @Test
  void whoAsksAloneIsAskedForAlone() {
    assertThat(loader.load(gtin(2)).join()).isPresent();
    assertThat(loader.load(gtin(3)).join()).isEmpty();
    assertThat(asked).containsExactly(1, 1);
  }

  @Test
  void whoWaitsIsAskedForWithOthersAndGetsHisOwnAnswer() {
    holdTheThread();
    List<CompletableFuture<Optional<Item>>> loads = load(100, 199);
    held.countDown();
    for (int i = 0; i < loads.size(); i++) {
      assertThat(loads.get(i).join()).isEqualTo(Optional.ofNullable(there(gtin(100 + i))));
    }
    assertThat(asked).containsExactly(SqlStore.FEW, SqlStore.FEW, SqlStore.FEW, 4);
  }

  @Test
  void aQuestionThatFailsFailsThoseOfItAlone() {
    holdTheThread();
    List<CompletableFuture<Optional<Item>>> loads = load(1, 100);
    held.countDown();
    for (int i = 0; i < SqlStore.FEW; i++) {
      CompletableFuture<Optional<Item>> load = loads.get(i);
      assertThatThrownBy(load::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CatalogueBusy.class);
    }
    assertThat(loads.get(49).join()).isPresent();
  }

  @Test
  void whoComesWhenTooManyWaitIsToldSoAndNobodyElseIsLost() {
    holdTheThread();
    List<CompletableFuture<Optional<Item>>> loads = load(100, 100 + WAITING + 50);
    held.countDown();
    int refused = 0;
    for (CompletableFuture<Optional<Item>> load : loads) {
      try {
        load.join();
      } catch (CompletionException busy) {
        assertThat(busy).hasCauseInstanceOf(CatalogueBusy.class);
        refused++;
      }
    }
    assertThat(refused).isBetween(50, 51);
    assertThat(lane.status().refused()).isEqualTo(refused);
  }
}
