package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import io.sluice.gateway.memory.SharedBudget;
import org.jspecify.annotations.Nullable;

/**
 * The last exchanges, and the last that did not go well, which the others do not push out; so that
 * one is found again by its id where no file has it.
 */
final class RecentEntries {
  private static final int PLACES = 2_048;
  private static final int NOT_WELL = 400;

  private final SharedBudget budget;

  @Charged(Budget.LOG)
  private final Places all = new Places();

  @Charged(Budget.LOG)
  private final Places unusual = new Places();

  RecentEntries(SharedBudget budget) {
    this.budget = budget;
  }

  /** The one thread that writes the log. */
  void see(AccessEntry entry) {
    boolean well = entry.status() < NOT_WELL && entry.reason().isEmpty();
    long bytes = AccessLog.ENTRY_BYTES + AccessLog.beyond(entry);
    if (budget.take(bytes)) {
      budget.giveBack((well ? all : unusual).put(entry));
    }
  }

  /** The newest with this id; null where there is none any more. Any thread. */
  @Nullable AccessEntry find(String requestId) {
    AccessEntry found = unusual.find(requestId);
    return found == null ? all.find(requestId) : found;
  }

  /** The oldest makes room for the newest. */
  private static final class Places {
    private final @Nullable AccessEntry[] entries = new AccessEntry[PLACES];
    private int next;

    /** Returns what has become free, in bytes. */
    synchronized long put(AccessEntry entry) {
      AccessEntry before = entries[next];
      entries[next] = entry;
      next = (next + 1) % PLACES;
      return before == null ? 0 : AccessLog.ENTRY_BYTES + AccessLog.beyond(before);
    }

    synchronized @Nullable AccessEntry find(String requestId) {
      for (int i = 1; i <= PLACES; i++) {
        AccessEntry each = entries[(next - i + PLACES) % PLACES];
        if (each != null && each.requestId().equals(requestId)) {
          return each;
        }
      }
      return null;
    }
  }
}
