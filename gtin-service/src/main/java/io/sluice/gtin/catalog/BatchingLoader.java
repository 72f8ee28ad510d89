package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Looks single numbers up, and together those that wait at the same time: a database that is far
 * away, or slow for a moment, is asked one question for all of them. Any thread.
 */
final class BatchingLoader {
  private record Waiting(Gtin gtin, CompletableFuture<Optional<Item>> answer) {}

  private final Lane lane;
  private final Function<Gtin, Optional<Item>> one;
  private final Function<Collection<Gtin>, Looked> several;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

  /**
   * @param lane whose threads ask
   * @param one asks for one number; blocks
   * @param several asks for at most {@link SqlStore#FEW}; blocks
   */
  BatchingLoader(
      Lane lane, Function<Gtin, Optional<Item>> one, Function<Collection<Gtin>, Looked> several) {
    this.lane = lane;
    this.one = one;
    this.several = several;
  }

  /** Fails with {@link CatalogueBusy} where too many wait. */
  CompletableFuture<Optional<Item>> load(Gtin gtin) {
    Waiting asked = new Waiting(gtin, new CompletableFuture<>());
    waiting.add(asked);
    try {
      // Whichever thread is free next takes all that wait; those of the others find nothing.
      lane.execute(this::answer);
    } catch (RejectedExecutionException full) {
      if (waiting.remove(asked)) {
        asked.answer.completeExceptionally(lane.busy());
      }
    }
    return asked.answer;
  }

  private void answer() {
    List<Waiting> taken = take();
    if (taken.isEmpty()) {
      return;
    }
    try {
      if (taken.size() == 1) {
        Waiting only = taken.getFirst();
        only.answer.complete(one.apply(only.gtin));
        return;
      }
      Looked looked = several.apply(taken.stream().map(Waiting::gtin).toList());
      for (Waiting each : taken) {
        each.answer.complete(Optional.ofNullable(looked.items().get(each.gtin)));
      }
    } catch (RuntimeException | Error failed) {
      taken.forEach(each -> each.answer.completeExceptionally(failed));
    }
  }

  private List<Waiting> take() {
    List<Waiting> taken = new ArrayList<>();
    while (taken.size() < SqlStore.FEW) {
      Waiting next = waiting.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    return taken;
  }
}
