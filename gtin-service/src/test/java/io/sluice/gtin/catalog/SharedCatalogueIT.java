package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.testkit.Postgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes' catalogues in one PostgreSQL, and what they do without it. */
class SharedCatalogueIT {
  private static final Author ME = new Author("me", "");
  private static final Gtin OATS = new Gtin(9521000000018L);
  private static final Gtin NEVER_ASKED = new Gtin(9521000000025L);
  private static final Gtin GONE = new Gtin(9521000000032L);

  @TempDir private Path folder;

  private Catalogue open(Postgres postgres, String name) throws IOException {
    return Catalogue.open(CatalogueAddress.of(postgres.url()), copy(name));
  }

  private Path copy(String name) {
    return folder.resolve(name + ".db");
  }

  private static String name(Catalogue catalogue) {
    return catalogue.find(OATS).join().orElseThrow().name();
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isGone(Catalogue catalogue, Gtin gtin) {
    return catalogue.lookUp(List.of(gtin)).join().gone().contains(gtin);
  }

  @Test
  void whatOneWritesTheOthersHaveWithinASecond() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue one = open(postgres, "one");
        Catalogue two = open(postgres, "two")) {
      one.fillIfEmpty(bytes("gtin,name\n9521000000018,Old\n"), "test");
      await(() -> two.find(OATS).join().isPresent());
      assertThat(name(two)).isEqualTo("Old");

      one.edit(OATS, ME, before -> new Item(OATS, "New", "", "")).join();
      assertThat(name(one)).isEqualTo("New");
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> name(two).equals("New"));
      one.edit(OATS, ME, before -> null).join();
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> two.find(OATS).join().isEmpty() && isGone(two, OATS));
    }
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().until(condition);
  }

  private static void awaitCopy(Catalogue catalogue, Postgres postgres) throws SQLException {
    try (PostgresStore shared = PostgresStore.at(CatalogueAddress.of(postgres.url()), 1)) {
      long now = shared.atOneMoment(Moment::position).version();
      await(() -> catalogue.hasCopied(now));
    }
  }

  private static List<Item> everything(ItemStore store) {
    try {
      return store.search(new Search(List.of(), "", "", "", "", 0, 200)).items();
    } catch (SQLException failed) {
      throw new AssertionError(failed);
    }
  }

  private static List<Item> found(Catalogue catalogue, String word) {
    return catalogue.search(new Search(List.of(word), "", "", "", "", 0, 9)).join().items();
  }

  /** The table is not where it was, which nobody sees who does not ask the database. */
  @Test
  void asLongAsTheCopyHasAllNothingThatIsReadKeepsTheDatabaseBusy() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue catalogue = open(postgres, "copy");
        Connection database = DriverManager.getConnection(postgres.url());
        Statement statement = database.createStatement()) {
      catalogue.fillIfEmpty(bytes("gtin,name\n9521000000018,Oats\n9521000000025,Rye\n"), "test");
      awaitCopy(catalogue, postgres);
      await(catalogue::isReadFromCopy);

      statement.execute("ALTER TABLE item RENAME TO elsewhere");

      assertThat(name(catalogue)).isEqualTo("Oats");
      assertThat(catalogue.find(NEVER_ASKED).join()).isPresent();
      assertThat(catalogue.lookUp(List.of(OATS, GONE)).join().items()).containsOnlyKeys(OATS);
      assertThat(found(catalogue, "rye")).extracting(Item::gtin).containsExactly(NEVER_ASKED);
      assertThat(catalogue.isAway()).isFalse();
    }
  }

  @Test
  void whoeverWritesReadsItHimselfAtOnceHoweverFarTheCopyIs() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue catalogue = open(postgres, "copy")) {
      catalogue.fillIfEmpty(bytes("gtin,name\n9521000000018,Oats\n"), "test");
      assertThat(name(catalogue)).isEqualTo("Oats");
      Random random = new Random(18);
      for (int i = 0; i < 100; i++) {
        String word = "w" + i;
        if (random.nextInt(4) == 0) {
          awaitCopy(catalogue, postgres);
        }
        Item next = new Item(OATS, word, "", "");
        if (random.nextBoolean()) {
          catalogue.edit(OATS, ME, before -> next).join();
        } else {
          catalogue.replaceAll(sink -> sink.put(next), ME, ItemStore.Ending.FORGOTTEN);
        }
        assertThat(name(catalogue)).isEqualTo(word);
        assertThat(found(catalogue, word)).extracting(Item::gtin).containsExactly(OATS);
      }
    }
  }

  @Test
  void withoutTheDatabaseAllOfItIsFoundAndNothingIsWritten() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue catalogue = open(postgres, "copy")) {
      catalogue.fillIfEmpty(bytes("gtin,name\n9521000000018,Oats\n9521000000025,Never\n"), "test");
      catalogue.edit(GONE, ME, before -> new Item(GONE, "Soon gone", "", "")).join();
      catalogue.edit(GONE, ME, before -> null).join();
      awaitCopy(catalogue, postgres);

      postgres.kill();
      await(catalogue::isAway);

      assertThat(name(catalogue)).isEqualTo("Oats");
      assertThat(catalogue.find(NEVER_ASKED).join()).isPresent();
      assertThat(catalogue.find(GONE).join()).isEmpty();
      assertThat(isGone(catalogue, GONE)).isTrue();
      assertThat(found(catalogue, "nev")).extracting(Item::gtin).containsExactly(NEVER_ASKED);
      assertThatThrownBy(() -> catalogue.edit(OATS, ME, before -> null).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CatalogueAway.class);

      postgres.resume();
      await(() -> !catalogue.isAway());
      catalogue.edit(OATS, ME, before -> new Item(OATS, "After", "", "")).join();
      assertThat(name(catalogue)).isEqualTo("After");
    }
  }

  @Test
  void aServiceStartsWithItsCopyWhileTheDatabaseIsAway() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      try (Catalogue before = open(postgres, "copy")) {
        before.fillIfEmpty(bytes("gtin,name\n9521000000018,Oats\n"), "test");
        awaitCopy(before, postgres);
      }
      postgres.kill();

      try (Catalogue catalogue = open(postgres, "copy")) {
        assertThat(catalogue.isAway()).isTrue();
        assertThat(catalogue.size()).isEqualTo(1);
        assertThat(name(catalogue)).isEqualTo("Oats");
        postgres.resume();
        await(() -> !catalogue.isAway());
        catalogue.edit(OATS, ME, before -> new Item(OATS, "After", "", "")).join();
        assertThat(name(catalogue)).isEqualTo("After");
      }
      assertThatThrownBy(
              () ->
                  Catalogue.open(
                      CatalogueAddress.of("jdbc:postgresql://127.0.0.1:1/other"), copy("copy")))
          .as("a copy of another database")
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aCopyIsOneProcessesAlone() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue first = open(postgres, "copy")) {
      assertThat(first.isAway()).isFalse();
      assertThatThrownBy(() -> open(postgres, "copy")).hasMessageContaining("--local-copy");
    }
  }

  /** Edits, removals, imports, by several at once: whatever happens, in steps of any size. */
  @Test
  void aCopyIsWhatTheCatalogueIs() throws Exception {
    Random random = new Random(7);
    try (Postgres postgres = Postgres.start();
        PostgresStore shared = PostgresStore.at(CatalogueAddress.of(postgres.url()), 9)) {
      shared.prepare();
      LocalCopy copy = LocalCopy.open(copy("copy"), "here", 1);
      try (ExecutorService writers = Executors.newFixedThreadPool(4)) {
        for (int round = 0; round < 40; round++) {
          List<Future<?>> writing = new ArrayList<>();
          int edits = random.nextInt(12);
          for (int i = 0; i < edits; i++) {
            long seed = random.nextLong();
            writing.add(writers.submit(() -> change(shared, new Random(seed))));
          }
          copy.follow(shared);
          for (Future<?> each : writing) {
            each.get();
          }
          copy.follow(shared);

          assertThat(everything(copy.items()))
              .usingElementComparator((one, other) -> one.isSame(other) ? 0 : 1)
              .isEqualTo(everything(shared));
          for (int body = 1; body <= NUMBERS; body++) {
            long gtin = gtin(body).value();
            assertThat(copy.items().lookUp(List.of(new Gtin(gtin))))
                .isEqualTo(shared.lookUp(List.of(new Gtin(gtin))));
          }
        }
      } finally {
        copy.close();
      }
    }
  }

  private static final int NUMBERS = 40;

  private static Gtin gtin(int body) {
    return new Gtin(body * 10L + Gtin.checkDigit(body));
  }

  private static Item some(Random random) {
    return new Item(gtin(1 + random.nextInt(NUMBERS)), "name " + random.nextInt(3), "", "");
  }

  private static Object change(PostgresStore shared, Random random) throws Exception {
    Item item = some(random);
    return switch (random.nextInt(8)) {
      case 0 ->
          shared.replaceAll(
              sink -> {
                for (int i = 0; i < 10; i++) {
                  sink.put(some(random));
                }
              },
              new Author("me", ""),
              ItemStore.Ending.FORGOTTEN);
      case 1, 2, 3 -> shared.edit(item.gtin().value(), ME, before -> null);
      default -> shared.edit(item.gtin().value(), ME, before -> item);
    };
  }

  @Test
  void aDatabaseThatCannotBeUsedIsSaidWithoutItsPassword() {
    assertThatThrownBy(
            () ->
                Catalogue.open(
                    CatalogueAddress.of(
                        "jdbc:postgresql://127.0.0.1:1/none?user=u&password=secret"),
                    null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:1/none")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aPasswordComesFromItsFileAndStandsNowhereElse() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      try (PostgresStore shared = PostgresStore.at(CatalogueAddress.of(postgres.url()), 1)) {
        shared.prepare();
      }
      postgres.requirePassword("it's \"secret\" & 100% so");
      CatalogueAddress without = CatalogueAddress.of(postgres.url());
      assertThatThrownBy(() -> Catalogue.open(without, null)).isInstanceOf(IOException.class);
      CatalogueAddress address = new CatalogueAddress(postgres.url(), "it's \"secret\" & 100% so");
      try (Catalogue catalogue = Catalogue.open(address, copy("guarded"))) {
        assertThat(catalogue.size()).isNotNegative();
      }
      assertThat(address.toString()).doesNotContain("secret").doesNotContain("gtin");
    }
  }
}
