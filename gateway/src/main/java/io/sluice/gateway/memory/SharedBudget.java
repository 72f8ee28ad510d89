package io.sluice.gateway.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A budget from which several threads take. Any thread. */
public final class SharedBudget {
  private final long most;
  private final AtomicLong used = new AtomicLong();
  private final LongAdder refused = new LongAdder();

  /**
   * @param most how many bytes it has
   */
  public SharedBudget(long most) {
    this.most = most;
  }

  /** Takes so many; false, which is counted, when they do not fit. */
  public boolean take(long bytes) {
    if (used.addAndGet(bytes) <= most) {
      return true;
    }
    used.addAndGet(-bytes);
    refused.increment();
    return false;
  }

  /** Takes so many, whether or not they fit: whoever asks has a bound of its own. */
  public void add(long bytes) {
    used.addAndGet(bytes);
  }

  public void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Something was turned away, or forgotten, for want of room. */
  public void refuse() {
    refused.increment();
  }

  public long used() {
    return used.get();
  }

  public long most() {
    return most;
  }

  public long refused() {
    return refused.sum();
  }
}
