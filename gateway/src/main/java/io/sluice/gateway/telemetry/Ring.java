package io.sluice.gateway.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A bounded queue from many threads to one, which refuses instead of waiting. */
final class Ring<T> {
  private final AtomicReferenceArray<@Nullable T> slots;
  private final int mask;
  private final AtomicLong tail = new AtomicLong();
  private final AtomicLong head = new AtomicLong();

  /**
   * @param capacity a power of two
   */
  Ring(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity " + capacity + " is not a power of two");
    }
    slots = new AtomicReferenceArray<>(capacity);
    mask = capacity - 1;
  }

  /** Adds an element; false when the ring is full. Any thread. */
  boolean offer(T element) {
    long at = tail.get();
    while (true) {
      if (at - head.get() > mask) {
        return false;
      }
      long seen = tail.compareAndExchange(at, at + 1);
      if (seen == at) {
        slots.set((int) at & mask, element);
        return true;
      }
      at = seen;
    }
  }

  boolean isEmpty() {
    return head.get() == tail.get();
  }

  /**
   * Takes the oldest element; null when there is none, or it is still being put in. The reading
   * thread only.
   */
  @Nullable T poll() {
    long at = head.get();
    int index = (int) at & mask;
    T element = slots.get(index);
    if (element != null) {
      slots.set(index, null);
      head.lazySet(at + 1);
    }
    return element;
  }
}
