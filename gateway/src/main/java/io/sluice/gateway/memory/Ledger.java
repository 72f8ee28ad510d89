package io.sluice.gateway.memory;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The budgets of the process, from the heap, the direct memory and the descriptors that it was
 * given. Made once, at the start; any thread.
 */
public final class Ledger {
  private static final long CONNECTION_BYTES = 8 * 1024;

  /** How much of one budget is used, in bytes, and how often it had no room. */
  public record Use(Budget budget, long used, long most, long refused) {}

  private final long heap;
  private final long descriptors;

  @Bounded("one for each event loop")
  private final List<LoopLedger> loops = new ArrayList<>();

  @Bounded("one for each budget")
  private final Map<Budget, SharedBudget> shared = new EnumMap<>(Budget.class);

  /**
   * @param heap the largest heap, in bytes
   * @param direct the most direct memory, in bytes
   * @param descriptors how many files and sockets may be open
   * @param loopCount how many event loops there are
   * @param clock nanoseconds of a clock that never goes back
   */
  public Ledger(long heap, long direct, long descriptors, int loopCount, LongSupplier clock) {
    this.heap = heap;
    this.descriptors = descriptors;
    for (int i = 0; i < loopCount; i++) {
      loops.add(new LoopLedger(heap, direct, loopCount, clock));
    }
    for (Budget budget : Budget.values()) {
      if (budget.isShared()) {
        shared.put(budget, new SharedBudget(budget.most(heap, direct)));
      }
    }
  }

  /** The ledger of this process. */
  public static Ledger ofProcess(int loops) {
    return new Ledger(
        Runtime.getRuntime().maxMemory(),
        PlatformDependent.maxDirectMemory(),
        descriptorsOfProcess(),
        loops,
        System::nanoTime);
  }

  private static long descriptorsOfProcess() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  /** The ledger of one of the event loops, from 0 on. */
  public LoopLedger loop(int index) {
    return loops.get(index);
  }

  /** A budget from which all threads take. */
  public SharedBudget shared(Budget budget) {
    SharedBudget found = shared.get(budget);
    if (found == null) {
      throw new IllegalArgumentException(budget + " is divided among the event loops");
    }
    return found;
  }

  /** How many exchanges are under way. */
  public int exchanges() {
    return loops.stream().mapToInt(LoopLedger::exchanges).sum();
  }

  /**
   * How many clients may be connected: what half the heap has room for, and no more than leave a
   * fifth of the descriptors to servers, the store and the admin API.
   */
  public int mostConnections() {
    long byDescriptors = descriptors / 5 * 4;
    return Math.clamp(Math.min(byDescriptors, heap / 2 / CONNECTION_BYTES), 16, 1_000_000);
  }

  /** All budgets, in their order. */
  public List<Use> uses() {
    List<Use> uses = new ArrayList<>();
    for (Budget budget : Budget.values()) {
      uses.add(use(budget));
    }
    return uses;
  }

  public Use use(Budget budget) {
    if (budget.isShared()) {
      SharedBudget all = shared(budget);
      return new Use(budget, all.used(), all.most(), all.refused());
    }
    long used = 0;
    long most = 0;
    long refused = 0;
    for (LoopLedger loop : loops) {
      used += loop.used(budget);
      most += loop.most(budget);
      refused += loop.refused(budget);
    }
    return new Use(budget, used, most, refused);
  }
}
