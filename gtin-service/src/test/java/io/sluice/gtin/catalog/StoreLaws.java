package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every database has to do alike; each is a real one, and empty before each test. */
@ParameterizedClass(name = "{0}")
@MethodSource("engines")
abstract class StoreLaws {
  static final Author ME = new Author("me", "request-1");

  @Parameter Engine engine;
  ItemStore store;

  @BeforeEach
  void openStore() throws SQLException {
    store = engine.open();
  }

  @AfterEach
  void closeStore() throws SQLException {
    engine.empty(store);
    store.close();
  }

  static Item item(long body, String name, String brand, String category) {
    return new Item(new Gtin(body * 10 + Gtin.checkDigit(body)), name, brand, category);
  }

  boolean isGone(long gtin) throws SQLException {
    return store.lookUp(List.of(new Gtin(gtin))).gone().contains(new Gtin(gtin));
  }

  static Item item(long body, String name) {
    return item(body, name, "", "");
  }

  void put(Item... items) throws SQLException, IOException {
    store.replaceAll(
        sink -> {
          for (Item item : items) {
            sink.put(item);
          }
        },
        ME,
        ItemStore.Ending.FORGOTTEN);
  }

  static Search search(String words, String brand, String category, String prefix) {
    return new Search(Words.of(words), "", brand, category, prefix, 0, 50);
  }

  List<String> names(Search search) throws SQLException {
    return store.search(search).items().stream().map(Item::name).toList();
  }

  /** Each is started when it is its turn. */
  static Stream<Engine> engines() {
    return Stream.<Supplier<Engine>>of(SqliteEngine::new, PostgresEngine::new, PooledEngine::new)
        .map(Supplier::get);
  }
}
