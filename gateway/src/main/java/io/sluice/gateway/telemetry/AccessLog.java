package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import io.sluice.gateway.memory.SharedBudget;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes one line per exchange, off the event loops.
 *
 * <p>{@link #write} is called by any thread and never waits: when the writer cannot keep up,
 * entries are dropped and counted. The writer looks at the ring a few dozen times a second, so no
 * event loop ever has to wake it.
 */
public final class AccessLog implements AutoCloseable {
  /** What an entry whose texts are short takes; of longer ones the rest is taken by itself. */
  private static final int ENTRY_BYTES = 512;

  private static final int MOST_ENTRIES = 1 << 16;
  private static final int LEAST_ENTRIES = 1 << 10;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int FLUSH_CHARS = 32 * 1024;

  @Charged(Budget.LOG)
  private final Ring<AccessEntry> ring;

  private final LogSettings settings;
  private final SharedBudget budget;
  private final LongAdder dropped = new LongAdder();
  private final @Nullable OutputStream out;
  private final @Nullable Thread writer;
  private volatile boolean closing;

  private AccessLog(@Nullable OutputStream out, LogSettings settings, SharedBudget budget) {
    this.out = out;
    this.settings = settings;
    this.budget = budget;
    // Half of the budget are the entries that the ring has places for.
    int places = Math.clamp(budget.most() / 2 / ENTRY_BYTES, LEAST_ENTRIES, MOST_ENTRIES);
    this.ring = new Ring<>(Integer.highestOneBit(places));
    budget.add(out == null ? 0 : (long) Integer.highestOneBit(places) * ENTRY_BYTES);
    this.writer =
        out == null
            ? null
            : Thread.ofPlatform().name("access-log").daemon().start(() -> drain(out));
  }

  /**
   * Opens a log.
   *
   * @param budget what entries that are not written yet are taken from
   * @throws IOException when the file cannot be written
   */
  public static AccessLog open(LogSettings settings, SharedBudget budget) throws IOException {
    return switch (settings.target()) {
      case "off" -> new AccessLog(null, settings, budget);
      case "-" ->
          new AccessLog(
              new PrintStream(
                  new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
              settings,
              budget);
      default -> new AccessLog(new LogFile(settings.target()), settings, budget);
    };
  }

  /** Whether entries go anywhere; where not, none needs to be made. */
  public boolean isOn() {
    return out != null;
  }

  public void write(AccessEntry entry) {
    long beyond = beyond(entry);
    if (beyond > 0 && !budget.take(beyond)) {
      dropped.increment();
    } else if (!ring.offer(entry)) {
      budget.giveBack(beyond);
      dropped.increment();
    }
  }

  /** What an entry takes beyond its place in the ring. */
  private static long beyond(AccessEntry entry) {
    int texts =
        entry.host().length()
            + entry.path().length()
            + entry.method().length()
            + entry.userAgent().length()
            + entry.referer().length();
    return Math.max(0, texts - ENTRY_BYTES / 2);
  }

  /**
   * Entries that were lost because the writer could not keep up, or because the file could not be
   * written.
   */
  public long dropped() {
    return dropped.sum();
  }

  /** Writes what is left and closes the file. */
  @Override
  public void close() throws IOException {
    closing = true;
    if (writer != null && out != null) {
      LockSupport.unpark(writer);
      try {
        writer.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      out.close();
    }
  }

  private void drain(OutputStream target) {
    StringBuilder lines = new StringBuilder();
    while (true) {
      boolean last = closing;
      int entries = 0;
      boolean idle = true;
      for (AccessEntry entry = ring.poll(); entry != null; entry = ring.poll()) {
        idle = false;
        budget.giveBack(beyond(entry));
        if (settings.kept().test(entry)) {
          settings.format().append(entry, lines);
          entries++;
        }
        if (lines.length() > FLUSH_CHARS) {
          break;
        }
      }
      if (entries > 0) {
        write(target, lines, entries);
        lines.setLength(0);
      }
      if (idle && last) {
        return;
      }
      if (idle) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
    }
  }

  private void write(OutputStream target, StringBuilder lines, int entries) {
    try {
      target.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      target.flush();
    } catch (IOException diskFullOrGone) {
      dropped.add(entries);
    }
  }
}
