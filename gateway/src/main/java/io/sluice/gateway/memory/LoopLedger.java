package io.sluice.gateway.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * One event loop's part of every budget.
 *
 * <p>Lives as long as its loop, which alone takes and gives back; any thread may read. A budget is
 * <em>full</em> from nine tenths on: nothing more is read then for those who hold some of it, and
 * {@link #look} cuts the largest of those accounts that have not moved for a second, until a
 * quarter of the budget is free. From ten tenths on it cuts sooner, and new work that would need
 * the budget is turned away.
 */
public final class LoopLedger {
  /** Who ends exchanges. */
  @FunctionalInterface
  public interface Shedder {
    /**
     * Ends those whose clients have not moved for so long.
     *
     * @param ofCrowded only those to backends that have their part, {@link #exchangesForOneBackend}
     */
    void shed(long stalledNanos, boolean ofCrowded);
  }

  /** Who has stopped because a budget is full. */
  @FunctionalInterface
  public interface Waiter {
    /** The budget is not full any more. */
    void onEased();
  }

  private static final Budget[] BUDGETS = Budget.values();
  private static final long EXCHANGE_BYTES = 8 * 1024;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long IMPATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final long[] most = new long[BUDGETS.length];
  private final AtomicLongArray used = new AtomicLongArray(BUDGETS.length);
  private final AtomicLongArray refused = new AtomicLongArray(BUDGETS.length);

  @Bounded("one list for each budget")
  private final Account[] accounts = new Account[BUDGETS.length];

  @Bounded("by the exchanges that may be under way")
  private final List<SequencedSet<Waiter>> waiting = new ArrayList<>();

  private final int loops;
  private final LongSupplier clock;
  private boolean turnedAway;
  private Shedder shedder = (stalledNanos, ofCrowded) -> {};

  /**
   * @param heap the largest heap, in bytes
   * @param direct the most direct memory, in bytes
   * @param loops how many loops divide them
   * @param clock nanoseconds of a clock that never goes back
   */
  LoopLedger(long heap, long direct, int loops, LongSupplier clock) {
    this.loops = loops;
    this.clock = clock;
    for (Budget budget : BUDGETS) {
      most[budget.ordinal()] = Math.max(1, budget.most(heap, direct) / loops);
      // The end of a list that is linked both ways, so that an account can leave from anywhere.
      accounts[budget.ordinal()] = Account.end(this, budget);
      waiting.add(new LinkedHashSet<>(0));
    }
  }

  /** An account that nobody cuts. */
  public Account account(Budget budget) {
    return new Account(this, budget, null);
  }

  /**
   * An account whose holder can be cut.
   *
   * @param holder tells what it holds now, and ends when it is told so
   */
  public Account account(Budget budget, Holder holder) {
    return new Account(this, budget, holder);
  }

  public long used(Budget budget) {
    return used.getOpaque(budget.ordinal());
  }

  public long most(Budget budget) {
    return most[budget.ordinal()];
  }

  /** How often something was turned away or cut because the budget was used up. */
  public long refused(Budget budget) {
    return refused.getOpaque(budget.ordinal());
  }

  /** Whether it is time to stop reading and to turn new work away. */
  public boolean isFull(Budget budget) {
    int at = budget.ordinal();
    return used.getPlain(at) >= most[at] / 10 * 9;
  }

  /** Whether nothing more may begin that needs it; asking so is counted as turning it away. */
  public boolean isUsedUp(Budget budget) {
    boolean usedUp = !hasRoom(budget, 1);
    if (usedUp) {
      refuse(budget);
    }
    return usedUp;
  }

  /**
   * Whether it is exceeded by a fifth: what is taken without asking, because it came in the middle
   * of something, has its limit too.
   */
  public boolean isOverdrawn(Budget budget) {
    return !hasRoom(budget, -most(budget) / 5);
  }

  /** Whether so many bytes more fit. */
  boolean hasRoom(Budget budget, long bytes) {
    int at = budget.ordinal();
    return used.getPlain(at) + bytes <= most[at];
  }

  /** Another exchange begins, if there is room for one. */
  public boolean exchangeBegins() {
    boolean room = hasRoom(Budget.EXCHANGES, EXCHANGE_BYTES);
    if (!room) {
      refuse(Budget.EXCHANGES);
    }
    change(Budget.EXCHANGES, EXCHANGE_BYTES);
    return room;
  }

  public void exchangeEnds() {
    change(Budget.EXCHANGES, -EXCHANGE_BYTES);
  }

  /**
   * How many exchanges may be under way to one backend just now, on all loops: twice as many as
   * there is room for. However many backends do not answer, there is always room left for another
   * ("Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", Choudhury and Hahne,
   * 1998, with alpha 2).
   */
  public int exchangesForOneBackend() {
    int at = Budget.EXCHANGES.ordinal();
    long left = Math.max(0, most[at] - used.getPlain(at)) / EXCHANGE_BYTES;
    return (int) Math.min(Integer.MAX_VALUE, 2 * left * loops);
  }

  /** Another exchange of a backend that has its part was turned away. */
  public void refuseExchange() {
    refuse(Budget.EXCHANGES);
    turnedAway = true;
  }

  /** How many exchanges are under way. */
  public int exchanges() {
    return (int) (used(Budget.EXCHANGES) / EXCHANGE_BYTES);
  }

  /**
   * Who ends exchanges whose clients have not moved for so many nanoseconds, when there are too
   * many.
   */
  public void shedBy(Shedder by) {
    shedder = by;
  }

  /** Something was turned away because the budget is used up. */
  void refuse(Budget budget) {
    int at = budget.ordinal();
    refused.setOpaque(at, refused.getPlain(at) + 1);
  }

  /** Whether a budget is not full; where it is, the waiter is told once when it no longer is. */
  public boolean hasRoom(Budget budget, Waiter otherwise) {
    boolean room = !isFull(budget);
    if (!room) {
      waiting.get(budget.ordinal()).add(otherwise);
    }
    return room;
  }

  /**
   * Looks at who holds what, cuts whom it has to, and lets those go on who waited. Called by the
   * loop a few times a second.
   */
  public void look() {
    boolean full = isFull(Budget.EXCHANGES);
    if (full || turnedAway) {
      turnedAway = false;
      shedder.shed(patience(Budget.EXCHANGES), !full);
    }
    for (Budget budget : BUDGETS) {
      Account end = accounts[budget.ordinal()];
      if (end.next != end) {
        look(budget, end);
      }
      SequencedSet<Waiter> stopped = waiting.get(budget.ordinal());
      for (int i = stopped.size(); i > 0 && !isFull(budget); i--) {
        stopped.removeFirst().onEased();
      }
    }
  }

  private void look(Budget budget, Account end) {
    long now = clock.getAsLong();
    for (Account each = end.next; each != end; ) {
      Account following = each.next;
      each.look(now);
      each = following;
    }
    if (isFull(budget)) {
      cutStalled(budget, end, now);
    }
  }

  private void cutStalled(Budget budget, Account end, long now) {
    List<Account> stalled = new ArrayList<>();
    long patience = patience(budget);
    for (Account each = end.next; each != end; each = each.next) {
      if (now - each.movedAt() >= patience) {
        stalled.add(each);
      }
    }
    stalled.sort(Comparator.comparingLong(Account::bytes).reversed());
    long enough = most(budget) / 4 * 3;
    for (Account each : stalled) {
      if (used(budget) <= enough) {
        return;
      }
      refuse(budget);
      each.cut();
    }
  }

  private long patience(Budget budget) {
    return hasRoom(budget, EXCHANGE_BYTES) ? PATIENCE_NANOS : IMPATIENCE_NANOS;
  }

  void change(Budget budget, long bytes) {
    int at = budget.ordinal();
    used.setOpaque(at, used.getPlain(at) + bytes);
  }

  Account end(Budget budget) {
    return accounts[budget.ordinal()];
  }
}
