package io.sluice.gateway.memory;

import org.jspecify.annotations.Nullable;

/**
 * What one holder has taken of one budget. Owned by the holder, which closes it; event loop only.
 *
 * <p>An account whose holder can be cut stands in its ledger's list while it holds something. It
 * <em>moves</em> when the ledger first sees it, and whenever it is seen to hold an eighth less than
 * before.
 */
public final class Account {
  private final LoopLedger ledger;
  private final Budget budget;
  private final @Nullable Holder holder;
  private long bytes;
  private long mark;
  private boolean seen;
  private long movedAt;
  Account next = this;
  private Account previous = this;

  Account(LoopLedger ledger, Budget budget, @Nullable Holder holder) {
    this.ledger = ledger;
    this.budget = budget;
    this.holder = holder;
  }

  static Account end(LoopLedger ledger, Budget budget) {
    return new Account(ledger, budget, null);
  }

  public long bytes() {
    return bytes;
  }

  /** It holds so many now, whether or not there is room. */
  public void set(long now) {
    if (now == bytes) {
      return;
    }
    ledger.change(budget, now - bytes);
    if (bytes == 0) {
      if (holder != null) {
        enter(ledger.end(budget));
      }
      mark = now;
      seen = false;
    } else if (now == 0) {
      leave();
    } else if (now > mark) {
      mark = now;
    }
    bytes = now;
  }

  /**
   * Takes so many more; false, and nothing is taken, when the budget has no room for them. What was
   * turned away is counted.
   */
  public boolean take(long more) {
    if (!ledger.hasRoom(budget, more)) {
      ledger.refuse(budget);
      return false;
    }
    set(bytes + more);
    return true;
  }

  /** Gives everything back. The account may be used again. */
  public void close() {
    set(0);
  }

  void look(long now) {
    if (holder != null) {
      set(holder.holds());
    }
    if (!seen || bytes <= mark - mark / 8) {
      seen = true;
      mark = bytes;
      movedAt = now;
    }
  }

  long movedAt() {
    return movedAt;
  }

  void cut() {
    if (holder != null) {
      holder.cut();
      set(holder.holds());
    }
  }

  private void enter(Account end) {
    next = end.next;
    previous = end;
    next.previous = this;
    end.next = this;
  }

  private void leave() {
    next.previous = previous;
    previous.next = next;
    next = this;
    previous = this;
  }
}
