package io.sluice.gateway.middleware;

import io.sluice.gateway.memory.Bounded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who are let through: as they stand in the record, and in a file that is read again when it
 * has changed. While the file cannot be read the last good one holds; where there was none nobody
 * is known. Any thread.
 */
final class KnownClients {
  private static final Logger LOG = LoggerFactory.getLogger(KnownClients.class);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MOST_BYTES = 16L << 20;

  @Bounded("by a record")
  private final Map<String, String> written;

  private final @Nullable Path file;
  private final BiConsumer<String, Map<String, String>> line;
  private final LongSupplier clock;
  private final AtomicLong looked;
  private volatile long changed = -1;

  @Bounded("by a file of at most 16 MiB")
  private volatile @Nullable Map<String, String> known;

  /**
   * @param file empty for none
   * @param line puts what a line of the file says among those that are known; throws {@link
   *     IllegalArgumentException} for a line that says nothing
   */
  KnownClients(
      Map<String, String> written,
      String file,
      BiConsumer<String, Map<String, String>> line,
      LongSupplier clock) {
    this.written = written;
    this.file = file.isEmpty() ? null : Path.of(file);
    this.line = line;
    this.clock = clock;
    this.looked = new AtomicLong(clock.getAsLong());
    this.known = this.file == null ? written : null;
    look();
  }

  /** All of them; null while the file was never read. */
  @Nullable Map<String, String> current() {
    long now = clock.getAsLong();
    long last = looked.get();
    if (file != null && now - last > LOOK_NANOS && looked.compareAndSet(last, now)) {
      Thread.ofVirtual().start(this::look);
    }
    return known;
  }

  private void look() {
    if (file == null) {
      return;
    }
    try {
      long now = Files.getLastModifiedTime(file).toMillis() * 31 + Files.size(file);
      if (now != changed) {
        known = read(file);
        changed = now;
      }
    } catch (IOException | IllegalArgumentException unusable) {
      if (changed != 0) {
        LOG.error(
            "{}: {}; {}",
            file,
            unusable.getMessage(),
            known == null ? "nobody is let through" : "the form before holds");
        changed = 0;
      }
    }
  }

  private Map<String, String> read(Path from) throws IOException {
    if (Files.size(from) > MOST_BYTES) {
      throw new IOException("found more than 16 MiB");
    }
    Map<String, String> all = new HashMap<>(written);
    int number = 0;
    for (String text : Files.readAllLines(from)) {
      number++;
      if (!text.isBlank() && !text.startsWith("#")) {
        try {
          line.accept(text.strip(), all);
        } catch (IllegalArgumentException unreadable) {
          throw new IOException("line " + number + ": " + unreadable.getMessage(), unreadable);
        }
      }
    }
    return Map.copyOf(all);
  }
}
