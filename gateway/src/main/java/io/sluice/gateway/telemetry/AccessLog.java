package io.sluice.gateway.telemetry;

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
 * Writes one line of JSON per exchange, off the event loops.
 *
 * <p>{@link #write} is called by any thread and never waits: when the writer cannot keep up,
 * entries are dropped and counted. The writer looks at the ring a few dozen times a second, so no
 * event loop ever has to wake it.
 */
public final class AccessLog implements AutoCloseable {
  private static final int CAPACITY = 1 << 16;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int FLUSH_CHARS = 32 * 1024;

  private final Ring<AccessEntry> ring = new Ring<>(CAPACITY);
  private final LongAdder dropped = new LongAdder();
  private final @Nullable OutputStream out;
  private final @Nullable Thread writer;
  private volatile boolean closing;

  private AccessLog(@Nullable OutputStream out) {
    this.out = out;
    this.writer =
        out == null
            ? null
            : Thread.ofPlatform().name("access-log").daemon().start(() -> drain(out));
  }

  /**
   * Opens a log.
   *
   * @param target a file to append to, {@code -} for standard output, {@code off} for none
   * @throws IOException when the file cannot be written
   */
  public static AccessLog open(String target) throws IOException {
    return switch (target) {
      case "off" -> new AccessLog(null);
      case "-" ->
          new AccessLog(
              new PrintStream(
                  new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
      default -> new AccessLog(new FileOutputStream(target, true));
    };
  }

  /** Whether entries go anywhere; where not, none needs to be made. */
  public boolean isOn() {
    return out != null;
  }

  public void write(AccessEntry entry) {
    if (!ring.offer(entry)) {
      dropped.increment();
    }
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
      for (AccessEntry entry = ring.poll(); entry != null; entry = ring.poll()) {
        entry.appendTo(lines);
        entries++;
        if (lines.length() > FLUSH_CHARS) {
          break;
        }
      }
      if (entries > 0) {
        write(target, lines, entries);
        lines.setLength(0);
      } else if (last) {
        return;
      } else {
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
