package io.sluice.gtin.catalog;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The items that were asked for, in a file beside this process, for when the shared database is
 * away. Any thread; blocking.
 */
final class LocalCopy {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCopy.class);

  private final SqliteStore store;
  private final Map<Long, Item> waiting = new ConcurrentHashMap<>();

  private LocalCopy(SqliteStore store) {
    this.store = store;
  }

  static LocalCopy open(Path file, int readers) throws SQLException {
    return new LocalCopy(SqliteStore.open(file, readers));
  }

  /** Keeps an item; written with others at the next {@link #write}. */
  void keep(Item item) {
    waiting.put(item.gtin().value(), item);
  }

  /** Keeps what became of an item; null where it was removed. */
  void set(long gtin, @Nullable Item now) throws SQLException {
    if (now == null) {
      forget(gtin);
    } else {
      keep(now);
    }
  }

  private void forget(long gtin) throws SQLException {
    waiting.remove(gtin);
    store.writing(
        connection -> {
          store.remove(connection, gtin);
          return true;
        });
  }

  Optional<Item> find(long gtin) throws SQLException {
    Item newest = waiting.get(gtin);
    return newest == null ? store.find(gtin) : Optional.of(newest);
  }

  /** Writes what was kept since. */
  void write() {
    List<Item> items = new ArrayList<>(waiting.values());
    if (items.isEmpty()) {
      return;
    }
    try {
      store.writing(
          connection -> {
            for (Item item : items) {
              store.put(connection, item);
            }
            return true;
          });
      items.forEach(item -> waiting.remove(item.gtin().value(), item));
    } catch (SQLException failed) {
      LOG.warn("the local copy cannot be written", failed);
    }
  }

  void close() {
    write();
    store.close();
  }
}
