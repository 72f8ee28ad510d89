package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import io.sluice.gateway.memory.SharedBudget;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The last exchanges, and the last that did not go well, which the others do not push out; so that
 * one is found again by its id where no file has it.
 */
final class RecentEntries {
  private static final int PLACES = 2_048;
  private static final int NOT_WELL = 400;

  /** Of the budget, half of which is for what is not written yet. */
  private static final int PART = 8;

  private final SharedBudget budget;

  private final Places all;
  private final Places unusual;

  RecentEntries(SharedBudget budget) {
    this.budget = budget;
    this.all = new Places();
    this.unusual = new Places();
  }

  /** The one thread that writes the log. */
  void see(AccessEntry entry) {
    boolean well = entry.status() < NOT_WELL && entry.reason().isEmpty();
    (well ? all : unusual).put(entry);
  }

  /** The newest with this id; null where there is none any more. Any thread. */
  @Nullable AccessEntry find(String requestId) {
    AccessEntry found = unusual.find(requestId);
    return found == null ? all.find(requestId) : found;
  }

  private static long bytes(AccessEntry entry) {
    return AccessLog.ENTRY_BYTES + AccessLog.beyond(entry);
  }

  /** The oldest make room for the newest. */
  private final class Places {
    private final long mostBytes = budget.most() / PART;

    @Charged(Budget.LOG)
    private final ArrayDeque<AccessEntry> entries = new ArrayDeque<>();

    private long kept;

    synchronized void put(AccessEntry entry) {
      long more = bytes(entry);
      while (!entries.isEmpty() && (entries.size() == PLACES || kept + more > mostBytes)) {
        long less = bytes(entries.remove());
        kept -= less;
        budget.giveBack(less);
      }
      if (kept + more <= mostBytes && budget.take(more)) {
        entries.add(entry);
        kept += more;
      }
    }

    synchronized @Nullable AccessEntry find(String requestId) {
      for (var newest = entries.descendingIterator(); newest.hasNext(); ) {
        AccessEntry each = newest.next();
        if (each.requestId().equals(requestId)) {
          return each;
        }
      }
      return null;
    }
  }
}
