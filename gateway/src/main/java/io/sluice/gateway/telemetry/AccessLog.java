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
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line per exchange, off the event loops.
 *
 * <p>{@link #write} is called by any thread and never waits: when the writer cannot keep up,
 * entries are dropped and counted. The writer looks at the ring a few dozen times a second, so no
 * event loop ever has to wake it.
 */
public final class AccessLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** What an entry whose texts are short takes; of longer ones the rest is taken by itself. */
  static final int ENTRY_BYTES = 512;

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
  private final RecentEntries recent;
  private final Taps taps = new Taps(this::start);
  private @Nullable Thread writer;
  private volatile boolean closing;

  private AccessLog(@Nullable OutputStream out, LogSettings settings, SharedBudget budget) {
    this.out = out;
    this.settings = settings;
    this.budget = budget;
    // Half of the budget are the entries that the ring has places for.
    int places = Math.clamp(budget.most() / 2 / ENTRY_BYTES, LEAST_ENTRIES, MOST_ENTRIES);
    this.ring = new Ring<>(Integer.highestOneBit(places));
    budget.add((long) Integer.highestOneBit(places) * ENTRY_BYTES);
    this.recent = new RecentEntries(budget);
    if (out != null) {
      start();
    }
  }

  /** Begins to look at the ring, unless that has begun. */
  private synchronized void start() {
    if (writer == null) {
      writer = Thread.ofPlatform().name("access-log").daemon().start(this::drain);
    }
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
    return out != null || taps.any();
  }

  /** Who else looks at exchanges as they end. */
  public Taps taps() {
    return taps;
  }

  /**
   * The line of an exchange, as JSON: of the last ones from memory, of earlier ones from the file
   * and the one before it, which ends in {@code .1}. Blocks while it reads the files.
   *
   * @return null where nothing has it, or where the log's lines are no JSON
   */
  public @Nullable String find(String requestId) {
    AccessEntry entry = recent.find(requestId);
    if (entry != null) {
      StringBuilder line = new StringBuilder();
      entry.appendTo(line);
      return line.toString().stripTrailing();
    }
    if (!(out instanceof LogFile) || settings.format() != LogFormat.JSON) {
      return null;
    }
    StringBuilder wanted = new StringBuilder("\"request_id\":\"");
    JsonText.append(wanted, requestId);
    LogSearch search = new LogSearch(wanted.append('"').toString());
    for (String file : List.of(settings.target(), settings.target() + ".1")) {
      try {
        String line = search.in(Path.of(file));
        if (line != null) {
          return line;
        }
      } catch (IOException gone) {
        LOG.debug("{} is not searched: {}", file, gone.toString());
      }
    }
    return null;
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
  static long beyond(AccessEntry entry) {
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

  /** Whether everything that was given to it has been looked at. */
  boolean isIdle() {
    return ring.isEmpty();
  }

  /** Writes what is left and closes the file. */
  @Override
  public void close() throws IOException {
    closing = true;
    Thread running;
    synchronized (this) {
      running = writer;
    }
    if (running != null) {
      LockSupport.unpark(running);
      try {
        running.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (out != null) {
      out.close();
    }
  }

  private void drain() {
    StringBuilder lines = new StringBuilder();
    while (true) {
      boolean last = closing;
      int entries = 0;
      boolean idle = true;
      for (AccessEntry entry = ring.poll(); entry != null; entry = ring.poll()) {
        idle = false;
        budget.giveBack(beyond(entry));
        recent.see(entry);
        taps.see(entry);
        if (out != null && settings.kept().test(entry)) {
          settings.format().append(entry, lines);
          entries++;
        }
        if (lines.length() > FLUSH_CHARS) {
          break;
        }
      }
      if (out != null && entries > 0) {
        write(out, lines, entries);
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
