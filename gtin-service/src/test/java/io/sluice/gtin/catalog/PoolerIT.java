package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.testkit.PgBouncer;
import io.sluice.testkit.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Several processes' catalogues in one PostgreSQL behind a pooler with fewer sessions. */
@ParameterizedClass(name = "{0}")
@EnumSource(PgBouncer.Mode.class)
class PoolerIT {
  private static final Author ME = new Author("me", "");
  private static final Gtin OATS = new Gtin(9521000000018L);

  @Parameter private PgBouncer.Mode mode;
  @TempDir private Path folder;

  private final Postgres postgres = Postgres.start();
  private PgBouncer pooler;

  @BeforeEach
  void startPooler() {
    pooler = PgBouncer.before(postgres, mode, mode == PgBouncer.Mode.SESSION ? 24 : 4);
  }

  @AfterEach
  void stop() {
    pooler.close();
    postgres.close();
  }

  private PostgresStore store() throws SQLException {
    PostgresStore store = PostgresStore.at(CatalogueAddress.of(pooler.url()), 4);
    store.prepare();
    return store;
  }

  private Catalogue open(String name) throws Exception {
    return Catalogue.open(CatalogueAddress.of(pooler.url()), folder.resolve(name + ".db"));
  }

  @Test
  void whatOneWritesTheOthersHave() throws Exception {
    try (Catalogue one = open("one");
        Catalogue two = open("two")) {
      for (int i = 0; i < 20; i++) {
        String name = "name " + i;
        one.edit(OATS, ME, before -> new Item(OATS, name, "", "")).join();
        Awaitility.await()
            .until(() -> two.find(OATS).join().map(Item::name).orElse("").equals(name));
        assertThat(one.isAway()).isFalse();
        assertThat(two.isAway()).isFalse();
      }
    }
  }

  @Test
  void manyAtOnceLookUpAndEditWithoutAFailure() throws Exception {
    try (PostgresStore one = store();
        PostgresStore two = store();
        ExecutorService many = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (PostgresStore store : List.of(one, two)) {
        for (int i = 0; i < 4; i++) {
          long gtin = (9521000000L + i) * 10 + Gtin.checkDigit(9521000000L + i);
          all.add(
              many.submit(
                  () -> {
                    for (int n = 0; n < 50; n++) {
                      Item item = new Item(new Gtin(gtin), "name " + n, "", "");
                      store.edit(gtin, ME, before -> item);
                      assertThat(store.lookUp(List.of(item.gtin())).items()).hasSize(1);
                      assertThat(store.find(gtin)).isPresent();
                      assertThat(store.history(gtin)).isNotEmpty();
                    }
                    return true;
                  }));
        }
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  @Test
  void whoReadsOneMomentSeesNothingElseAndLeavesNothingToOthers() throws Exception {
    try (PostgresStore store = store();
        PostgresStore other = store();
        Connection session = DriverManager.getConnection(pooler.url());
        ExecutorService looking = Executors.newFixedThreadPool(2)) {
      edit(store, "before");
      List<Future<?>> looks = new ArrayList<>();
      for (PostgresStore each : List.of(store, other)) {
        looks.add(
            looking.submit(
                () -> {
                  for (int i = 0; i < 60; i++) {
                    look(each, "after " + i);
                  }
                  return true;
                }));
      }
      while (looks.stream().anyMatch(look -> !look.isDone())) {
        assertThat(asked(session, "SHOW transaction_isolation")).isEqualTo("read committed");
        assertThat(asked(session, "SHOW transaction_read_only")).isEqualTo("off");
        assertThat(asked(session, "SHOW lock_timeout")).isEqualTo("0");
      }
      for (Future<?> look : looks) {
        look.get();
      }
    }
  }

  private static void look(PostgresStore store, String meanwhile) throws Exception {
    store.atOneMoment(
        moment -> {
          Position first = moment.position();
          edit(store, meanwhile);
          assertThat(moment.position()).isEqualTo(first);
          return true;
        });
  }

  private static void edit(PostgresStore store, String name) throws SQLException {
    try {
      store.edit(OATS.value(), ME, before -> new Item(OATS, name, "", ""));
    } catch (EditRefused refused) {
      throw new AssertionError(refused);
    }
  }

  private static String asked(Connection session, String question) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      row.next();
      return row.getString(1);
    }
  }
}
