package io.sluice.gtin.catalog;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Remembers what was asked for lately, so that a cache keeps nothing that is asked for once: of
 * millions that come in any order it would keep each until it is old, and find none again. It may
 * forget, and takes one thing for another once in four billion times. Any thread.
 */
public final class AskedBefore {
  /** Hashes of what was asked for last, each in the place that its first bits say. */
  private final AtomicIntegerArray last;

  private final int shift;

  /**
   * @param oneOf who is asked for as one of so many is asked for all the time; a power of two
   */
  public AskedBefore(int oneOf) {
    last = new AtomicIntegerArray(oneOf);
    shift = Integer.SIZE - Integer.numberOfTrailingZeros(oneOf);
  }

  /** Whether it was; from now on it was. */
  public boolean noted(Object asked) {
    int hash = asked.hashCode() * 0x9e3779b9;
    return last.getAndSet(hash >>> shift, hash) == hash;
  }
}
